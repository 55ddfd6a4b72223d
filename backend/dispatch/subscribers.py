"""What dispatch does when an order moves: find a rider for what is packed, free the rider of what has ended."""

from sqlalchemy.ext.asyncio import AsyncSession

from backend.dispatch.service import DispatchService
from backend.dispatch.settings import DispatchSettings
from backend.platform.events import StoredEvent, Subscription


class DispatchSubscriber:
    """Follows orders."""

    def __init__(self, desk: DispatchService, settings: DispatchSettings) -> None:
        self._desk = desk
        self._settings = settings

    async def on_state_changed(self, session: AsyncSession, event: StoredEvent) -> None:
        """Offer what is packed to the best rider; free the rider of an order that was called off."""
        order_id, target = event.payload["order_id"], event.payload["to"]
        if target == "handover" and self._settings.auto_assign:
            await self._desk.offer_to_best(session, order_id, command_id=f"auto:{event.event_id}")
        elif target in {"cancelled", "returned"}:
            await self._desk.release(session, order_id, because=target)


def subscriptions(subscriber: DispatchSubscriber) -> tuple[Subscription, ...]:
    """Return what dispatch listens to."""
    return (Subscription("dispatch.orders", ("order.state.changed",), subscriber.on_state_changed),)
