"""Rasa graph components: thin coats over `bot.nlu`."""
