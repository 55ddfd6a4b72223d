"""Cards about money: receipts that need a person, attempts without an answer, refunds; each ends with its cause."""

from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.comms.service.cards import CardsService
from backend.platform.events import EventHandler, StoredEvent, Subscription

# What is asked about an order's money and is nobody's question any more once all of it is there.
_ENDED_BY_MONEY: Final = (
    "payment_outcome_unknown",
    "payment_prompt_refused",
    "payment_callback_unconfirmed",
    "payment_code_unknown",
    "payment_code_unanswered",
)


class MoneyCards:
    """Follows payments with cards."""

    def __init__(self, cards: CardsService) -> None:
        self._cards = cards

    async def on_review(self, session: AsyncSession, event: StoredEvent) -> None:
        """Open a card for money that needs a person, with the orders that it could be for."""
        fields = event.payload
        await self._cards.open(
            session,
            f"payment_{fields['kind']}",
            fields["subject_id"],
            order_id=fields["order_id"],
            city=event.city,
            merchant_id=fields.get("merchant_id"),
            money_minor=fields["amount_minor"],
            currency=fields["currency"],
            owner=fields.get("owner"),
            detail={"provider": fields["detail"], "candidates": list(fields.get("candidates", ()))},
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
            merchant_id=fields.get("merchant_id"),
            money_minor=fields["amount_minor"],
            currency=fields["currency"],
            detail={"cause": fields["cause"]},
        )

    async def on_received(self, session: AsyncSession, event: StoredEvent) -> None:
        """Close what was asked about an order that is paid now, by whatever way."""
        if not event.payload["due_minor"]:
            order_id = event.payload["order_id"]
            await self._cards.resolve_for_order(session, order_id, _ENDED_BY_MONEY, event.actor, "the order is paid")

    async def on_closed(self, session: AsyncSession, event: StoredEvent) -> None:
        """Close the cards of what has found its end."""
        fields = event.payload
        await self._cards.resolve_for_subject(session, fields["subject_id"], event.actor, fields["resolution"])


def subscriptions(money: MoneyCards) -> tuple[Subscription, ...]:
    """Return what opens and closes cards of money; one consumer, so that a card never ends before it begins."""
    handlers: dict[str, EventHandler] = {
        "payment.review.opened": money.on_review,
        "payment.review.closed": money.on_closed,
        "payment.refund.due": money.on_refund,
        "payment.received": money.on_received,
    }

    async def handle(session: AsyncSession, event: StoredEvent) -> None:
        await handlers[event.topic](session, event)

    return (Subscription("comms.reviews", tuple(handlers), handle),)
