"""Every query of comms."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import exists, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.comms.models import CommsLog, EscalationPolicy, OpsException, VoiceCall
from backend.comms.policies import CALLS, PlacedCall
from backend.platform.db.driver import run_sql
from backend.platform.inbox import waiting_bodies

_RECENT_CALLS: Final = """
WITH clock AS MATERIALIZED (SELECT duka_now() AS now)
SELECT id, callee, purpose, order_id, created_at > clock.now - interval '1 hour' AS in_hour,
    created_at > clock.now - make_interval(secs => %(covers_s)s) AS just_now
FROM voice_calls CROSS JOIN clock
WHERE callee = ANY(%(callees)s::text[]) AND state <> 'cancelled'
    AND created_at > (SELECT duka_now()) - make_interval(secs => greatest(3600, %(covers_s)s))
"""

# From order to call to send, whatever Postgres thinks of how many there are of each: in a rush its statistics are of
# before, and it would rather read all that is queued. So no index but that of orders can serve the sends' state.
_WAITING_CALLS: Final = """
SELECT c.id, c.order_id, c.callee, c.rung, s.idem, EXISTS (
    SELECT FROM voice_calls o WHERE o.callee = c.callee AND o.state IN ('dialled', 'answered')
        AND o.updated_at > (SELECT duka_now()) - interval '90 seconds'
) AS engaged
FROM unnest(%(order_ids)s::text[]) AS given (order_id)
CROSS JOIN LATERAL (
    SELECT id, order_id, callee, rung FROM voice_calls
    WHERE order_id = given.order_id AND ladder = %(ladder)s AND state = 'queued' OFFSET 0
) c
CROSS JOIN LATERAL (
    SELECT idem FROM outbound_send
    WHERE order_id = c.order_id AND payload ->> 'call_id' = c.id AND (state = 'queued') IS TRUE OFFSET 0
) s
"""

# Of an unknown call whose send is still asked about; once that is given up, nobody waits for it.
_IN_DOUBT: Final = text(
    "EXISTS (SELECT FROM outbound_send s WHERE s.order_id = voice_calls.order_id AND s.state = 'unknown'"
    " AND s.payload ->> 'call_id' = voice_calls.id AND s.next_at IS NOT NULL)"
)

_REACHED: Final = """
SELECT DISTINCT log.order_id
FROM unnest(%(order_ids)s::text[], %(actors)s::text[]) AS given (order_id, actor)
JOIN comms_log log ON log.order_id = given.order_id AND log.actor = given.actor
WHERE log.ladder = %(ladder)s
    AND log.status IN ('sent', 'delivered', 'read', 'answered', 'completed', 'no_answer', 'busy')
"""


async def now(session: AsyncSession) -> datetime:
    """Return the database's time."""
    found: datetime = (await session.execute(select(func.duka_now()))).scalar_one()
    return found


async def policies_by_id(session: AsyncSession, ids: Collection[int]) -> Sequence[EscalationPolicy]:
    """Return versions that running ladders keep."""
    return (await session.scalars(select(EscalationPolicy).where(EscalationPolicy.id.in_(ids)))).all()


async def hold_policies(session: AsyncSession, kind: str) -> None:
    """Make others that change the ladders of a kind wait until the transaction ends."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"ladder:{kind}", 0))))


async def replace_policy(session: AsyncSession, kind: str, city: str | None, tier: str | None) -> int:
    """Retire the active version of this scope; return the next version's number."""
    await session.execute(
        text(
            "UPDATE escalation_policy SET active = false WHERE kind = :kind AND active"
            " AND lower(city) IS NOT DISTINCT FROM lower(CAST(:city AS text)) AND tier IS NOT DISTINCT FROM :tier"
        ),
        {"kind": kind, "city": city, "tier": tier},
    )
    latest = select(func.coalesce(func.max(EscalationPolicy.version), 0)).where(EscalationPolicy.kind == kind)
    return int(await session.scalar(latest) or 0) + 1


async def policies(
    session: AsyncSession, kind: str | None = None, *, active_only: bool = True
) -> Sequence[EscalationPolicy]:
    """Return the active ladders, of one kind where it is named, or all versions; by kind, the newest first."""
    query = select(EscalationPolicy).order_by(EscalationPolicy.kind, EscalationPolicy.id.desc())
    query = query if kind is None else query.filter_by(kind=kind)
    return (await session.scalars(query.filter_by(active=True) if active_only else query)).all()


async def log_of(session: AsyncSession, order_id: str) -> Sequence[CommsLog]:
    """Return an order's log, oldest first."""
    query = select(CommsLog).where(CommsLog.order_id == order_id).order_by(CommsLog.created_at, CommsLog.id)
    return (await session.scalars(query)).all()


class LadderLine(NamedTuple):
    """Which step of which ladder a line of the log is of."""

    order_id: str
    ladder: str
    step: int


async def ladder_line(session: AsyncSession, idem: str) -> LadderLine | None:
    """Return which ladder's step a send is; None where it is of no ladder."""
    query = select(CommsLog.order_id, CommsLog.ladder, CommsLog.step).where(
        CommsLog.idem == idem, CommsLog.ladder != "", CommsLog.order_id.is_not(None)
    )
    found = (await session.execute(query)).first()
    return None if found is None else LadderLine(str(found.order_id), found.ladder, found.step or 0)


async def logged(session: AsyncSession, idems: Collection[str]) -> set[str]:
    """Return those of these names that are in the log: they went out, or are about to."""
    found = await session.scalars(select(CommsLog.idem).where(CommsLog.idem.in_(idems))) if idems else ()
    return {idem for idem in found if idem}


async def calls_with(session: AsyncSession, idem: str) -> bool:
    """Say whether the step that a ladder's message is of has called too, or held a call back."""
    rungs = (f"{idem}:{rung}{end}" for rung in sorted(CALLS) for end in ("", ":withheld"))
    return bool(await session.scalar(select(exists().where(CommsLog.idem.in_(list(rungs))))))


async def set_log_status(session: AsyncSession, idem: str, status: str, correlation_id: str | None = None) -> None:
    """Record what became of a send; a receipt that was quicker stays."""
    await session.execute(
        text(
            "UPDATE comms_log SET correlation_id = coalesce(:correlation_id, correlation_id),"
            " status = CASE WHEN status IN ('queued', 'unknown', 'sent', 'failed') THEN :status ELSE status END"
            " WHERE idem = :idem"
        ),
        {"idem": idem, "status": status, "correlation_id": correlation_id},
    )


async def set_status_of(session: AsyncSession, correlation_id: str, status: str) -> None:
    """Record how far what the provider knows by this id has come."""
    await session.execute(
        text("UPDATE comms_log SET status = :status WHERE correlation_id = :correlation_id AND direction = 'outbound'"),
        {"correlation_id": correlation_id, "status": status},
    )


async def call(session: AsyncSession, call_id: str, *, lock: bool = False) -> VoiceCall | None:
    """Return a call by our id."""
    query = select(VoiceCall).where(VoiceCall.id == call_id)
    found: VoiceCall | None = await session.scalar(
        query.with_for_update().execution_options(populate_existing=True) if lock else query
    )
    return found


async def unclaimed(session: AsyncSession, call_sids: Sequence[str]) -> str | None:
    """Return the first of a provider's ids that no call of ours has; None where each is somebody's."""
    found = select(VoiceCall.call_sid).where(VoiceCall.call_sid.in_(call_sids))
    known = set(await session.scalars(found)) if call_sids else set()
    return next((sid for sid in call_sids if sid not in known), None)


async def line_engaged(session: AsyncSession, call: VoiceCall, *, asked: bool) -> bool:
    """Return whether another call of ours rings at somebody or goes on; one without news for long counts no more.

    Where the provider can be `asked`, one that it is still asked about counts, too.
    """
    query = select(func.count()).where(
        VoiceCall.callee == call.callee,
        VoiceCall.id != call.id,
        or_(
            VoiceCall.state.in_(("dialled", "answered"))
            & (VoiceCall.updated_at > func.duka_now() - text("interval '90 seconds'")),
            (VoiceCall.state == "unknown") & _IN_DOUBT & asked,
        ),
    )
    return bool(await session.scalar(query))


async def release_sid(session: AsyncSession, call_sid: str, *, of: str) -> list[str]:
    """Take a provider's id from calls that were thought to have it, for the one `of` it; return our ids of them."""
    query = (
        update(VoiceCall)
        .where(VoiceCall.call_sid == call_sid, VoiceCall.id != of)
        .values(call_sid=None, state="unknown")
        .returning(VoiceCall.id)
    )
    return list(await session.scalars(query))


async def live_bridge(session: AsyncSession, order_id: str, one: str, other: str) -> str | None:
    """Return the call that joins two people about an order at this moment, whoever of them was called first."""
    with_whom = VoiceCall.params["with"].astext
    query = select(VoiceCall.id).where(
        VoiceCall.order_id == order_id,
        VoiceCall.rung == "bridge",
        or_((VoiceCall.callee == one) & (with_whom == other), (VoiceCall.callee == other) & (with_whom == one)),
        VoiceCall.state.in_(("queued", "dialled", "answered", "unknown")),
        VoiceCall.updated_at > func.duka_now() - text("interval '90 seconds'"),
    )
    found: str | None = await session.scalar(query.limit(1))
    return found


async def older_than(session: AsyncSession, call_id: str, seconds: float) -> bool:
    """Return whether a call was asked for longer ago than this."""
    query = text("SELECT created_at < duka_now() - make_interval(secs => :seconds) FROM voice_calls WHERE id = :id")
    return bool(await session.scalar(query, {"id": call_id, "seconds": seconds}))


async def call_by_idem(session: AsyncSession, idem: str) -> str | None:
    """Return the call that a send of this name was queued for."""
    query = text("SELECT payload ->> 'call_id' FROM outbound_send WHERE idem = :idem")
    found: str | None = await session.scalar(query, {"idem": idem})
    return found


async def ladder_runs(session: AsyncSession, order_id: str, kind: str) -> bool:
    """Return whether a ladder of an order has a step ahead."""
    query = text(
        "SELECT EXISTS (SELECT FROM sla_timer WHERE order_id = :order_id AND type = :kind AND state = 'pending')"
    )
    return bool(await session.scalar(query, {"order_id": order_id, "kind": kind}))


async def ladder_ended(session: AsyncSession, call: VoiceCall) -> bool:
    """Return whether the ladder that placed a call was answered since: the step after it was called off."""
    query = text(
        "SELECT EXISTS (SELECT FROM sla_timer WHERE order_id = :order_id AND type = :ladder"
        " AND state = 'cancelled' AND created_at >= :since)"
    )
    values = {"order_id": call.order_id, "ladder": call.ladder, "since": call.created_at}
    return bool(await session.scalar(query, values))


async def seconds_since_ring(session: AsyncSession, order_id: str, actor: str) -> float | None:
    """Return how long ago somebody's phone last rang about an order; None where it did not within the hour."""
    query = text(
        "SELECT extract(epoch FROM duka_now() - max(created_at))::float8 FROM voice_calls"
        " WHERE order_id = :order_id AND callee = :actor AND rung <> 'bridge' AND call_sid IS NOT NULL"
        " AND created_at > duka_now() - interval '1 hour'"
    )
    found: float | None = await session.scalar(query, {"order_id": order_id, "actor": actor})
    return found


async def seconds_since_ladder(session: AsyncSession, order_id: str, kind: str) -> float | None:
    """Return how long ago a ladder of an order began; None where it never did."""
    query = text(
        "SELECT extract(epoch FROM duka_now() - min(created_at))::float8 FROM sla_timer"
        " WHERE order_id = :order_id AND type = :kind"
    )
    found: float | None = await session.scalar(query, {"order_id": order_id, "kind": kind})
    return found


async def recent_calls(session: AsyncSession, callees: Collection[str], covers_s: float) -> list[PlacedCall]:
    """Return the calls to some people within the hour, or within `covers_s` seconds where that is longer."""
    parameters = {"callees": list(callees), "covers_s": covers_s}
    return [PlacedCall(*tuple(row)) for row in await run_sql(session, _RECENT_CALLS, parameters)]


async def reached(session: AsyncSession, ladder: str, chased: Mapping[str, str]) -> frozenset[str]:
    """Return those orders of which a ladder got as far as somebody's phone, as the providers say.

    Args:
        session: The transaction.
        ladder: Which ladder.
        chased: Whom it chases, by order.
    """
    parameters = {"ladder": ladder, "order_ids": list(chased), "actors": list(chased.values())}
    return frozenset(row.order_id for row in await run_sql(session, _REACHED, parameters))


class WaitingCall(NamedTuple):
    """A call that was asked for and not dialled yet.

    Attributes:
        idem: Names its send.
        engaged: Whether another call of ours rings at the person or goes on.
    """

    id: str
    order_id: str
    callee: str
    rung: str
    idem: str
    engaged: bool


async def waiting_calls(session: AsyncSession, order_ids: Sequence[str], ladder: str) -> Sequence[WaitingCall]:
    """Return the calls of some orders' ladders that nobody has begun to dial."""
    parameters = {"order_ids": list({*order_ids}), "ladder": ladder}
    return [WaitingCall(*tuple(row)) for row in await run_sql(session, _WAITING_CALLS, parameters)]


async def calls_wait(session: AsyncSession, channel: str) -> bool:
    """Return whether a call of a line waits to be dialled."""
    query = text("SELECT EXISTS (SELECT FROM outbound_send WHERE channel = :channel AND state = 'queued')")
    return bool(await session.scalar(query, {"channel": channel}))


async def money_waits(session: AsyncSession, subject_id: str) -> bool:
    """Return whether a card's subject is money without an order, or money that is still to be paid or counted."""
    query = text("""
        SELECT EXISTS (SELECT FROM receipts WHERE id = :subject AND state IN ('suggested', 'orphan'))
            OR EXISTS (SELECT FROM refunds WHERE id = :subject AND state IN ('due', 'approved'))
            OR EXISTS (SELECT FROM settlements WHERE id = :subject AND state = 'due')
            OR EXISTS (
                SELECT FROM cash_counts WHERE rider_id = split_part(:subject, ':', 2)
                    AND :subject = 'cash:' || rider_id || ':' || currency
                HAVING sum(moved_minor) <> 0
            )""")
    return bool(await session.scalar(query, {"subject": subject_id}))


async def card(session: AsyncSession, card_id: str) -> OpsException | None:
    """Return a card, locked."""
    found: OpsException | None = await session.scalar(
        select(OpsException)
        .where(OpsException.id == card_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found


async def live_cards_about(session: AsyncSession, subject_id: str) -> Sequence[OpsException]:
    """Return the live cards about one thing, locked."""
    query = select(OpsException).where(OpsException.subject_id == subject_id, OpsException.state != "resolved")
    return (await session.scalars(query.with_for_update().execution_options(populate_existing=True))).all()


async def live_cards_of(session: AsyncSession, order_id: str, kinds: Sequence[str]) -> Sequence[OpsException]:
    """Return an order's live cards of some kinds, locked."""
    query = select(OpsException).where(
        OpsException.order_id == order_id, OpsException.kind.in_(kinds), OpsException.state != "resolved"
    )
    return (await session.scalars(query.with_for_update().execution_options(populate_existing=True))).all()


async def cards(
    session: AsyncSession,
    *,
    cities: frozenset[str] | None,
    merchant_id: str | None,
    live: bool,
    limit: int,
    offset: int,
) -> tuple[Sequence[OpsException], int]:
    """Return a page of cards, those with most money at risk and longest open first, and how many there are."""
    conditions: list[Any] = [OpsException.state != "resolved"] if live else []
    if cities is not None:
        known = sorted(city.lower() for city in cities)
        conditions.append(or_(OpsException.city.is_(None), func.lower(OpsException.city).in_(known)))
    if merchant_id is not None:
        conditions.append(OpsException.merchant_id == merchant_id)
    total = await session.scalar(select(func.count()).select_from(OpsException).where(*conditions))
    query = select(OpsException).where(*conditions).order_by(OpsException.created_at, OpsException.id)
    return (await session.scalars(query.limit(limit).offset(offset))).all(), int(total or 0)


async def advance_log_status(
    session: AsyncSession, idem: str, correlation_id: str, status: str, forward: Sequence[str]
) -> None:
    """Move a line's status on; never back along `forward`. A failure counts only before delivery."""
    await session.execute(
        text(
            "UPDATE comms_log SET status = :status"
            " WHERE direction = 'outbound' AND (idem = :idem OR correlation_id = :correlation_id) AND"
            " coalesce(array_position(CAST(:forward AS text[]), status), 0)"
            " < coalesce(array_position(CAST(:forward AS text[]), CAST(:status AS text)), 3)"
        ),
        {"idem": idem, "correlation_id": correlation_id, "status": status, "forward": list(forward)},
    )


async def last_heard(session: AsyncSession, actor: str, account: str) -> datetime | None:
    """Return when somebody last wrote to an account of ours."""
    query = select(func.max(CommsLog.created_at)).where(
        CommsLog.actor == actor,
        CommsLog.direction == "inbound",
        CommsLog.channel == "whatsapp",
        CommsLog.payload["account"].astext == account,
    )
    found: datetime | None = await session.scalar(query)
    return found


async def waiting_digits(session: AsyncSession, provider: str, call_id: str) -> Sequence[bytes]:
    """Return the stored digit webhooks of a call that nobody has acted on yet, the first first."""
    return await waiting_bodies(session, provider, "dtmf", call_id)
