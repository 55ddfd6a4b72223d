"""Africa's Talking: rings, voice menus and bridged calls in Kenya and its neighbours."""
