"""Who is calling, and what they may do: tokens, console sessions, roles and cities."""
