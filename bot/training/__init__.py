"""Training examples: those written by hand under data/, and those made from invented shops of many trades."""
