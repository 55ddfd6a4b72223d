"""What reports do when others have moved: stock is low or oversold, and a person of the shop should know."""

from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.comms.service.cards import CardsService
from backend.platform.events import StoredEvent, Subscription
from backend.vendors.service import VendorsService

# The kind of card that each event opens, and what of the event it shows.
_CARDS: Final = {
    "catalogue.stock_low": ("stock_low", ("sku", "name", "unit", "left")),
    "catalogue.stock_oversold": ("stock_oversold", ("sku", "name", "unit", "counted", "promised", "orders")),
}


class StockNotices:
    """Opens a card for an item of which little is left, or too much was promised; one live card an item and kind."""

    def __init__(self, cards: CardsService, vendors: VendorsService) -> None:
        self._cards = cards
        self._vendors = vendors

    async def on_event(self, session: AsyncSession, event: StoredEvent) -> None:
        """Tell the people of the merchant's city."""
        fields, (kind, shown) = event.payload, _CARDS[event.topic]
        merchant = await self._vendors.merchant(session, fields["merchant_id"])
        await self._cards.open(
            session,
            kind,
            f"{merchant.id}:{fields['sku']}",
            city=merchant.city,
            merchant_id=merchant.id,
            detail={name: fields[name] for name in shown},
        )


def subscriptions(cards: CardsService, vendors: VendorsService) -> tuple[Subscription, ...]:
    """Return what reports listen to."""
    return (Subscription("reports.stock", tuple(_CARDS), StockNotices(cards, vendors).on_event),)
