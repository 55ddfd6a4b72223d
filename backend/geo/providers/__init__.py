"""Map services: two that are asked over HTTP, one that needs nobody."""
