"""What payments do on others' events: money of called-off orders is owed back, what a delivered one owes is a card."""

from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders.events import OrderState
from backend.orders.service import OrdersService
from backend.payments import repository
from backend.payments.policies import CLOSED_STATES
from backend.payments.service.books import Books
from backend.platform.events import StoredEvent, Subscription


class PaymentsSubscriber:
    """Follows orders; safe to run twice."""

    def __init__(self, orders: OrdersService, books: Books) -> None:
        self._orders = orders
        self._books = books

    async def on_state_changed(self, session: AsyncSession, event: StoredEvent) -> None:
        """Queue the refunds of a closed order and collect no more for it; bring a person where one was not paid for."""
        order_id, target = event.payload["order_id"], event.payload["to"]
        if target in CLOSED_STATES:
            order = (await self._orders.hold(session, [order_id]))[order_id]
            await self._books.owe_back_all(session, order)
            await repository.supersede_intents(session, order_id)
        elif target == OrderState.DELIVERED:
            order = (await self._orders.hold(session, [order_id]))[order_id]
            await self._books.ask_for_rest(session, order)


def subscriptions(subscriber: PaymentsSubscriber) -> tuple[Subscription, ...]:
    """Return what payments listen to."""
    return (Subscription("payments.orders", ("order.state.changed",), subscriber.on_state_changed),)
