"""Every query on the outbox, its cursors and its parked events; which of them to ask is decided in `consumers`."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from backend.platform.actors import Actor
from backend.platform.db.driver import run_sql, to_json
from backend.platform.db.session import Database
from backend.platform.events import PARTITIONS, Position, StoredEvent

# Everything below the oldest running transaction is settled: nothing can still commit there, out of order, behind a
# cursor. A sequence alone can't promise that, since its numbers are taken before the commit.
HORIZON: Final = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint"

_HAS_WORK: Final = f"""
NOT c.paused AND (
    EXISTS (SELECT 1 FROM outbox o WHERE o.part = c.part AND (o.xid, o.pos) > (c.xid, c.pos) AND o.xid < {HORIZON})
    OR EXISTS (
        SELECT 1 FROM parked_event p WHERE p.consumer = c.consumer AND p.part = c.part AND p.next_at <= duka_now()
    )
)
"""

_ENSURE: Final = f"""
INSERT INTO consumer_cursor (consumer, part)
SELECT consumer, part FROM unnest(%(consumers)s::text[]) consumer, generate_series(0, {PARTITIONS - 1}) part
ON CONFLICT DO NOTHING
"""

_BUSY: Final = f"""
SELECT DISTINCT c.consumer FROM consumer_cursor c WHERE c.consumer = ANY(%(consumers)s::text[]) AND {_HAS_WORK}
"""

_CLAIM: Final = f"""
SELECT c.part, c.xid, c.pos FROM consumer_cursor c WHERE c.consumer = %(consumer)s AND {_HAS_WORK}
ORDER BY c.updated_at, c.part LIMIT %(parts)s FOR UPDATE OF c SKIP LOCKED
"""

_COLUMNS: Final = """
o.part, o.xid, o.pos, o.event_id, o.topic, o.key, o.actor, o.city, o.trace_id, o.occurred_at
"""

_ABOVE: Final = f"""EXISTS (
    SELECT 1 FROM consumer_cursor c JOIN outbox o ON o.part = c.part AND (o.xid, o.pos) > (c.xid, c.pos)
    WHERE c.consumer = %(consumer)s AND NOT c.paused AND o.xid >= {HORIZON}
)"""
_ANY_ABOVE: Final = f"SELECT {_ABOVE}"

_HELD: Final = """EXISTS (
    SELECT 1 FROM parked_event WHERE consumer = %(consumer)s AND part = ANY(%(parts)s::int[])
)"""
_ANY_PARKED: Final = f"SELECT {_HELD}"

_READ: Final = f"""
SELECT {_COLUMNS}, CASE WHEN o.topic = ANY(%(topics)s::text[]) THEN o.payload END AS payload, {_HELD} AS held
FROM unnest(%(parts)s::int[], %(xids)s::bigint[], %(poss)s::bigint[]) AS c (part, xid, pos)
CROSS JOIN LATERAL (
    SELECT * FROM outbox o WHERE o.part = c.part AND (o.xid, o.pos) > (c.xid, c.pos) AND o.xid < {HORIZON}
    ORDER BY o.xid, o.pos LIMIT %(limit)s
) o
ORDER BY o.part, o.xid, o.pos
"""

_ADVANCE: Final = f"""
UPDATE consumer_cursor c SET xid = new.xid, pos = new.pos, updated_at = statement_timestamp()
FROM unnest(%(parts)s::int[], %(xids)s::bigint[], %(poss)s::bigint[]) AS new (part, xid, pos)
WHERE c.consumer = %(consumer)s AND c.part = new.part
RETURNING {_ABOVE}
"""

_PASS_OVER: Final = f"""
UPDATE consumer_cursor c SET xid = last.xid, pos = last.pos, updated_at = statement_timestamp()
FROM (
    SELECT part, xid, pos FROM consumer_cursor WHERE consumer = %(consumer)s AND NOT paused
    FOR UPDATE SKIP LOCKED
) AS held
CROSS JOIN LATERAL (
    SELECT o.xid, o.pos FROM outbox o
    WHERE o.part = held.part AND (o.xid, o.pos) > (held.xid, held.pos) AND o.xid < {HORIZON}
    ORDER BY o.xid DESC, o.pos DESC LIMIT 1
) AS last
WHERE c.consumer = %(consumer)s AND c.part = held.part AND NOT EXISTS (
    SELECT 1 FROM outbox o
    WHERE o.part = held.part AND (o.xid, o.pos) > (held.xid, held.pos) AND o.xid < {HORIZON}
        AND o.topic = ANY(%(topics)s::text[])
)
"""

_PARKED_KEYS: Final = """
SELECT DISTINCT key FROM parked_event WHERE consumer = %(consumer)s AND key = ANY(%(keys)s::text[])
"""

_PARK: Final = """
INSERT INTO parked_event (consumer, part, key, xid, pos, attempts, next_at, last_error)
VALUES (%(consumer)s, %(part)s, %(key)s, %(xid)s, %(pos)s, %(attempts)s,
    duka_now() + make_interval(secs => %(pause_s)s), %(error)s)
ON CONFLICT (consumer, key, xid, pos)
DO UPDATE SET attempts = EXCLUDED.attempts, next_at = EXCLUDED.next_at, last_error = EXCLUDED.last_error
"""

_DUE_HEADS: Final = """
SELECT part, key, xid, pos, attempts FROM parked_event
WHERE consumer = %(consumer)s AND part = ANY(%(parts)s::int[]) AND next_at <= duka_now()
ORDER BY next_at LIMIT %(limit)s
"""

_NEXT_PARKED: Final = """
SELECT part, key, xid, pos, attempts FROM parked_event
WHERE consumer = %(consumer)s AND key = %(key)s ORDER BY xid, pos LIMIT 1
"""

_ONE: Final = f"""
SELECT {_COLUMNS}, o.payload FROM outbox o WHERE o.part = %(part)s AND o.xid = %(xid)s AND o.pos = %(pos)s
"""

_OF_KEY: Final = f"""
SELECT {_COLUMNS}, o.payload FROM outbox o WHERE o.key = %(key)s ORDER BY o.occurred_at, o.xid, o.pos
"""

_UNPARK: Final = """
DELETE FROM parked_event WHERE consumer = %(consumer)s AND key = %(key)s AND xid = %(xid)s AND pos = %(pos)s
"""

_BURY: Final = """
INSERT INTO dead_letter (consumer, event_id, topic, key, xid, pos, payload, error, attempts)
VALUES (%(consumer)s, %(event_id)s, %(topic)s, %(key)s, %(xid)s, %(pos)s, %(payload)s::jsonb, %(error)s, %(attempts)s)
"""


class Cursor(NamedTuple):
    """How far a consumer has read one partition."""

    part: int
    xid: int
    pos: int


class Parked(NamedTuple):
    """An event that waits for its next try, or behind one of its key that does."""

    part: int
    key: str
    xid: int
    pos: int
    attempts: int


class LogRow(NamedTuple):
    """A row read from the log; `event` is None where the consumer did not ask for its topic."""

    cursor: Cursor
    event: StoredEvent | None


async def ensure_cursors(session: AsyncSession, consumers: Sequence[str]) -> None:
    """Make the cursors of new consumers; they start at the beginning of the log."""
    await run_sql(session, _ENSURE, {"consumers": sorted(consumers)})


async def busy_consumers(database: Database, consumers: Sequence[str]) -> list[str]:
    """Return those of the consumers that have something to read or to try again."""
    return [row[0] for row in await database.look(_BUSY, {"consumers": list(consumers)})]


async def claim_cursors(session: AsyncSession, consumer: str, parts: int) -> list[Cursor]:
    """Lock at most `parts` partitions that have work and that nobody else holds."""
    rows = await run_sql(session, _CLAIM, {"consumer": consumer, "parts": parts})
    return [Cursor(row.part, row.xid, row.pos) for row in rows]


async def any_above(session: AsyncSession, consumer: str) -> bool:
    """Return whether committed events wait above the horizon, until an older transaction has ended."""
    return bool((await run_sql(session, _ANY_ABOVE, {"consumer": consumer})).scalar_one())


async def read_after(
    session: AsyncSession, consumer: str, cursors: Sequence[Cursor], topics: Sequence[str], limit: int
) -> tuple[list[LogRow], bool]:
    """Read at most `limit` events of each partition, in commit order, below the horizon.

    Returns:
        The rows, and whether anything is held in the partitions; told once they are locked, since only then it stays
        true.
    """
    parameters = {**_arrays(cursors), "consumer": consumer, "topics": list(topics), "limit": limit}
    rows = await run_sql(session, _READ, parameters)
    wanted = frozenset(topics)
    held = rows[0].held if rows else await _any_parked(session, consumer, [cursor.part for cursor in cursors])
    return [_log_row(row, wanted) for row in rows], held


async def pass_over(session: AsyncSession, consumer: str, topics: Sequence[str]) -> None:
    """Move a consumer on in partitions that have new events but none it wants."""
    await run_sql(session, _PASS_OVER, {"consumer": consumer, "topics": list(topics)})


async def advance(session: AsyncSession, consumer: str, cursors: Sequence[Cursor]) -> bool:
    """Move the cursors to the given places; return what `any_above` would."""
    rows = await run_sql(session, _ADVANCE, {**_arrays(cursors), "consumer": consumer})
    return bool(rows.first()[0])


async def _any_parked(session: AsyncSession, consumer: str, parts: Sequence[int]) -> bool:
    result = await run_sql(session, _ANY_PARKED, {"consumer": consumer, "parts": list(parts)})
    return bool(result.scalar_one())


async def parked_keys(session: AsyncSession, consumer: str, keys: Sequence[str]) -> frozenset[str]:
    """Return those of the keys that are held for this consumer."""
    rows = await run_sql(session, _PARKED_KEYS, {"consumer": consumer, "keys": sorted(set(keys))})
    return frozenset(row[0] for row in rows)


async def park(
    session: AsyncSession,
    consumer: str,
    place: Parked,
    *,
    attempts: int,
    pause_s: float | None,
    error: str | None = None,
) -> None:
    """Hold an event: until `pause_s` from now, or, where that is None, until something else sets its time."""
    parameters = {**place._asdict(), "consumer": consumer, "attempts": attempts, "pause_s": pause_s, "error": error}
    await run_sql(session, _PARK, parameters)


async def due_heads(session: AsyncSession, consumer: str, parts: Sequence[int], limit: int) -> list[Parked]:
    """Return parked events whose next try is due, in the partitions held."""
    rows = await run_sql(session, _DUE_HEADS, {"consumer": consumer, "parts": list(parts), "limit": limit})
    return [_parked(row) for row in rows]


async def next_parked(session: AsyncSession, consumer: str, key: str) -> Parked | None:
    """Return the first event held for a key."""
    row = (await run_sql(session, _NEXT_PARKED, {"consumer": consumer, "key": key})).first()
    return None if row is None else _parked(row)


async def event_at(session: AsyncSession, place: Parked) -> StoredEvent | None:
    """Read the event at a place of the log; None where the log no longer holds it."""
    row = (await run_sql(session, _ONE, {"part": place.part, "xid": place.xid, "pos": place.pos})).first()
    return None if row is None else _event(row)


async def events_of(session: AsyncSession, key: str) -> list[StoredEvent]:
    """Return all events of a key that the log still holds, the first first."""
    return [_event(row) for row in await run_sql(session, _OF_KEY, {"key": key})]


async def unpark(session: AsyncSession, consumer: str, place: Parked) -> None:
    """Let go of an event that was handled."""
    parameters: Mapping[str, Any] = {"consumer": consumer, "key": place.key, "xid": place.xid, "pos": place.pos}
    await run_sql(session, _UNPARK, parameters)


async def bury(session: AsyncSession, consumer: str, event: StoredEvent, *, error: str, attempts: int) -> None:
    """Record a dead letter."""
    parameters = {
        "consumer": consumer,
        "event_id": event.event_id,
        "topic": event.topic,
        "key": event.key,
        "xid": event.position.xid,
        "pos": event.position.pos,
        "payload": to_json(event.payload),
        "error": error,
        "attempts": attempts,
    }
    await run_sql(session, _BURY, parameters)


def _arrays(cursors: Sequence[Cursor]) -> dict[str, list[int]]:
    return {
        "parts": [cursor.part for cursor in cursors],
        "xids": [cursor.xid for cursor in cursors],
        "poss": [cursor.pos for cursor in cursors],
    }


def _parked(row: Any) -> Parked:
    return Parked(row.part, row.key, row.xid, row.pos, row.attempts)


def _log_row(row: Any, wanted: frozenset[str]) -> LogRow:
    return LogRow(Cursor(row[0], row[1], row[2]), _event(row[:-1]) if row[4] in wanted else None)


def _event(row: Any) -> StoredEvent:
    """Return the event of a row of `_COLUMNS` and its payload; by place, since rows are read by the ten thousand."""
    _, xid, pos, event_id, topic, key, actor, city, trace_id, occurred_at, payload = row
    return StoredEvent(event_id, topic, key, payload, _actor(actor), city, trace_id, occurred_at, Position(xid, pos))


_actor: Final = lru_cache(maxsize=1024)(Actor.parse)
