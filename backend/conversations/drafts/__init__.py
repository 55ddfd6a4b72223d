"""The order that a customer is putting together: what is in it, what is open, and what the bot says next."""
