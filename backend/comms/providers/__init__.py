"""One folder a voice provider."""
