"""What a merchant sells: items, prices, stock and its reservations; `linking` finds items in what people write."""
