"""The moved clock: so many times faster than real time, the same on both sides."""

import asyncio
from time import monotonic
from typing import Final

from sqlalchemy import text

from backend.platform.db.session import Database
from backend.runtime.torture.hands import Sandbox

_TICK_S: Final = 0.5
_LOOK_EVERY_S: Final = 0.2
_SET: Final = text(
    "INSERT INTO duka_clock (id, offset_s) VALUES (true, make_interval(secs => :offset_s))"
    " ON CONFLICT (id) DO UPDATE SET offset_s = EXCLUDED.offset_s"
)
_DUE: Final = text("""
SELECT (SELECT count(*) FROM provider_events WHERE state = 'pending' AND next_at <= duka_now())
    + (SELECT count(*) FROM outbound_send WHERE state = 'queued' AND next_at <= duka_now())
    + (SELECT count(*) FROM sla_timer WHERE state = 'pending' AND due_at <= duka_now())
    + (SELECT count(*) FROM consumer_cursor c JOIN outbox o ON o.part = c.part AND (o.xid, o.pos) > (c.xid, c.pos)) / 10
""")
_MOST_DUE: Final = 20  # On a machine with much else to do, a clock that ran on would only prove that it is slow.


class Pace:
    """Moves the database's clock and the simulators' alike, a little at a time."""

    def __init__(self, database: Database, sandbox: Sandbox, speed: float) -> None:
        self._database = database
        self._sandbox = sandbox
        self.speed = speed
        self._offset_s = 0.0
        self._theirs_s = 0.0

    def now_s(self) -> float:
        """Return the moved clock, in seconds since some moment."""
        return monotonic() + self._offset_s

    async def sleep(self, seconds: float) -> None:
        """Wait for some seconds of the moved clock."""
        ends = self.now_s() + seconds
        while self.now_s() < ends:  # noqa: ASYNC110 - what moves the clock also moves real time
            await asyncio.sleep(_LOOK_EVERY_S)

    async def follow(self) -> None:
        """Keep moving; while the database is away, or more is due than is done at once, only real time passes."""
        while True:
            await asyncio.sleep(_TICK_S)
            await self._move(_TICK_S * (self.speed - 1))

    async def _move(self, seconds: float) -> None:
        """Move both clocks; the database's first, to an instant, so that a lost answer moves nothing twice."""
        wanted = self._offset_s + seconds
        try:
            async with self._database.transaction() as session:
                if (await session.scalar(_DUE) or 0) > _MOST_DUE:
                    return
                await session.execute(_SET, {"offset_s": wanted})
        except Exception:  # noqa: BLE001 - the database is being killed
            return
        self._offset_s = wanted
        await self._sandbox.control("/clock", {"advance_s": wanted - self._theirs_s})
        self._theirs_s = wanted
