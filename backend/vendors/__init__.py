"""Merchants and their outlets: profile, hours, standing."""
