"""Finds the catalogue rows that a customer's words mean; pure, with no I/O but its own word lists."""
