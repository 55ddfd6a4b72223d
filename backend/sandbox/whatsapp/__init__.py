"""WhatsApp Cloud API, simulated."""
