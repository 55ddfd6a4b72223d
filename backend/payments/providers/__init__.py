"""One folder a payment provider."""
