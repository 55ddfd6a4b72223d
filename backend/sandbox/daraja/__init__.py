"""Safaricom Daraja (M-Pesa), simulated."""
