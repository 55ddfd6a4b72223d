"""Who is being chased for an order, by which steps, and when the next one comes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders.ports import OrderView
from backend.platform.timers import TimerKind

_PURPOSES: Final = {
    TimerKind.VENDOR_ACCEPT: ("vendor", "to accept"),
    TimerKind.PROCESSING_REMINDER: ("vendor", "to be ready"),
    TimerKind.RIDER_ACK: ("rider", "to accept"),
    TimerKind.ADDRESS_CONFIRM: ("rider", "to see the new address"),
    TimerKind.HANDOVER_WAIT: ("vendor", "to hand over"),
    TimerKind.PICKUP: ("rider", "to pick up"),
    TimerKind.RIDER_OTD: ("rider", "to deliver"),
    TimerKind.PAYMENT_PENDING: ("payer", "to pay"),
    TimerKind.RESERVATION_EXPIRY: ("payer", "to pay"),
}
# What comes where the timer has no ladder's row: a deadline, or the first step of a ladder that has not begun.
_FIRST: Final = {
    TimerKind.PROCESSING_REMINDER: "first reminder",
    TimerKind.PICKUP: "due",
    TimerKind.RIDER_OTD: "due",
    TimerKind.PAYMENT_PENDING: "look again",
    TimerKind.RESERVATION_EXPIRY: "reminder",
}
_LAST: Final = {TimerKind.RESERVATION_EXPIRY: "stock is released"}
_RUNGS: Final = {
    "whatsapp": "message",
    "exotel_ring": "ring",
    "exotel_ivr": "call with a menu",
    "admin": "a person here",
    "next_rider": "next rider",
    "query": "ask the provider",
}
_NEXT: Final = text(
    "SELECT DISTINCT ON (t.order_id) t.order_id, t.type, t.step, t.due_at, p.steps"
    " FROM sla_timer t LEFT JOIN escalation_policy p ON p.id = CAST(t.policy_id AS bigint)"
    " WHERE t.state = 'pending' AND t.order_id = ANY(:ids) AND t.type = ANY(:kinds) ORDER BY t.order_id, t.due_at"
)


@dataclass(frozen=True, slots=True)
class ChaseStep:
    """One step of a ladder; `place` is `done`, `next` or `ahead`."""

    words: str
    after_s: float
    place: str


@dataclass(frozen=True, slots=True)
class Chase:
    """Who is being chased, and when the next step comes.

    Attributes:
        who: `vendor`, `rider` or `payer`.
        purpose: What they have to do, such as `to accept`.
        following: What happens at `due_at`.
        steps: The ladder's steps; empty where there is only a deadline.
    """

    who: str
    purpose: str
    following: str
    due_at: datetime
    steps: tuple[ChaseStep, ...] = ()


async def chases_of(session: AsyncSession, orders: Sequence[OrderView]) -> Mapping[str, Chase]:
    """Return the next step of each order that has one, by order."""
    given = {"ids": [order.id for order in orders], "kinds": [str(kind) for kind in _PURPOSES]}
    return {row.order_id: _chase(row) for row in await session.execute(_NEXT, given)}


def _chase(row: Any) -> Chase:
    kind = TimerKind(row.type)
    ladder = tuple(_step(step, place, row.step) for place, step in enumerate(row.steps or ()))
    deadlines = {**_FIRST, **(_LAST if row.step else {})}
    following = ladder[row.step].words if row.step < len(ladder) else deadlines.get(kind, "message")
    return Chase(*_PURPOSES[kind], following, row.due_at, ladder)


def _step(step: Mapping[str, Any], place: int, following: int) -> ChaseStep:
    where = "done" if place < following else "next" if place == following else "ahead"
    return ChaseStep(" and ".join(_RUNGS.get(rung, rung) for rung in step["rungs"]), step["after_s"], where)
