"""Duka's backend: owns all state of orders, money, people and messages."""
