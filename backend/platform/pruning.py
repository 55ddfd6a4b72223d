"""Deletes rows that have done their work: read events, spent timers, handled webhooks, finished sends, broken uploads.

Orders, payments, messages and their history stay; these are the engine's own rows, which nobody looks at after a while.
"""

import asyncio
from collections.abc import Mapping
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.platform.db.driver import run_sql
from backend.platform.db.session import Database
from backend.platform.loops import ErrorPause
from backend.platform.observability.logging import get_logger

log = get_logger(__name__)

_BATCH: Final = 5_000
_EVERY_S: Final = 3_600.0
# One worker prunes at a time; the others come back in an hour.
_LOCK: Final = "SELECT pg_try_advisory_xact_lock(hashtext('duka.pruning'))"

# Which rows of a table have done their work, `cutoff` being the age at which they may go.
_SPENT: Final[Mapping[str, str]] = {
    "provider_events": "state = 'done' AND done_at < {cutoff}",
    "sla_timer": "state IN ('fired', 'cancelled', 'skipped') AND coalesce(fired_at, due_at) < {cutoff}",
    "outbound_send": "state IN ('sent', 'cancelled', 'failed') AND updated_at < {cutoff}",
    "idempotency_record": "expires_at < duka_now()",
    "proofs": "sealed_at IS NULL AND expires_at < duka_now()",
    # An event goes when every consumer has read past it and none has parked it.
    "outbox": """occurred_at < {cutoff}
        AND NOT EXISTS (
            SELECT 1 FROM consumer_cursor c
            WHERE c.part = spent.part AND (c.xid, c.pos) < (spent.xid, spent.pos)
        )
        AND NOT EXISTS (
            SELECT 1 FROM parked_event p WHERE p.part = spent.part AND p.xid = spent.xid AND p.pos = spent.pos
        )""",
}
_CUTOFF: Final = "duka_now() - make_interval(days => %(keep_days)s)"


async def prune(session: AsyncSession, keep_days: int) -> dict[str, int]:
    """Delete a batch of each table's spent rows; return how many went, by table.

    Args:
        session: A transaction of its own.
        keep_days: How long spent rows are kept; providers repeat a webhook for a week at most.
    """
    if not (await run_sql(session, _LOCK)).scalar_one():
        return {}
    return {table: await _delete(session, table, keep_days) for table in _SPENT}


async def _delete(session: AsyncSession, table: str, keep_days: int) -> int:
    spent = _SPENT[table].format(cutoff=_CUTOFF)
    statement = (
        f"DELETE FROM {table} WHERE ctid = ANY(ARRAY(SELECT ctid FROM {table} AS spent WHERE {spent} LIMIT {_BATCH}))"
    )
    return (await run_sql(session, statement, {"keep_days": keep_days})).rowcount


class Pruner:
    """Prunes once an hour, batch after batch until nothing is left."""

    def __init__(self, database: Database, *, keep_days: int) -> None:
        self._database = database
        self._keep_days = keep_days

    async def run(self, stop: asyncio.Event) -> None:
        """Prune until told to stop."""
        pause = ErrorPause("pruning.failed")
        while not stop.is_set():
            async with pause.around():
                await self.step()
            await self._wait(stop)

    async def step(self) -> int:
        """Delete all that is spent, a transaction a batch; return how many rows went."""
        total = 0
        while True:
            async with self._database.transaction() as session:
                gone = await prune(session, self._keep_days)
            total += sum(gone.values())
            if max(gone.values(), default=0) < _BATCH:
                break
        if total:
            log.info("pruning.done", rows=total)
        return total

    @staticmethod
    async def _wait(stop: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(_EVERY_S):
                await stop.wait()
        except TimeoutError:
            return
