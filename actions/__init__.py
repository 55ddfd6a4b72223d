"""Rasa's custom actions: each hands one message to the backend and says what the backend answers."""
