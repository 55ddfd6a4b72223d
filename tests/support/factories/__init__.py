"""One factory file a domain; each makes rows that are valid by default."""
