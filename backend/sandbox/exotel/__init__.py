"""Exotel voice, simulated."""
