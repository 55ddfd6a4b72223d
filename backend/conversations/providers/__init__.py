"""The dialogue engine behind its port."""
