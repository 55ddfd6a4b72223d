"""The one place that changes an order: its lifecycle, commands, events, notes, addresses and timeline."""
