"""Promises of stock to orders: held, then committed or released; what is promised can't be sold twice."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from backend.catalog import repository
from backend.catalog.errors import FractionError, StockShortError, UnknownSkuError
from backend.catalog.linking.catalogue import WEIGHED_UNIT
from backend.catalog.ports import ItemView, StockLine
from backend.catalog.service.low import tell_if_low
from backend.platform.actors import SYSTEM


async def reserve(
    session: AsyncSession, merchant_id: str, order_id: str, lines: Sequence[StockLine], expires_in_s: float
) -> dict[str, ItemView]:
    """Hold stock for an order; all lines or none."""
    wanted = _merged(lines)
    items, held = await repository.hold(session, merchant_id, order_id, wanted, expires_in_s)
    if not held:
        _refuse(wanted, items)
    after = {sku: replace(item, reserved=item.reserved + wanted[sku]) for sku, item in items.items()}
    for sku, item in items.items():
        await tell_if_low(session, item, after[sku], SYSTEM)
    return after


def _refuse(wanted: Mapping[str, Decimal], items: Mapping[str, ItemView]) -> None:
    """Say why nothing was held; the checks are those of the statement that held it."""
    _check_known(wanted, items)
    _check_whole(wanted, items)
    _check_enough(wanted, items)


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
