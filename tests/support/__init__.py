"""Factories, fakes and the test clock."""
