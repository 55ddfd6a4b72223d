"""What a person does with events that a consumer gave up on, and how a consumer is replayed or paused."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from backend.platform.db.driver import run_sql
from backend.platform.errors import ConflictError, NotFoundError
from backend.platform.events import CONSUMER_BELL

_RESOLVE: Final = """
UPDATE dead_letter SET resolved_at = duka_now(), resolved_by = %(by)s, resolution = %(resolution)s
WHERE id = %(id)s AND resolved_at IS NULL
RETURNING consumer, key, xid, pos
"""
_OPEN: Final = "SELECT id, consumer, topic, key, error FROM dead_letter WHERE resolved_at IS NULL ORDER BY id LIMIT 500"
_EXISTS: Final = "SELECT resolution FROM dead_letter WHERE id = %(id)s"
_SKIP: Final = """
DELETE FROM parked_event WHERE consumer = %(consumer)s AND key = %(key)s AND xid = %(xid)s AND pos = %(pos)s
"""
_RETRY_HEAD: Final = """
UPDATE parked_event SET attempts = 0, next_at = duka_now()
WHERE (consumer, key, xid, pos) = (
    SELECT consumer, key, xid, pos FROM parked_event WHERE consumer = %(consumer)s AND key = %(key)s
    ORDER BY xid, pos LIMIT 1
)
"""
_REWIND: Final = """
UPDATE consumer_cursor c SET xid = first.xid, pos = first.pos - 1
FROM (
    SELECT DISTINCT ON (part) part, xid, pos FROM outbox
    WHERE occurred_at >= coalesce(%(since)s::timestamptz, '-infinity') ORDER BY part, xid, pos
) AS first
WHERE c.consumer = %(consumer)s AND c.part = first.part AND (c.xid, c.pos) >= (first.xid, first.pos)
"""
_RELEASE: Final = "DELETE FROM parked_event WHERE consumer = %(consumer)s"
_PAUSE: Final = "UPDATE consumer_cursor SET paused = %(paused)s WHERE consumer = %(consumer)s"


async def unresolved(session: AsyncSession) -> Sequence[Row[Any]]:
    """Return the dead letters that nobody has dealt with, oldest first: id, consumer, topic, key, error."""
    return await run_sql(session, _OPEN)


async def retry_dead_letter(session: AsyncSession, dead_letter_id: int, *, by: str) -> None:
    """Let the consumer try the event again, and go on with its key where that works.

    Raises:
        NotFoundError: There is no such dead letter.
        ConflictError: It was resolved before.
    """
    held = await _resolve(session, dead_letter_id, by, "retried")
    await run_sql(session, _RETRY_HEAD, held)
    _ring(session, held["consumer"])


async def skip_dead_letter(session: AsyncSession, dead_letter_id: int, *, by: str) -> None:
    """Leave the event out and go on with its key.

    Raises:
        NotFoundError: There is no such dead letter.
        ConflictError: It was resolved before.
    """
    held = await _resolve(session, dead_letter_id, by, "skipped")
    await run_sql(session, _SKIP, held)
    await run_sql(session, _RETRY_HEAD, held)
    _ring(session, held["consumer"])


def _ring(session: AsyncSession, consumer: str) -> None:
    session.info.setdefault("bells", set()).add(CONSUMER_BELL + consumer)


async def _resolve(session: AsyncSession, dead_letter_id: int, by: str, resolution: str) -> dict[str, Any]:
    parameters = {"id": dead_letter_id, "by": by, "resolution": resolution}
    row = (await run_sql(session, _RESOLVE, parameters)).first()
    if row is not None:
        return dict(row._asdict())
    if (await run_sql(session, _EXISTS, {"id": dead_letter_id})).first() is None:
        raise NotFoundError(dead_letter_id=dead_letter_id)
    raise ConflictError("This event was dealt with before.", dead_letter_id=dead_letter_id)


async def replay(session: AsyncSession, consumer: str, *, since: datetime | None = None) -> None:
    """Have a consumer handle the log again, from an instant on or from its beginning.

    Its held events come by again in their places, so they are let go. Only for consumers whose effects may be repeated,
    such as projections that were emptied.
    """
    await run_sql(session, _REWIND, {"consumer": consumer, "since": since})
    await run_sql(session, _RELEASE, {"consumer": consumer})
    _ring(session, consumer)


async def set_paused(session: AsyncSession, consumer: str, *, paused: bool) -> None:
    """Stop a consumer, or let it go on from where it stopped; the log keeps everything meanwhile."""
    await run_sql(session, _PAUSE, {"consumer": consumer, "paused": paused})
    _ring(session, consumer)
