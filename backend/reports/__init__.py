"""Figures over many orders: vendors, riders, communications, and the report of a day; reads across all domains."""
