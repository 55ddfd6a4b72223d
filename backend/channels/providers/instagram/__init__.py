"""Instagram messaging, by Instagram Login or through a linked Page."""
