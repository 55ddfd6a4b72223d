"""The Rasa side of Duka: reading a message and choosing the next step."""
