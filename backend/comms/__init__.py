"""Gets vendors and riders to act: ladders, templates, calls and the log of them all."""
