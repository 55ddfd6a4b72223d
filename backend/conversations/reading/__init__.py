"""From a reading of one message, a catalogue and what was said before to order lines, a decision and one confidence."""
