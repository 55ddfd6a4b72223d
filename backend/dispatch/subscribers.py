"""What dispatch does when an order moves: find a rider for what is packed, free the rider of what has ended."""

from sqlalchemy.ext.asyncio import AsyncSession

from backend.dispatch.service import BATCH_FLAG, DispatchService, count_delivery
from backend.dispatch.settings import DispatchSettings
from backend.platform.events import StoredEvent, Subscription
from backend.platform.flags import Flags
from backend.platform.observability.metrics import DELIVERIES


class DispatchSubscriber:
    """Follows orders."""

    def __init__(self, desk: DispatchService, settings: DispatchSettings, flags: Flags) -> None:
        self._desk = desk
        self._settings = settings
        self._flags = flags

    async def on_state_changed(self, session: AsyncSession, event: StoredEvent) -> None:
        """Offer what is packed to the best rider, unless its city goes by batches; free riders of what has ended."""
        order_id, target = event.payload["order_id"], event.payload["to"]
        if target == "handover" and self._settings.auto_assign and not self._batched(event.city):
            await self._desk.offer_to_best(session, order_id, command_id=f"auto:{event.event_id}")
        elif target == "delivered":
            await self._desk.close(session, order_id)
            await count_delivery(session, order_id, event.city or "")
        elif target in {"cancelled", "returned"}:
            await self._desk.release(session, order_id, because=target)

    def _batched(self, city: str | None) -> bool:
        return self._flags.enabled(BATCH_FLAG, city=city)

    async def on_failed(self, session: AsyncSession, event: StoredEvent) -> None:
        """Count a delivery that failed at the door."""
        del session
        DELIVERIES.labels(event.city or "", "failed").inc()


def subscriptions(subscriber: DispatchSubscriber) -> tuple[Subscription, ...]:
    """Return what dispatch listens to."""
    return (
        Subscription("dispatch.orders", ("order.state.changed",), subscriber.on_state_changed),
        Subscription("dispatch.failures", ("order.delivery.failed",), subscriber.on_failed),
    )
