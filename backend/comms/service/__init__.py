"""Use cases of comms."""
