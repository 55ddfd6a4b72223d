"""Geography without a network: straight lines, city speeds, and a list of places that people name."""
