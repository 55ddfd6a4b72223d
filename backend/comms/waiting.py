"""Cards for an order that its customer waits for: on the road beyond its time."""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.comms.service.cards import CardsService
from backend.orders.service import OrdersService
from backend.platform.timers import ClaimedTimer, TimerHandler, TimerKind

DELIVERY_OVERDUE: Final = "delivery_overdue"
_CARDS: Final[Mapping[TimerKind, str]] = {TimerKind.RIDER_OTD: DELIVERY_OVERDUE}


class WaitingOrders:
    """Brings a person where the customer waits for the rider beyond the window."""

    def __init__(self, orders: OrdersService, cards: CardsService) -> None:
        self._orders = orders
        self._cards = cards

    async def fire(self, session: AsyncSession, timers: Sequence[ClaimedTimer]) -> None:
        """Open the card of each timer; the step that ends the wait disarms the timer and closes the card."""
        for timer in timers:
            order = await self._orders.get(session, timer.subject_id)
            await self._cards.open(
                session,
                _CARDS[TimerKind(timer.kind)],
                order.id,
                order_id=order.id,
                city=order.city,
                merchant_id=order.merchant_id,
                money_minor=order.amount_minor,
                currency=order.currency,
                detail={"rider": f"rider:{order.rider_id}"},
            )


def timer_handlers(waiting: WaitingOrders) -> Mapping[TimerKind, TimerHandler]:
    """Return the timers of a wait."""
    return dict.fromkeys(_CARDS, waiting.fire)
