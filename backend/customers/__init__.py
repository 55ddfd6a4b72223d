"""Customers: who they are on each channel, their language, their consent, the addresses they gave."""
