"""When the timers that a step arms come due."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders.policies import OrderFacts
from backend.orders.settings import OrdersSettings
from backend.platform.timers import NewTimer, TimerKind, arm_many

type Delay = Callable[[OrderFacts, datetime, OrdersSettings], float | None]


def _at_once(_facts: OrderFacts, _now: datetime, _settings: OrdersSettings) -> float:
    return 0.0


def _before_ready(facts: OrderFacts, now: datetime, settings: OrdersSettings) -> float | None:
    if facts.prep_due_at is None:
        return None
    return max((facts.prep_due_at - now).total_seconds() - settings.reminder_lead_s, 0.0)


def _if_a_rider_knows(facts: OrderFacts, _now: datetime, _settings: OrdersSettings) -> float | None:
    return None if facts.rider_id is None else 0.0


def _unpaid(_facts: OrderFacts, _now: datetime, settings: OrdersSettings) -> float:
    return float(reminds_after_s(settings) or settings.reservation_expiry_s)


def reminds_after_s(settings: OrdersSettings) -> int:
    """Return after how many seconds an unpaid order's customer is reminded; 0 where that is not before its end."""
    return settings.payment_reminder_s if settings.payment_reminder_s < settings.reservation_expiry_s else 0


def _window(_facts: OrderFacts, _now: datetime, settings: OrdersSettings) -> float:
    return float(settings.delivery_window_s)


def _until_picked_up(_facts: OrderFacts, _now: datetime, settings: OrdersSettings) -> float:
    return float(settings.pickup_window_s)


# A ladder starts at once; the waits between its steps are rows of the ladder itself.
DELAYS: Final[Mapping[TimerKind, Delay]] = {
    TimerKind.VENDOR_ACCEPT: _at_once,
    TimerKind.PROCESSING_REMINDER: _before_ready,
    TimerKind.RIDER_ACK: _at_once,
    TimerKind.ADDRESS_CONFIRM: _if_a_rider_knows,
    TimerKind.HANDOVER_WAIT: _at_once,
    TimerKind.PICKUP: _until_picked_up,
    TimerKind.RIDER_OTD: _window,
    TimerKind.RESERVATION_EXPIRY: _unpaid,
}


async def arm_all(
    session: AsyncSession, kinds: Sequence[TimerKind], facts: OrderFacts, now: datetime, settings: OrdersSettings
) -> None:
    """Arm the timers of a step."""
    if wanted := timers_of(kinds, facts, now, settings):
        await arm_many(session, wanted)


def timers_of(kinds: Sequence[TimerKind], facts: OrderFacts, now: datetime, settings: OrdersSettings) -> list[NewTimer]:
    """Return the timers of a step; one whose delay is None has no reason yet and is left out."""
    delays = {kind: DELAYS[kind](facts, now, settings) for kind in kinds}
    return [NewTimer(kind, facts.id, delay) for kind, delay in delays.items() if delay is not None]
