"""Nominatim: names of places from OpenStreetMap."""
