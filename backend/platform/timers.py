"""Promises about time: rows that come due, armed and cancelled in the transaction that gives them their reason."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from backend.platform.db.driver import run_sql, to_json
from backend.platform.observability.trace import trace_id as current_trace_id

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

TIMER_BELL: Final = "timers"
ORDER: Final = "order"
HOLD: Final = "hold"
OWNED_BY: Final = "owned_by"

_ARM: Final = """
INSERT INTO sla_timer AS t
    (subject_kind, subject_id, order_id, type, step, due_at, meta, policy_id, policy_version, trace_id, created_at)
SELECT subject_kind, subject_id, CASE WHEN subject_kind = 'order' THEN subject_id END, type, step,
    (SELECT duka_now()) + make_interval(secs => delay_s), meta::jsonb, policy_id, policy_version, trace_id,
    (SELECT duka_now())
FROM unnest(
    %(subject_kinds)s::text[], %(subject_ids)s::text[], %(types)s::text[], %(steps)s::int[],
    %(delays)s::float8[], %(metas)s::text[], %(policy_ids)s::text[], %(policy_versions)s::int[], %(traces)s::text[])
    AS given (subject_kind, subject_id, type, step, delay_s, meta, policy_id, policy_version, trace_id)
ON CONFLICT (subject_kind, subject_id, type, step) WHERE state = 'pending'
DO UPDATE SET due_at = EXCLUDED.due_at, meta = EXCLUDED.meta, policy_id = EXCLUDED.policy_id,
    policy_version = EXCLUDED.policy_version, attempts = 0, last_error = NULL
RETURNING t.id
"""

_CANCEL: Final = """
UPDATE sla_timer SET state = 'cancelled', cancelled_by = %(by)s
WHERE subject_kind = %(subject_kind)s AND subject_id = %(subject_id)s AND state = 'pending'
    AND (%(types)s::text[] IS NULL OR type = ANY(%(types)s::text[]))
"""

_CANCEL_MANY: Final = """
UPDATE sla_timer t SET state = 'cancelled', cancelled_by = gone.by
FROM unnest(%(order_ids)s::text[], %(types)s::text[], %(bys)s::text[]) AS gone (order_id, type, by)
WHERE t.subject_kind = 'order' AND t.subject_id = gone.order_id AND t.type = gone.type AND t.state = 'pending'
"""

_SKIP: Final = """
UPDATE sla_timer t SET state = 'skipped', fired = false, last_error = given.reason
FROM unnest(%(ids)s::bigint[], %(reasons)s::text[]) AS given (id, reason)
WHERE t.id = given.id
"""

_PENDING: Final = """
SELECT id, type, step, due_at, extract(epoch FROM due_at - duka_now())::float8 AS due_s, meta, policy_id
FROM sla_timer WHERE order_id = %(order_id)s AND state = 'pending' AND type = ANY(%(types)s::text[])
ORDER BY due_at, id
"""

_MOVE: Final = """
UPDATE sla_timer SET due_at = duka_now() + make_interval(secs => %(delay_s)s), meta = %(meta)s::jsonb
WHERE id = %(id)s AND state = 'pending'
"""


class TimerKind(StrEnum):
    """What a timer is for; stored in `sla_timer.type`."""

    VENDOR_ACCEPT = "vendor_accept"
    PROCESSING_REMINDER = "processing_reminder"
    RIDER_ACK = "rider_ack"
    ADDRESS_CONFIRM = "address_confirm"
    OFF_ROUTE = "off_route"
    HANDOVER_WAIT = "handover_wait"
    PICKUP = "pickup"
    RIDER_OTD = "rider_otd"
    PAYMENT_PENDING = "payment_pending"
    PAYOUT_PENDING = "payout_pending"
    RECEIPT_CHECK = "receipt_check"
    RESERVATION_EXPIRY = "reservation_expiry"
    CONVERSATION_TIMEOUT = "conversation_timeout"
    END_OF_DAY = "end_of_day"
    PRICE_CHANGE = "price_change"
    CASH_HAND_IN = "cash_hand_in"


@dataclass(frozen=True, slots=True)
class NewTimer:
    """A timer to arm; `delay_s` counts from the database's now.

    Attributes:
        subject_id: The order's id, or of the other subject's kind.
        subject_kind: `order`, or another kind of subject, such as `conversation` or `city`.
        trace_id: What it is done for; that of the moment where empty.
    """

    kind: TimerKind
    subject_id: str
    delay_s: float
    step: int = 0
    meta: Mapping[str, Any] = field(default_factory=dict)
    policy_id: str | None = None
    policy_version: int | None = None
    subject_kind: str = ORDER
    trace_id: str = ""


class ClaimedTimer(NamedTuple):
    """A timer that has come due and is held, with its order's row, by the transaction that handles it."""

    id: int
    kind: TimerKind
    order_id: str | None
    subject_kind: str
    subject_id: str
    step: int
    due_at: datetime
    late_s: float
    meta: dict[str, Any]
    policy_id: str | None
    policy_version: int | None
    attempts: int
    trace_id: str


@dataclass(frozen=True, slots=True)
class PendingTimer:
    """A timer of an order that lies ahead: due in `due_s` seconds, below 0 where it is overdue."""

    id: int
    kind: TimerKind
    step: int
    due_at: datetime
    due_s: float
    meta: dict[str, Any]
    policy_id: str | None


type TimerHandler = Callable[["AsyncSession", Sequence[ClaimedTimer]], Awaitable[None]]


async def arm_many(session: "AsyncSession", timers: Sequence[NewTimer]) -> list[int]:
    """Arm several timers with one statement; return their ids.

    Arming a kind and step that is already pending for the subject moves it. No two of `timers` may be the same.
    """
    if not timers:
        return []
    result = await run_sql(
        session,
        _ARM,
        {
            "subject_kinds": [timer.subject_kind for timer in timers],
            "subject_ids": [timer.subject_id for timer in timers],
            "types": [str(timer.kind) for timer in timers],
            "steps": [timer.step for timer in timers],
            "delays": [float(timer.delay_s) for timer in timers],
            "metas": [to_json(timer.meta) for timer in timers],
            "policy_ids": [timer.policy_id for timer in timers],
            "policy_versions": [timer.policy_version for timer in timers],
            "traces": [timer.trace_id or current_trace_id() for timer in timers],
        },
    )
    session.info.setdefault("bells", set()).add(TIMER_BELL)
    return [row.id for row in result]


async def arm(
    session: "AsyncSession",
    kind: TimerKind,
    order_id: str,
    *,
    delay_s: float,
    step: int = 0,
    meta: Mapping[str, Any] | None = None,
    policy_id: str | None = None,
    policy_version: int | None = None,
    subject_kind: str = ORDER,
) -> int:
    """Arm a timer of an order, or of another subject by its kind; return the timer's id.

    Arming a kind and step that is already pending moves it.
    """
    timer = NewTimer(kind, order_id, delay_s, step, meta or {}, policy_id, policy_version, subject_kind)
    return (await arm_many(session, (timer,)))[0]


async def cancel(
    session: "AsyncSession",
    order_id: str,
    kinds: Sequence[TimerKind] | None = None,
    *,
    by: str,
    subject_kind: str = ORDER,
) -> int:
    """Cancel the pending timers of an order, or another subject, with one statement; return how many.

    Args:
        session: The transaction that also changes the subject; call it with the order's row locked.
        order_id: The order, or the id of a subject of another kind.
        kinds: Only these; all where None.
        by: Who or what ended them, kept on the rows.
        subject_kind: What `order_id` names.
    """
    types = None if kinds is None else [str(kind) for kind in kinds]
    parameters = {"by": by, "subject_kind": subject_kind, "subject_id": order_id, "types": types}
    return (await run_sql(session, _CANCEL, parameters)).rowcount


async def cancel_many(session: "AsyncSession", ended: Sequence[tuple[str, TimerKind, str]]) -> int:
    """Cancel pending timers of several orders with one statement; return how many.

    Args:
        session: The transaction that also changes the orders; call it with their rows locked.
        ended: (order, kind, who ended it).
    """
    orders, kinds, bys = zip(*ended, strict=True) if ended else ((), (), ())
    parameters = {"order_ids": list(orders), "types": [str(kind) for kind in kinds], "bys": list(bys)}
    return (await run_sql(session, _CANCEL_MANY, parameters)).rowcount if ended else 0


async def pending(
    session: "AsyncSession", order_id: str, kinds: Sequence[TimerKind], *, lock: bool = False
) -> list[PendingTimer]:
    """Return the timers of these kinds that lie ahead of an order, the next one first; locked where asked."""
    parameters = {"order_id": order_id, "types": [str(kind) for kind in kinds]}
    rows = await run_sql(session, f"{_PENDING} FOR UPDATE" if lock else _PENDING, parameters)
    return [
        PendingTimer(row.id, TimerKind(row.type), row.step, row.due_at, row.due_s, row.meta, row.policy_id)
        for row in rows
    ]


async def move(session: "AsyncSession", timer_id: int, *, delay_s: float, meta: Mapping[str, Any]) -> None:
    """Let a pending timer come due `delay_s` seconds from now, with these facts; call it with its order locked."""
    await run_sql(session, _MOVE, {"id": timer_id, "delay_s": delay_s, "meta": to_json(meta)})
    session.info.setdefault("bells", set()).add(TIMER_BELL)


async def skip(session: "AsyncSession", timers: Sequence[ClaimedTimer | PendingTimer], *, reason: str) -> None:
    """Record that timers had no effect: claimed ones that a guard held back, or pending ones that a person skipped."""
    await skip_many(session, [(timer, reason) for timer in timers])


async def skip_many(session: "AsyncSession", skipped: Sequence[tuple[ClaimedTimer | PendingTimer, str]]) -> None:
    """Record the same, with each timer's own reason."""
    if skipped:
        ids, reasons = [timer.id for timer, _ in skipped], [reason for _, reason in skipped]
        await run_sql(session, _SKIP, {"ids": ids, "reasons": reasons})


def without_hold(meta: Mapping[str, Any]) -> dict[str, Any]:
    """Return a timer's facts without the hold, which is of one step alone."""
    return {name: value for name, value in meta.items() if name != HOLD}
