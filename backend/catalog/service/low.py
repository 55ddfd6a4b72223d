"""Telling that little is left of an item: once, when it comes down to the merchant's mark."""

from sqlalchemy.ext.asyncio import AsyncSession

from backend.catalog.events import StockLow
from backend.catalog.ports import ItemView
from backend.platform.actors import Actor
from backend.platform.events import publish


async def tell_if_low(session: AsyncSession, before: ItemView, after: ItemView, actor: Actor) -> None:
    """Tell where the item has become low by this change; what was low already has been told."""
    if after.low and not before.low:
        left = StockLow(after.merchant_id, after.sku, after.name, after.unit, f"{after.available.normalize():f}")
        await publish(session, left, actor=actor, city=None)
