"""A clock that moves only when told."""

from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 22, 14, 20, tzinfo=UTC)


class FixedClock:
    """Stands still at `START` until moved."""

    def __init__(self, now: datetime = START) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def advance(self, **parts: float) -> None:
        self._now += timedelta(**parts)
