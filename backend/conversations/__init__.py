"""Threads with customers: whose they are, the turns of the bot, what people in the inbox do."""
