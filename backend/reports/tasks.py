"""What reports do on a clock: wait for the end of each merchant's day, and close it."""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.platform.db.session import Database
from backend.platform.loops import ErrorPause
from backend.platform.timer_engine import OnDeadTimer, TimerEngine, TimerPolicy
from backend.platform.timers import ClaimedTimer, TimerKind
from backend.reports.service.day_ends import DayEndsService

_POLL_S: Final = 5.0


class DayEndsLoop:
    """Closes days, one a transaction, apart from the timers of orders, which must not wait for a long sum."""

    def __init__(self, database: Database, days: DayEndsService, *, on_dead: OnDeadTimer | None = None) -> None:
        self._database = database
        self._days = days
        self._engine = TimerEngine(database, {TimerKind.END_OF_DAY: self._close}, TimerPolicy(batch=1), on_dead=on_dead)

    async def _close(self, session: AsyncSession, timers: Sequence[ClaimedTimer]) -> None:
        for timer in timers:
            await self._days.close(session, timer.subject_id, date.fromisoformat(timer.meta["day"]))

    async def step(self) -> int:
        """Wait for the days of new merchants, and close what is over; return how many days were closed."""
        async with self._database.transaction() as session:
            await self._days.schedule(session)
        closed = 0
        while await self._engine.step():
            closed += 1
        return closed

    async def run(self, stop: asyncio.Event) -> None:
        """Go on until told to stop."""
        pause = ErrorPause("reports.loop_failed")
        while not stop.is_set():
            async with pause.around():
                await self.step()
            try:
                await asyncio.wait_for(stop.wait(), _POLL_S)
            except TimeoutError:
                continue
