"""Geography: travel times, names of places, and whether a rider is where they should be."""
