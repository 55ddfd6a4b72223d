"""Rasa Open Source, by its REST channel."""
