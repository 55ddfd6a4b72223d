"""The screens of agents and ops admins: log-in, inbox, order board, order page, exceptions."""
