"""What comms does when others have moved: ends ladders' calls, opens and closes cards."""

from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.comms.service.calls import CallsService
from backend.comms.service.cards import CardsService
from backend.platform.events import StoredEvent, Subscription
from backend.platform.timers import TimerKind
from backend.vendors.service import VendorsService

_VENDOR_CARDS: Final = ("vendor_silent",)
_CLOSING: Final = {
    "processing": (TimerKind.VENDOR_ACCEPT,),
    "handover": (TimerKind.PROCESSING_REMINDER,),
    "out_for_delivery": (TimerKind.RIDER_ACK,),
    "delivered": (TimerKind.ADDRESS_CONFIRM,),
    "cancelled": (TimerKind.VENDOR_ACCEPT, TimerKind.PROCESSING_REMINDER, TimerKind.RIDER_ACK),
}


class CommsSubscriber:
    """Follows orders and payments."""

    def __init__(self, calls: CallsService, cards: CardsService, vendors: VendorsService) -> None:
        self._calls = calls
        self._cards = cards
        self._vendors = vendors

    async def on_state_changed(self, session: AsyncSession, event: StoredEvent) -> None:
        """End the calls of ladders that the new state has answered, and close their cards."""
        target, order_id = event.payload["to"], event.payload["order_id"]
        for kind in _CLOSING.get(target, ()):
            await self._calls.cancel_ladder(session, order_id, str(kind))
        if event.payload["from"] == "confirmed":
            await self._cards.resolve_for_order(session, order_id, _VENDOR_CARDS, event.actor, f"order is {target}")
        if target == "processing" and event.payload["by"].startswith("vendor:"):
            await self._vendors.record_answer(session, event.payload["vendor_id"])

    async def on_review(self, session: AsyncSession, event: StoredEvent) -> None:
        """Open a card for money that needs a person."""
        fields = event.payload
        await self._cards.open(
            session,
            f"payment_{fields['kind']}",
            fields["subject_id"],
            order_id=fields["order_id"],
            city=event.city,
            money_minor=fields["amount_minor"],
            currency=fields["currency"],
            detail={"provider": fields["detail"]},
        )

    async def on_refund(self, session: AsyncSession, event: StoredEvent) -> None:
        """Open a card for money that is owed back."""
        fields = event.payload
        await self._cards.open(
            session,
            "refund_due",
            fields["refund_id"],
            order_id=fields["order_id"],
            city=event.city,
            money_minor=fields["amount_minor"],
            currency=fields["currency"],
            detail={"cause": fields["cause"]},
        )


def subscriptions(subscriber: CommsSubscriber) -> tuple[Subscription, ...]:
    """Return what comms listens to."""
    return (
        Subscription("comms.orders", ("order.state.changed",), subscriber.on_state_changed),
        Subscription("comms.reviews", ("payment.review.opened",), subscriber.on_review),
        Subscription("comms.refunds", ("payment.refund.due",), subscriber.on_refund),
    )
