"""Telling that little is left of an item, or that less is there than orders were promised."""

from decimal import Decimal
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from backend.catalog import repository
from backend.catalog.events import StockLow, StockOversold
from backend.catalog.ports import ItemView
from backend.platform.actors import Actor
from backend.platform.events import publish


class Promised(Protocol):
    """An item of which some is promised to orders."""

    merchant_id: str
    sku: str
    name: str
    unit: str
    reserved: Decimal


async def tell_if_low(session: AsyncSession, before: ItemView, after: ItemView, actor: Actor) -> None:
    """Tell where the item has become low by this change; what was low already has been told."""
    if after.low and not before.low:
        left = StockLow(after.merchant_id, after.sku, after.name, after.unit, f"{after.available.normalize():f}")
        await publish(session, left, actor=actor, city=None)


async def tell_oversold(session: AsyncSession, item: Promised, counted: Decimal, actor: Actor) -> None:
    """Tell that less of an item was counted than orders were promised, and which orders hold it."""
    orders = await repository.holders(session, item.merchant_id, item.sku)
    oversold = StockOversold(
        *(item.merchant_id, item.sku, item.name, item.unit),
        counted=f"{counted.normalize():f}",
        promised=f"{item.reserved.normalize():f}",
        orders=tuple(orders),
    )
    await publish(session, oversold, actor=actor, city=None)
