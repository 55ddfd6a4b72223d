"""The card of an order that waits for a rider: packed, and not picked up."""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.comms.ports import NewCard
from backend.comms.service.cards import CardsService
from backend.orders.ports import OrderView
from backend.orders.service import OrdersService
from backend.platform.timers import ClaimedTimer, TimerHandler, TimerKind

_CARDS: Final[Mapping[TimerKind, str]] = {TimerKind.PICKUP: "pickup_overdue"}


class WaitingOrders:
    """Brings a person where goods wait for a rider for too long, whether one is known or not."""

    def __init__(self, orders: OrdersService, cards: CardsService) -> None:
        self._orders = orders
        self._cards = cards

    async def fire(self, session: AsyncSession, timers: Sequence[ClaimedTimer]) -> None:
        """Open the card of each timer; the step that ends the wait disarms the timer and closes the card."""
        orders = await self._orders.get_many(session, {timer.subject_id for timer in timers})
        await self._cards.open_many(session, [_card(timer, orders[timer.subject_id]) for timer in timers])


def _card(timer: ClaimedTimer, order: OrderView) -> NewCard:
    return NewCard(
        _CARDS[timer.kind],
        order.id,
        order.id,
        order.city,
        order.merchant_id,
        order.amount_minor,
        order.currency,
        detail={"rider": f"rider:{order.rider_id}"} if order.rider_id else {},
        trace_id=timer.trace_id,
    )


def timer_handlers(waiting: WaitingOrders) -> Mapping[TimerKind, TimerHandler]:
    """Return the timers of a wait."""
    return dict.fromkeys(_CARDS, waiting.fire)
