"""Who is being chased for an order, by which steps, and when the next one comes."""

from collections.abc import Iterable, Mapping, Sequence
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
# What comes first where a timer was armed before its ladder had a row.
_FIRST: Final = {
    TimerKind.PROCESSING_REMINDER: "first reminder",
    TimerKind.PICKUP: "due",
    TimerKind.RIDER_OTD: "due",
    TimerKind.PAYMENT_PENDING: "look again",
    TimerKind.RESERVATION_EXPIRY: "reminder",
}
RUNGS: Final = {
    "whatsapp": "message",
    "exotel_ring": "ring",
    "exotel_ivr": "call with a menu",
    "admin": "a person here",
    "next_rider": "next rider",
    "query": "ask the provider",
    "remind": "reminder",
    "cancel": "stock is released",
}
_NEXT: Final = text(
    "SELECT DISTINCT ON (t.order_id) t.order_id, t.type, t.step, t.due_at, p.steps"
    " FROM sla_timer t LEFT JOIN escalation_policy p ON p.id = CAST(t.policy_id AS bigint)"
    " WHERE t.state = 'pending' AND t.order_id = ANY(:ids) AND t.type = ANY(:kinds) ORDER BY t.order_id, t.due_at"
)


@dataclass(frozen=True, slots=True)
class ChaseStep:
    """One step of a ladder; `when` counts from what it begins with, `place` is `done`, `next` or `ahead`."""

    words: str
    when: str
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
    steps: Sequence[Mapping[str, Any]] = row.steps or ()
    ladder = tuple(_step(step, place, row.step, steps[0]["after_s"]) for place, step in enumerate(steps))
    following = ladder[row.step].words if row.step < len(ladder) else _FIRST.get(kind, "message")
    return Chase(*_PURPOSES[kind], following, row.due_at, ladder)


def _step(step: Mapping[str, Any], place: int, following: int, first_s: float) -> ChaseStep:
    where = "done" if place < following else "next" if place == following else "ahead"
    return ChaseStep(rung_words(step["rungs"]), when_words(step["after_s"], first_s), where)


def rung_words(rungs: Iterable[str]) -> str:
    """Say in words what a step does."""
    return " and ".join(RUNGS.get(rung, rung) for rung in rungs)


def when_words(after_s: float, first_s: float) -> str:
    """Say in minutes when a step comes, counted from what its ladder begins with; `first_s`: when its first comes."""
    minutes, seconds = divmod(abs(round(after_s)), 60)
    if not after_s:
        return "when it is due" if first_s < 0 else "at once"
    return f"{minutes}:{seconds:02d} before" if after_s < 0 else f"after {minutes}:{seconds:02d}"
