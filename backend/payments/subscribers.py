"""What payments do on others' events: the money of an order that was called off is owed back."""

from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders.service import OrdersService
from backend.payments.policies import CLOSED_STATES
from backend.payments.service.books import Books
from backend.platform.events import StoredEvent, Subscription


class PaymentsSubscriber:
    """Follows orders; safe to run twice."""

    def __init__(self, orders: OrdersService, books: Books) -> None:
        self._orders = orders
        self._books = books

    async def on_state_changed(self, session: AsyncSession, event: StoredEvent) -> None:
        """Queue the refunds of a closed order."""
        if event.payload["to"] in CLOSED_STATES:
            order_id = event.payload["order_id"]
            order = (await self._orders.hold(session, [order_id]))[order_id]
            await self._books.owe_back_all(session, order)


def subscriptions(subscriber: PaymentsSubscriber) -> tuple[Subscription, ...]:
    """Return what payments listen to."""
    return (Subscription("payments.orders", ("order.state.changed",), subscriber.on_state_changed),)
