"""Promises of stock to orders: held, then committed or released; what is promised can't be sold twice."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from backend.catalog import repository
from backend.catalog.errors import FractionError, StockShortError, UnknownSkuError
from backend.catalog.events import StockLow
from backend.catalog.linking.catalogue import WEIGHED_UNIT
from backend.catalog.models import Item
from backend.catalog.ports import ItemView, StockLine
from backend.catalog.service.views import item_view
from backend.platform.actors import SYSTEM
from backend.platform.events import publish_many


async def offer(session: AsyncSession, merchant_id: str, lines: Sequence[StockLine]) -> dict[str, ItemView]:
    """Show the items of some lines as they are this moment, or say why they can't be had; nothing is held."""
    wanted = _merged(lines)
    found = await repository.items(session, merchant_id, wanted)
    return _checked(wanted, found)


async def reserve(
    session: AsyncSession, merchant_id: str, order_id: str, lines: Sequence[StockLine], expires_in_s: float
) -> None:
    """Hold stock for an order; all lines or none."""
    wanted = _merged(lines)
    held = await repository.hold(session, merchant_id, order_id, wanted, expires_in_s)
    if not held:
        held = await _look_again(session, merchant_id, order_id, wanted, expires_in_s)
    low = [_low(merchant_id, item) for item in held if _became_low(item, wanted[item.sku])]
    if low:
        await publish_many(session, low, actor=SYSTEM, city=None)


async def _look_again(
    session: AsyncSession, merchant_id: str, order_id: str, wanted: Mapping[str, Decimal], expires_in_s: float
) -> list[repository.HeldItem]:
    """Say why nothing was held; what has come back meanwhile is held after all, the rows being locked."""
    _checked(wanted, await repository.lock_items(session, merchant_id, wanted))
    held = await repository.hold(session, merchant_id, order_id, wanted, expires_in_s)
    if not held:
        raise LookupError(order_id)
    return held


def _became_low(item: repository.HeldItem, taken: Decimal) -> bool:
    return item.low_at is not None and item.available <= item.low_at < item.available + taken


def _low(merchant_id: str, item: repository.HeldItem) -> StockLow:
    return StockLow(merchant_id, item.sku, item.name, item.unit, f"{item.available.normalize():f}")


async def commit(session: AsyncSession, order_id: str) -> None:
    """Take an order's held stock off the shelf."""
    held = [row for row in await repository.reservations(session, order_id) if row.state == "held"]
    if not held:
        return
    items = await repository.lock_items(session, held[0].merchant_id, [row.sku for row in held])
    for row in held:
        items[row.sku].stock -= row.qty
        items[row.sku].reserved -= row.qty
    await session.flush()
    await repository.settle(session, order_id, "committed")


async def release(session: AsyncSession, order_id: str) -> None:
    """Give an order's stock back: a hold is dropped, committed stock returns to the shelf."""
    rows = await repository.reservations(session, order_id)
    if not rows:
        return
    items = await repository.lock_items(session, rows[0].merchant_id, [row.sku for row in rows])
    for row in rows:
        if row.state == "held":
            items[row.sku].reserved -= row.qty
        else:
            items[row.sku].stock += row.qty
    await session.flush()
    await repository.settle(session, order_id, "released")


def _merged(lines: Sequence[StockLine]) -> dict[str, Decimal]:
    wanted: dict[str, Decimal] = {}
    for line in lines:
        wanted[line.sku] = wanted.get(line.sku, Decimal(0)) + line.qty
    return wanted


def _checked(wanted: Mapping[str, Decimal], found: Mapping[str, Item]) -> dict[str, ItemView]:
    items = {sku: item_view(row) for sku, row in found.items()}
    _check_known(wanted, items)
    _check_whole(wanted, items)
    _check_enough(wanted, items)
    return items


def _check_known(wanted: Mapping[str, Decimal], items: Mapping[str, ItemView]) -> None:
    unknown = sorted(sku for sku in wanted if sku not in items or not items[sku].active)
    if unknown:
        raise UnknownSkuError(f"The shop does not sell {', '.join(unknown)}.", skus=unknown)


def _check_whole(wanted: Mapping[str, Decimal], items: Mapping[str, ItemView]) -> None:
    parts = sorted(sku for sku, qty in wanted.items() if qty % 1 and items[sku].unit.casefold() != WEIGHED_UNIT)
    if parts:
        raise FractionError(f"{', '.join(items[sku].name for sku in parts)}: sold whole only.", skus=parts)


def _check_enough(wanted: Mapping[str, Decimal], items: Mapping[str, ItemView]) -> None:
    short = [
        {"sku": sku, "name": item.name, "wanted": qty.normalize(), "left": left.normalize()}
        for sku, qty in wanted.items()
        if (left := (item := items[sku]).available) < qty
    ]
    if short:
        named = "; ".join(f"{row['name']}: {row['left']:f} left" for row in short)
        raise StockShortError(f"There is not enough left. {named}.", short=short)
