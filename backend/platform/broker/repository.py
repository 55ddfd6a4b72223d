"""The broker's own way of taking partitions: a lease, since nothing may be locked while a provider is spoken to."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from backend.platform.db.driver import run_sql
from backend.platform.event_log import HORIZON, Cursor

# Two that hold one partition after a lease has run out repeat events and never turn them round: each publishes a
# run without gaps from the cursor, and the cursor stands behind what was acknowledged. So the lease saves work only.
_TAKE: Final = f"""
UPDATE consumer_cursor c SET lease_until = statement_timestamp() + make_interval(secs => %(lease_s)s)
FROM (
    SELECT part FROM consumer_cursor c
    WHERE c.consumer = %(consumer)s AND NOT c.paused
        AND (c.lease_until IS NULL OR c.lease_until < statement_timestamp())
        AND EXISTS (
            SELECT 1 FROM outbox o WHERE o.part = c.part AND (o.xid, o.pos) > (c.xid, c.pos) AND o.xid < {HORIZON}
        )
    ORDER BY c.part FOR UPDATE SKIP LOCKED
) AS free
WHERE c.consumer = %(consumer)s AND c.part = free.part
RETURNING c.part, c.xid, c.pos
"""

_SETTLE: Final = """
UPDATE consumer_cursor c
SET xid = new.xid, pos = new.pos, lease_until = NULL, updated_at = statement_timestamp()
FROM unnest(
    %(parts)s::int[], %(old_xids)s::bigint[], %(old_poss)s::bigint[], %(xids)s::bigint[], %(poss)s::bigint[]
) AS new (part, old_xid, old_pos, xid, pos)
WHERE c.consumer = %(consumer)s AND c.part = new.part AND (c.xid, c.pos) = (new.old_xid, new.old_pos)
"""


class Move(NamedTuple):
    """From where to where a cursor goes."""

    old: Cursor
    new: Cursor


async def take(session: AsyncSession, consumer: str, lease_s: float) -> list[Cursor]:
    """Lease the partitions that have something new and that nobody else holds."""
    rows = await run_sql(session, _TAKE, {"consumer": consumer, "lease_s": lease_s})
    return [Cursor(row.part, row.xid, row.pos) for row in rows]


async def settle(session: AsyncSession, consumer: str, moves: Sequence[Move]) -> None:
    """Move the cursors on and give the leases back; a cursor that somebody else has moved meanwhile stays."""
    parameters = {
        "consumer": consumer,
        "parts": [move.old.part for move in moves],
        "old_xids": [move.old.xid for move in moves],
        "old_poss": [move.old.pos for move in moves],
        "xids": [move.new.xid for move in moves],
        "poss": [move.new.pos for move in moves],
    }
    await run_sql(session, _SETTLE, parameters)
