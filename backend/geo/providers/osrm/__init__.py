"""OSRM: ways over the real road network."""
