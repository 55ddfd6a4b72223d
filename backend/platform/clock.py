"""The time, as everyone in Duka reads it: the database's, plus an offset that sandbox and tests may set."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.platform import wakeups
from backend.platform.db.session import Database
from backend.platform.loops import ErrorPause

CLOCK_BELL: Final = "clock"
_POLL_S: Final = 1.0


class Clock(Protocol):
    """Tells the time as an aware datetime in UTC."""

    def now(self) -> datetime:
        """Return the current instant."""
        ...


class HostClock:
    """The host's clock as it is; for tokens, which other processes sign by theirs."""

    def now(self) -> datetime:
        """Return the current instant."""
        return datetime.now(UTC)  # noqa: TID251 - this module alone reads the host's clock


class SystemClock(HostClock):
    """The host's clock, moved by the offset that the database holds."""

    def __init__(self) -> None:
        self._offset = timedelta()

    def now(self) -> datetime:
        """Return the current instant, offset included."""
        return super().now() + self._offset

    async def refresh(self, database: Database) -> None:
        """Read the offset once."""
        [(self._offset,)] = await database.look("SELECT duka_now() - statement_timestamp()")

    async def follow(self, database: Database, stop: asyncio.Event) -> None:
        """Keep up with the database's offset until told to stop, at once where a bell tells of a move.

        While the database is away the last offset holds.
        """
        pause = ErrorPause("clock.follow_failed")
        with wakeups.listen(CLOCK_BELL) as bell:
            while not stop.is_set():
                async with pause.around():
                    await self.refresh(database)
                await bell.wait(_POLL_S)


async def move_clock(session: AsyncSession, advance: timedelta) -> datetime:
    """Move every process's time forward by `advance`; return the new instant.

    Only the sandbox and the tests call this; the endpoint is closed in production.
    """
    await session.execute(
        text(
            "INSERT INTO duka_clock (id, offset_s) VALUES (true, :advance)"
            " ON CONFLICT (id) DO UPDATE SET offset_s = duka_clock.offset_s + EXCLUDED.offset_s"
        ),
        {"advance": advance},
    )
    session.info.setdefault("bells", set()).add(CLOCK_BELL)
    moved: datetime = (await session.execute(text("SELECT duka_now()"))).scalar_one()
    return moved
