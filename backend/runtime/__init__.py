"""Runs Duka on one machine: supervisor, first data and the demo."""
