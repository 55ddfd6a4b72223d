"""One folder for each messaging provider."""
