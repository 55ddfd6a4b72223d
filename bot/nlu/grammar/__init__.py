"""The languages' words as rows: numbers, units, places, ways of paying, marks of change."""
