"""The ladders that a step of an order begins: by which version, and when their first steps come due."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders.policies import OrderFacts
from backend.orders.ports import OrderLadder, WantedLadder
from backend.platform.timers import NewTimer, TimerKind, arm_many


class OrderLadders(Protocol):
    """Knows the versions, which operators keep by city and vendor tier."""

    async def of(
        self, session: AsyncSession, wanted: Sequence[WantedLadder], *, keep: bool = False
    ) -> list[OrderLadder]:
        """Return the version that each has begun with, else the one that fits its outlet now; in the order asked.

        Args:
            session: The transaction.
            wanted: Which ladders.
            keep: Whether each must have a row, which what runs can keep.
        """
        ...


class Awaited(Protocol):
    """What an order has of that which its ladders wait for."""

    @property
    def rider_id(self) -> str | None:
        """Who carries it."""

    @property
    def prep_due_at(self) -> datetime | None:
        """When its goods are to be ready."""


type Origin = Callable[[Awaited, datetime], float | None]


def _now(_order: Awaited, _now: datetime) -> float:
    return 0.0


def _until_ready(order: Awaited, now: datetime) -> float | None:
    return None if order.prep_due_at is None else (order.prep_due_at - now).total_seconds()


def _if_a_rider_knows(order: Awaited, _now: datetime) -> float | None:
    return None if order.rider_id is None else 0.0


# From what instant the seconds of a ladder's steps count, in seconds from now; None where it has no reason yet.
_ORIGINS: Final[Mapping[TimerKind, Origin]] = {
    TimerKind.VENDOR_ACCEPT: _now,
    TimerKind.PROCESSING_REMINDER: _until_ready,
    TimerKind.RIDER_ACK: _now,
    TimerKind.ADDRESS_CONFIRM: _if_a_rider_knows,
    TimerKind.HANDOVER_WAIT: _now,
    TimerKind.PICKUP: _now,
    TimerKind.RIDER_OTD: _now,
    TimerKind.RESERVATION_EXPIRY: _now,
}
ARMED: Final = frozenset(_ORIGINS)


def due_in_s(kind: TimerKind, order: Awaited, now: datetime, first_s: float) -> float | None:
    """Return how soon the first step of a ladder that begins now comes due, never below 0.

    Args:
        kind: Which ladder.
        order: Whose it is.
        now: The database's time.
        first_s: When the first step comes, as its row counts.

    Returns:
        Seconds; None where the ladder has no reason to begin yet.
    """
    origin_s = _ORIGINS.get(kind, _now)(order, now)
    return None if origin_s is None else max(origin_s + first_s, 0.0)


async def arm_all(
    session: AsyncSession,
    ladders: OrderLadders,
    begun: Sequence[tuple[OrderFacts, Sequence[TimerKind]]],
    now: datetime,
) -> list[OrderLadder]:
    """Begin ladders of some orders, each by the version that fits its outlet; one without a reason yet is left out.

    Returns:
        The versions, for each order's kinds in turn.
    """
    wanted = [(facts, kind) for facts, kinds in begun for kind in kinds]
    if not wanted:
        return []
    found = await ladders.of(session, [WantedLadder(kind, facts.vendor_id) for facts, kind in wanted])
    timers = [
        NewTimer(kind, facts.id, due_s, policy_id=ladder.policy_id, policy_version=ladder.version)
        for (facts, kind), ladder in zip(wanted, found, strict=True)
        if (due_s := due_in_s(kind, facts, now, ladder.steps[0].after_s)) is not None
    ]
    await arm_many(session, timers)
    return found
