"""Queries of items, stock and reservations."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

from sqlalchemy import String, cast, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.catalog.linking.catalogue import WEIGHED_UNIT
from backend.catalog.models import CatalogueVersion, Item, ItemPrice, StockMovement, StockReservation
from backend.catalog.ports import ItemRow
from backend.platform.db.driver import run_sql, to_json

_AVAILABLE: Final = """
SELECT (SELECT v.version FROM catalogue_versions v WHERE v.merchant_id = %(merchant_id)s) AS version,
    i.sku, i.stock - i.reserved AS left
FROM items i WHERE i.merchant_id = %(merchant_id)s AND i.active
"""


async def bump_version(session: AsyncSession, merchant_id: str) -> None:
    """Count a change of the merchant's catalogue."""
    await session.execute(
        insert(CatalogueVersion)
        .values(merchant_id=merchant_id, version=1)
        .on_conflict_do_update(index_elements=["merchant_id"], set_={"version": CatalogueVersion.version + 1})
    )


async def item(session: AsyncSession, merchant_id: str, sku: str) -> Item | None:
    """Find an item."""
    return await session.get(Item, (merchant_id, sku), populate_existing=True)


async def active_items(session: AsyncSession, merchant_id: str) -> Sequence[Item]:
    """Return what the merchant sells, in the order of the menu."""
    wanted = select(Item).where(Item.merchant_id == merchant_id, Item.active).order_by(Item.position, Item.sku)
    return (await session.scalars(wanted.execution_options(populate_existing=True))).all()


async def all_items(session: AsyncSession, merchant_id: str) -> Sequence[Item]:
    """Return every item of the merchant and hold the rows until the transaction ends."""
    wanted = select(Item).where(Item.merchant_id == merchant_id).order_by(Item.sku)
    locked = wanted.with_for_update(key_share=True).execution_options(populate_existing=True)
    return (await session.scalars(locked)).all()


async def available_stock(session: AsyncSession, merchant_id: str) -> tuple[int, dict[str, float]]:
    """Return how often the catalogue was changed, and what may still be sold of each item on sale, by SKU."""
    rows = await run_sql(session, _AVAILABLE, {"merchant_id": merchant_id})
    return (rows[0].version or 0 if rows else 0), {row.sku: float(row.left) for row in rows}


async def list_items(
    session: AsyncSession, merchant_id: str, *, words: str | None, active: bool | None, limit: int, offset: int
) -> tuple[Sequence[Item], int]:
    """Return one page of the merchant's items in the order of the menu, and how many there are in all."""
    wanted = select(Item).where(Item.merchant_id == merchant_id)
    if active is not None:
        wanted = wanted.where(Item.active == active)
    for word in (words or "").split():
        columns = (Item.name, Item.sku, cast(Item.aliases, String))
        wanted = wanted.where(or_(*(column.icontains(word, autoescape=True) for column in columns)))
    total = await session.scalar(select(func.count()).select_from(wanted.subquery()))
    page = wanted.order_by(Item.position, Item.sku).limit(limit).offset(offset)
    return (await session.scalars(page.execution_options(populate_existing=True))).all(), total or 0


async def items(session: AsyncSession, merchant_id: str, skus: Iterable[str]) -> dict[str, Item]:
    """Find items by SKU."""
    wanted = select(Item).where(Item.merchant_id == merchant_id, Item.sku.in_(sorted(set(skus))))
    return {row.sku: row for row in await session.scalars(wanted.execution_options(populate_existing=True))}


async def lock_items(session: AsyncSession, merchant_id: str, skus: Iterable[str]) -> dict[str, Item]:
    """Find items by SKU and hold their rows; always in the order of the SKU, so that two orders never deadlock."""
    rows = await session.scalars(
        select(Item)
        .where(Item.merchant_id == merchant_id, Item.sku.in_(sorted(set(skus))))
        .order_by(Item.sku)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return {row.sku: row for row in rows}


# One statement, so that a hot item's row is held for one round trip. The guards stand in the update itself, which reads
# a row that was changed meanwhile anew.
_HOLD_ONE: Final = """
WITH taken AS (
    UPDATE items i SET reserved = i.reserved + %(qty)s::numeric, updated_at = clock.at
    FROM (SELECT duka_now() AS at) AS clock
    WHERE i.merchant_id = %(merchant_id)s AND i.sku = %(sku)s
        AND i.active AND i.stock - i.reserved >= %(qty)s::numeric
        AND (%(qty)s::numeric %% 1 = 0 OR lower(i.unit) = %(weighed)s)
    RETURNING i.merchant_id, i.sku, i.name, i.unit, i.stock - i.reserved AS available, i.low_at, i.updated_at AS at
), held AS (
    INSERT INTO stock_reservations (order_id, sku, merchant_id, qty, expires_at, created_at)
    SELECT %(order_id)s, sku, merchant_id, %(qty)s::numeric, at + make_interval(secs => %(expires_in_s)s), at FROM taken
)
SELECT sku, name, unit, available, low_at FROM taken
"""
# Several rows are locked first, in the order of the SKU, and judged together: either every line is held or none.
_HOLD_MANY: Final = """
WITH wanted AS MATERIALIZED (
    SELECT key AS sku, value::numeric AS qty, (SELECT duka_now()) AS at FROM jsonb_each_text(%(wanted)s::jsonb)
), locked AS MATERIALIZED (
    SELECT i.active AND i.stock - i.reserved >= w.qty AND (w.qty %% 1 = 0 OR lower(i.unit) = %(weighed)s) AS good
    FROM wanted w JOIN items i ON i.merchant_id = %(merchant_id)s AND i.sku = w.sku
    ORDER BY i.sku FOR NO KEY UPDATE OF i
), taken AS (
    UPDATE items i SET reserved = i.reserved + w.qty, updated_at = w.at FROM wanted w
    WHERE i.merchant_id = %(merchant_id)s AND i.sku = w.sku
        AND i.active AND i.stock - i.reserved >= w.qty AND (w.qty %% 1 = 0 OR lower(i.unit) = %(weighed)s)
        AND (SELECT count(*) FILTER (WHERE good) FROM locked) = %(lines)s
    RETURNING i.merchant_id, i.sku, i.name, i.unit, i.stock - i.reserved AS available, i.low_at, w.qty, w.at
), held AS (
    INSERT INTO stock_reservations (order_id, sku, merchant_id, qty, expires_at, created_at)
    SELECT %(order_id)s, sku, merchant_id, qty, at + make_interval(secs => %(expires_in_s)s), at
    FROM taken ORDER BY sku
)
SELECT sku, name, unit, available, low_at FROM taken ORDER BY sku
"""


class HeldItem(NamedTuple):
    """An item of which some was just held; `available` is what may still be sold."""

    sku: str
    name: str
    unit: str
    available: Decimal
    low_at: Decimal | None


async def hold(
    session: AsyncSession, merchant_id: str, order_id: str, wanted: Mapping[str, Decimal], expires_in_s: float
) -> list[HeldItem]:
    """Promise stock to an order; return the items by SKU, or none of them where one line could not be held."""
    values: dict[str, Any] = {
        "merchant_id": merchant_id,
        "order_id": order_id,
        "expires_in_s": expires_in_s,
        "weighed": WEIGHED_UNIT,
    }
    if len(wanted) == 1:
        [(values["sku"], qty)] = wanted.items()
        values["qty"] = str(qty)
        return [HeldItem(*row) for row in await run_sql(session, _HOLD_ONE, values)]
    values |= {"wanted": to_json({sku: str(qty) for sku, qty in wanted.items()}), "lines": len(wanted)}
    return [HeldItem(*row) for row in await run_sql(session, _HOLD_MANY, values)]


async def reservations(session: AsyncSession, order_id: str) -> Sequence[StockReservation]:
    """Return an order's reservations that were not released, by SKU, and hold the rows."""
    wanted = select(StockReservation).where(StockReservation.order_id == order_id, StockReservation.state != "released")
    locked = (
        wanted.order_by(StockReservation.sku).with_for_update(key_share=True).execution_options(populate_existing=True)
    )
    return (await session.scalars(locked)).all()


async def holders(session: AsyncSession, merchant_id: str, sku: str) -> Sequence[str]:
    """Return the orders that hold some of an item, the newest first."""
    wanted = select(StockReservation.order_id).where(
        StockReservation.merchant_id == merchant_id, StockReservation.sku == sku, StockReservation.state == "held"
    )
    return (await session.scalars(wanted.order_by(StockReservation.created_at.desc()))).all()


async def settle(session: AsyncSession, order_id: str, state: str) -> None:
    """Put all of an order's open reservations into the state."""
    await session.execute(
        update(StockReservation)
        .where(StockReservation.order_id == order_id, StockReservation.state != "released")
        .values(state=state, settled_at=text("duka_now()"))
        .execution_options(synchronize_session=False)
    )


async def upsert_rows(session: AsyncSession, merchant_id: str, rows: Sequence[ItemRow]) -> None:
    """Create items, or bring them up to date, with one statement."""
    if not rows:
        return
    columns = ("name", "aliases", "unit", "price_minor", "currency", "stock", "options", "active", "position")
    statement = insert(Item).values([_values(merchant_id, row) for row in rows])
    changes: dict[str, Any] = {column: statement.excluded[column] for column in columns}
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["merchant_id", "sku"], set_={**changes, "updated_at": text("duka_now()")}
        )
    )


def _values(merchant_id: str, row: ItemRow) -> dict[str, Any]:
    return {
        "merchant_id": merchant_id,
        "sku": row.sku,
        "name": row.name,
        "aliases": list(row.aliases),
        "unit": row.unit,
        "price_minor": row.price_minor,
        "currency": row.currency,
        "stock": row.stock,
        "options": {axis: list(values) for axis, values in row.options.items()},
        "active": True,
        "position": row.position,
    }


def add_movement(session: AsyncSession, movement: StockMovement) -> None:
    """Keep who changed shelf stock or price, and why."""
    session.add(movement)


async def movement_of(session: AsyncSession, merchant_id: str, command_id: str) -> StockMovement | None:
    """Find the change that was made under an id."""
    wanted = select(StockMovement).filter_by(merchant_id=merchant_id, command_id=command_id)
    found: StockMovement | None = await session.scalar(wanted)
    return found


async def movements(
    session: AsyncSession, merchant_id: str, sku: str, *, limit: int, offset: int
) -> tuple[Sequence[StockMovement], int]:
    """Return one page of an item's changes by hand or by file, the newest first, and how many there are."""
    wanted = select(StockMovement).filter_by(merchant_id=merchant_id, sku=sku)
    total = await session.scalar(select(func.count()).select_from(wanted.subquery()))
    page = wanted.order_by(StockMovement.id.desc()).limit(limit).offset(offset)
    return (await session.scalars(page)).all(), total or 0


async def now(session: AsyncSession) -> datetime:
    """Return the database's time."""
    moment: datetime = (await session.execute(select(func.duka_now()))).scalar_one()
    return moment


async def add_price(session: AsyncSession, row: ItemPrice) -> None:
    """Keep a price that begins later."""
    session.add(row)
    await session.flush()


async def prices(
    session: AsyncSession, merchant_id: str, sku: str, *, limit: int, offset: int
) -> tuple[Sequence[ItemPrice], int]:
    """Return one page of an item's prices by date, the last to begin first, and how many there are."""
    wanted = select(ItemPrice).filter_by(merchant_id=merchant_id, sku=sku)
    total = await session.scalar(select(func.count()).select_from(wanted.subquery()))
    page = wanted.order_by(ItemPrice.from_at.desc(), ItemPrice.id).limit(limit).offset(offset)
    return (await session.scalars(page)).all(), total or 0


async def lock_price(session: AsyncSession, price_id: str) -> ItemPrice | None:
    """Find a price and hold its row until the transaction ends."""
    return await session.get(ItemPrice, price_id, with_for_update=True, populate_existing=True)


async def planned_at(session: AsyncSession, merchant_id: str, sku: str, from_at: datetime) -> bool:
    """Say whether a price is planned from this very instant."""
    wanted = select(ItemPrice.id).filter_by(merchant_id=merchant_id, sku=sku, from_at=from_at, state="planned")
    return await session.scalar(wanted) is not None
