"""Instagram Messaging, simulated."""
