"""Every query on the sends: claiming with a lease and a fencing number, and concluding under that number."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from backend.platform import outages
from backend.platform.db.driver import run_sql
from backend.platform.db.session import Database
from backend.platform.sends import ClaimedSend

# Leases run on real time, not on the clock that a test may move: they guard a call under way on some machine.
_LOOK: Final = """
SELECT channel, EXISTS (
    SELECT 1 FROM outbound_send s
    WHERE s.channel = given.channel AND s.state = 'leased' AND s.lease_until < statement_timestamp()
) AS expired, EXISTS (
    SELECT 1 FROM outbound_send s
    WHERE s.channel = given.channel AND s.state = 'unknown' AND s.next_at <= duka_now()
) AS unknown, EXISTS (
    SELECT 1 FROM outbound_send s
    WHERE s.channel = given.channel AND s.state = 'queued' AND s.next_at <= duka_now()
) AS due
FROM unnest(%(channels)s::text[]) AS given (channel)
"""

_RETURNING: Final = """
RETURNING s.id, s.channel, s.scope, s.lane, s.order_id, s.payload, s.idem, s.attempts, s.checks, s.fence,
    s.possible_duplicate, s.provider_ref, s.trace_id, s.created_at, s.priority, s.seq
"""

_CLAIM: Final = f"""
WITH due AS MATERIALIZED (
    SELECT found.id, given.lease_s
    FROM unnest(%(channels)s::text[], %(limits)s::int[], %(leases)s::float8[]) AS given (channel, most, lease_s)
    CROSS JOIN LATERAL (
        SELECT s.id FROM outbound_send s
        WHERE s.channel = given.channel AND s.state = 'queued' AND s.next_at <= duka_now() AND (
            s.lane = '' OR NOT EXISTS (
                SELECT 1 FROM outbound_send before
                WHERE before.lane = s.lane AND before.lane <> '' AND before.state IN ('queued', 'leased')
                    AND before.channel = s.channel AND before.seq < s.seq
            )
        )
        ORDER BY s.priority, s.next_at, s.seq LIMIT given.most FOR NO KEY UPDATE OF s SKIP LOCKED
    ) found
)
UPDATE outbound_send s SET state = 'leased', owner = %(owner)s, fence = fence + 1, attempts = attempts + 1,
    lease_until = statement_timestamp() + make_interval(secs => due.lease_s), updated_at = duka_now()
FROM due WHERE s.id = due.id
{_RETURNING}
"""

# Those that the caller's own transaction has queued; where older ones of their channel wait, they wait behind them.
_CLAIM_OWN: Final = f"""
WITH due AS MATERIALIZED (
    SELECT s.id, given.lease_s
    FROM unnest(%(channels)s::text[], %(limits)s::int[], %(leases)s::float8[]) AS given (channel, most, lease_s)
    CROSS JOIN LATERAL (
        SELECT own.id FROM outbound_send own
        WHERE own.id = ANY(%(ids)s::text[]) AND own.channel = given.channel AND own.state = 'queued'
            AND own.next_at <= duka_now() AND NOT EXISTS (
                SELECT 1 FROM outbound_send before
                WHERE before.channel = own.channel AND before.state = 'queued' AND before.next_at <= duka_now()
                    AND before.seq < own.seq
            ) AND (
                own.lane = '' OR NOT EXISTS (
                    SELECT 1 FROM outbound_send before
                    WHERE before.lane = own.lane AND before.lane <> '' AND before.state IN ('queued', 'leased')
                        AND before.channel = own.channel AND before.seq < own.seq
                )
            )
        ORDER BY own.seq LIMIT given.most
    ) s
)
UPDATE outbound_send s SET state = 'leased', owner = %(owner)s, fence = fence + 1, attempts = attempts + 1,
    lease_until = statement_timestamp() + make_interval(secs => due.lease_s), updated_at = duka_now()
FROM due WHERE s.id = due.id
{_RETURNING}
"""

_CLAIM_EXPIRED: Final = f"""
WITH expired AS MATERIALIZED (
    SELECT s.id FROM outbound_send s
    WHERE s.channel = %(channel)s AND s.state = 'leased' AND s.lease_until < statement_timestamp()
    ORDER BY s.lease_until LIMIT %(limit)s FOR NO KEY UPDATE OF s SKIP LOCKED
)
UPDATE outbound_send s SET owner = %(owner)s, fence = fence + 1, updated_at = duka_now(),
    lease_until = statement_timestamp() + make_interval(secs => %(lease_s)s)
FROM expired WHERE s.id = expired.id
{_RETURNING}
"""

_CLAIM_UNKNOWN: Final = f"""
WITH due AS MATERIALIZED (
    SELECT s.id FROM outbound_send s
    WHERE s.channel = %(channel)s AND s.state = 'unknown' AND s.next_at <= duka_now()
        AND (s.lease_until IS NULL OR s.lease_until < statement_timestamp())
    ORDER BY s.next_at LIMIT %(limit)s FOR NO KEY UPDATE OF s SKIP LOCKED
)
UPDATE outbound_send s SET owner = %(owner)s, fence = fence + 1, checks = checks + 1, updated_at = duka_now(),
    lease_until = statement_timestamp() + make_interval(secs => %(lease_s)s)
FROM due WHERE s.id = due.id
{_RETURNING}
"""

# What goes out proves that its account is stopped no more, whichever process knew of that.
_CONCLUDE: Final = """
WITH mended AS (
    DELETE FROM provider_outage WHERE %(state)s = 'sent' AND channel = %(account)s
)
UPDATE outbound_send SET state = %(state)s, owner = NULL, lease_until = NULL, updated_at = duka_now(),
    attempts = attempts - %(uncounted)s, checks = CASE WHEN %(state)s = 'queued' THEN 0 ELSE checks END,
    next_at = duka_now() + make_interval(secs => %(pause_s)s),
    provider_ref = coalesce(%(provider_ref)s, provider_ref),
    error_code = %(error_code)s, error_detail = %(error_detail)s,
    possible_duplicate = possible_duplicate OR %(possible_duplicate)s,
    sent_at = CASE WHEN %(state)s = 'sent' THEN duka_now() END
WHERE id = %(id)s AND fence = %(fence)s AND state IN ('leased', 'unknown')
RETURNING id
"""


class Found(NamedTuple):
    """What waits in a channel: leases that ran out, sends of unknown end to be asked about, sends that are due."""

    channel: str
    expired: bool
    unknown: bool
    due: bool


class Room(NamedTuple):
    """How many sends of a channel may be leased now, and for how long."""

    channel: str
    most: int
    lease_s: float


async def look(database: Database, channels: Sequence[str]) -> list[Found]:
    """Return what waits in each of the channels now; nothing is claimed."""
    return [Found(*row) for row in await database.look(_LOOK, {"channels": list(channels)})]


async def claim(session: AsyncSession, rooms: Sequence[Room], *, owner: str) -> list[ClaimedSend]:
    """Lease what is due in these channels, the most urgent of each first; of each lane at most the first."""
    return _in_order(await run_sql(session, _CLAIM, {**_arrays(rooms), "owner": owner}))


async def claim_own(
    session: AsyncSession, rooms: Sequence[Room], ids: Sequence[str], *, owner: str
) -> list[ClaimedSend]:
    """Lease those of these sends, queued by this very transaction, that nothing of their channel waits before."""
    parameters = {**_arrays(rooms), "ids": list(ids), "owner": owner}
    return _in_order(await run_sql(session, _CLAIM_OWN, parameters))


def _arrays(rooms: Sequence[Room]) -> dict[str, Any]:
    return {
        "channels": [room.channel for room in rooms],
        "limits": [room.most for room in rooms],
        "leases": [float(room.lease_s) for room in rooms],
    }


async def claim_expired(
    session: AsyncSession, channel: str, *, owner: str, limit: int, lease_s: float
) -> list[ClaimedSend]:
    """Take over sends whose owner let the lease run out, which may have been made or not."""
    return await _claim(session, _CLAIM_EXPIRED, channel, owner, limit, lease_s)


async def claim_unknown(
    session: AsyncSession, channel: str, *, owner: str, limit: int, lease_s: float
) -> list[ClaimedSend]:
    """Take unknown sends that are to be asked about now."""
    return await _claim(session, _CLAIM_UNKNOWN, channel, owner, limit, lease_s)


async def conclude(
    session: AsyncSession,
    send: ClaimedSend,
    state: str,
    *,
    pause_s: float | None = None,
    uncounted: int = 0,
    provider_ref: str | None = None,
    error: tuple[str | None, str | None] = (None, None),
    possible_duplicate: bool = False,
) -> bool:
    """Record the send's new state, unless another has taken it over since; return whether it was ours to record.

    Args:
        session: The transaction that also settles it in the domain.
        send: As it was claimed; its fencing number must still be the row's.
        state: The new state.
        pause_s: When it is next looked at; None for never.
        uncounted: Tries that do not count, since nothing was tried.
        provider_ref: The provider's reference, where there is one now.
        error: Code and words of what went wrong.
        possible_duplicate: Whether the next try may repeat one that went out.
    """
    parameters = {
        "id": send.id,
        "fence": send.fence,
        "state": state,
        "account": outages.name_of(send.channel, send.scope) if send.scope else None,
        "pause_s": pause_s,
        "uncounted": uncounted,
        "provider_ref": provider_ref,
        "error_code": error[0],
        "error_detail": error[1],
        "possible_duplicate": possible_duplicate,
    }
    return (await run_sql(session, _CONCLUDE, parameters)).first() is not None


async def _claim(
    session: AsyncSession, statement: str, channel: str, owner: str, limit: int, lease_s: float
) -> list[ClaimedSend]:
    parameters = {"channel": channel, "owner": owner, "limit": limit, "lease_s": lease_s}
    return _in_order(await run_sql(session, statement, parameters))


def _in_order(rows: Sequence[Any]) -> list[ClaimedSend]:
    return [_claimed(row) for row in sorted(rows, key=lambda row: (row.priority, row.seq))]


def _claimed(row: Any) -> ClaimedSend:
    return ClaimedSend(
        id=row.id,
        channel=row.channel,
        scope=row.scope,
        lane=row.lane,
        order_id=row.order_id,
        payload=row.payload,
        idem=row.idem,
        attempts=row.attempts,
        checks=row.checks,
        fence=row.fence,
        possible_duplicate=row.possible_duplicate,
        provider_ref=row.provider_ref,
        trace_id=row.trace_id,
        created_at=row.created_at,
    )
