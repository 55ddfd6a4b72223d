"""Simulators of the providers Duka speaks with; they know the wire and nothing of the backend."""
