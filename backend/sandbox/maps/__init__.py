"""Routing in OSRM's form and geocoding in Nominatim's, simulated over straight lines and a short list of places."""
