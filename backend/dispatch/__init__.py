"""Riders: who can carry an order, who does, and the proof that it was handed over."""
