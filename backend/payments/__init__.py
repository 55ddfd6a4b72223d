"""Payments: intents, provider attempts, receipts, the ledger and what is owed back."""
