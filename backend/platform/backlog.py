"""Measures what waits, for the gauges: work that is due, work that nobody will try again, events not yet read."""

import asyncio
from collections.abc import Mapping
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.platform.db.driver import run_sql
from backend.platform.db.session import Database
from backend.platform.loops import ErrorPause
from backend.platform.observability.metrics import BACKLOG

_EVERY_S: Final = 15.0
_MOST: Final = 10_000  # Of each partition; beyond it only "very many" matters.

# Each reads a partial index, so that a worker may ask it every few seconds.
_WAITING: Final = f"""
SELECT 'timers' AS queue, count(*) AS waiting FROM sla_timer
WHERE state = 'pending' AND order_id IS NOT NULL AND due_at < duka_now() - interval '5 seconds'
UNION ALL SELECT 'timers', count(*) FROM sla_timer
WHERE state = 'pending' AND order_id IS NULL AND due_at < duka_now() - interval '5 seconds'
UNION ALL SELECT 'webhooks', count(*) FROM provider_events WHERE state = 'pending' AND next_at <= duka_now()
UNION ALL SELECT 'sends.' || channel, count(*) FROM outbound_send
WHERE state = 'queued' AND next_at <= duka_now() GROUP BY channel
UNION ALL SELECT 'unknown.' || channel, count(*) FROM outbound_send WHERE state = 'unknown' GROUP BY channel
UNION ALL SELECT 'stopped.' || channel || '.' || scope, count(*) FROM outbound_send
WHERE state = 'queued' AND error_code = 'account_stopped' GROUP BY channel, scope
UNION ALL SELECT 'parked', count(*) FROM parked_event
UNION ALL SELECT 'dead_letters', count(*) FROM dead_letter WHERE resolved_at IS NULL
UNION ALL SELECT 'events.' || c.consumer, sum(behind.waiting)::bigint FROM consumer_cursor c CROSS JOIN LATERAL (
    SELECT count(*) AS waiting FROM (
        SELECT 1 FROM outbox o WHERE o.part = c.part AND (o.xid, o.pos) > (c.xid, c.pos) LIMIT {_MOST}
    ) AS unread
) AS behind GROUP BY c.consumer
"""


async def waiting(session: AsyncSession) -> Mapping[str, int]:
    """Return how many rows wait, by queue; queues that were never used are left out.

    `timers` are more than 5 seconds late; `unknown.<channel>` are sends whose outcome nobody knows,
    `stopped.<channel>.<account>` those that wait until a person has set their account right; `dead_letters` are events
    that a person has to resolve, and `parked` those behind them or behind a failure.
    """
    found: dict[str, int] = {}
    for row in await run_sql(session, _WAITING):
        found[row.queue] = found.get(row.queue, 0) + int(row.waiting)
    return found


class BacklogMeter:
    """Feeds the gauge every few seconds; each worker tells the same, so read the greatest."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: set[str] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Measure until told to stop."""
        pause = ErrorPause("backlog.failed")
        while not stop.is_set():
            async with pause.around():
                await self.step()
            try:
                await asyncio.wait_for(stop.wait(), _EVERY_S)
            except TimeoutError:
                continue

    async def step(self) -> None:
        """Measure once; a queue that has run empty shows 0 and does not vanish."""
        async with self._database.transaction() as session:
            found = await waiting(session)
        self._known |= found.keys()
        for queue in self._known:
            BACKLOG.labels(queue).set(found.get(queue, 0))
