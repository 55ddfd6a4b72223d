"""Simulated Africa's Talking Voice: calls by form, callbacks by form, answers by XML."""
