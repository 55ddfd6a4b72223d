"""What reports do when others have moved: little stock is left, and a person of the shop should know."""

from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.comms.service.cards import CardsService
from backend.platform.events import StoredEvent, Subscription
from backend.vendors.service import VendorsService

STOCK_LOW: Final = "stock_low"


class StockNotices:
    """Opens a card for an item of which little is left; one live card an item."""

    def __init__(self, cards: CardsService, vendors: VendorsService) -> None:
        self._cards = cards
        self._vendors = vendors

    async def on_low(self, session: AsyncSession, event: StoredEvent) -> None:
        """Tell the people of the merchant's city."""
        fields = event.payload
        merchant = await self._vendors.merchant(session, fields["merchant_id"])
        await self._cards.open(
            session,
            STOCK_LOW,
            f"{merchant.id}:{fields['sku']}",
            city=merchant.city,
            merchant_id=merchant.id,
            detail={name: fields[name] for name in ("sku", "name", "unit", "left")},
        )


def subscriptions(cards: CardsService, vendors: VendorsService) -> tuple[Subscription, ...]:
    """Return what reports listen to."""
    return (Subscription("reports.stock", ("catalogue.stock_low",), StockNotices(cards, vendors).on_low),)
