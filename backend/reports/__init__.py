"""Figures over many orders: vendors, riders, orders and communications; reads across all domains and writes nothing."""
