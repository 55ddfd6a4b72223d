"""Tells the event log to others, through a broker where one is configured; nothing inside Duka reads from it."""
