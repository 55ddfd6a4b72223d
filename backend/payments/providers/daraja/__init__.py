"""Safaricom Daraja: M-Pesa prompts, their results, and payments made by hand."""
