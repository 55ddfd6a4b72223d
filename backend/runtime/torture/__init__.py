"""A town under load whose processes, database and providers fail as a seed says, and what must hold afterwards."""

from backend.runtime.torture.run import Size, run

__all__ = ["Size", "run"]
