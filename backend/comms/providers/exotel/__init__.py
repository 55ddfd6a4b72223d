"""Exotel: rings, voice menus and bridged calls."""
