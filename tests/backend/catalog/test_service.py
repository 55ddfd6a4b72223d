"""Items, stock and import through the service, on a real database."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from backend.catalog.errors import ItemNotFoundError, StockPromisedError, StockShortError, UnknownSkuError
from backend.catalog.ports import ItemChanges, RowOutcome, StockLine
from backend.platform.actors import SYSTEM, Actor, ActorKind
from tests.support.factories.catalog import GROCERIES, HEADER, catalog_service, make_items
from tests.support.factories.vendors import make_merchant

OWNER = Actor(ActorKind.OWNER, "O-1")


@pytest.fixture
async def shop(session: AsyncSession) -> AsyncSession:
    await make_merchant(session)
    await make_items(session)
    return session


async def levels(session: AsyncSession, sku: str = "UNGA-2KG") -> tuple[Decimal, Decimal]:
    item = await catalog_service().item(session, "M-1", sku)
    return item.stock, item.reserved


async def hold(session: AsyncSession, order_id: str, **wanted: str) -> None:
    lines = [StockLine(sku.replace("_", "-"), Decimal(qty)) for sku, qty in wanted.items()]
    await catalog_service().reserve(session, "M-1", order_id, lines, 60)


async def test_lines_of_one_item_are_added_up(shop: AsyncSession) -> None:
    lines = [StockLine("UNGA-2KG", Decimal(6)), StockLine("UNGA-2KG", Decimal(5))]
    with pytest.raises(StockShortError) as refusal:
        await catalog_service().reserve(shop, "M-1", "ORD1", lines, 60)
    assert refusal.value.context["short"][0]["wanted"] == 11


async def test_a_hold_is_committed_or_released_once(shop: AsyncSession) -> None:
    catalog = catalog_service()
    await hold(shop, "ORD1", UNGA_2KG="3", NYANYA="0.5")
    assert await levels(shop) == (Decimal(10), Decimal(3))
    await catalog.commit_reservation(shop, "ORD1")
    await catalog.commit_reservation(shop, "ORD1")
    assert await levels(shop) == (Decimal(7), Decimal(0))
    assert await levels(shop, "NYANYA") == (Decimal(8), Decimal(0))
    await catalog.release_reservation(shop, "ORD1")
    await catalog.release_reservation(shop, "ORD1")
    assert await levels(shop) == (Decimal(10), Decimal(0))


async def test_an_order_without_stock_has_nothing_to_give_back(shop: AsyncSession) -> None:
    await catalog_service().commit_reservation(shop, "ORDNONE")
    await catalog_service().release_reservation(shop, "ORDNONE")
    assert await levels(shop) == (Decimal(10), Decimal(0))


async def test_an_item_off_sale_is_not_sold(shop: AsyncSession) -> None:
    await catalog_service().change_item(
        shop, "M-1", "UNGA-2KG", ItemChanges(active=False), reason="season", actor=OWNER
    )
    with pytest.raises(UnknownSkuError):
        await hold(shop, "ORD1", UNGA_2KG="1")


async def test_the_schema_itself_refuses_to_oversell(shop: AsyncSession) -> None:
    with pytest.raises(IntegrityError, match="ck_items_stock"):
        async with shop.begin_nested():
            await shop.execute(text("UPDATE items SET reserved = stock + 1"))


async def test_a_stocktake_is_kept_with_its_reason(shop: AsyncSession) -> None:
    await hold(shop, "ORD1", UNGA_2KG="4")
    catalog = catalog_service()
    with pytest.raises(StockPromisedError) as refusal:
        await catalog.change_item(
            shop, "M-1", "UNGA-2KG", ItemChanges(stock=Decimal(3)), reason="stocktake", actor=OWNER
        )
    assert refusal.value.context == {"sku": "UNGA-2KG", "promised": Decimal(4)}
    changed = await catalog.change_item(
        shop, "M-1", "UNGA-2KG", ItemChanges(stock=Decimal(6), price_minor=18000), reason="stocktake", actor=OWNER
    )
    assert (changed.stock, changed.available, changed.price_minor) == (Decimal(6), Decimal(2), 18000)
    moved = (await shop.execute(text("SELECT * FROM stock_movements WHERE reason = 'stocktake'"))).one()
    assert (moved.old_stock, moved.new_stock, moved.old_price_minor, moved.new_price_minor, moved.actor) == (
        Decimal(10),
        Decimal(6),
        17600,
        18000,
        "owner:O-1",
    )


async def test_an_unknown_item_is_not_found(shop: AsyncSession) -> None:
    with pytest.raises(ItemNotFoundError):
        await catalog_service().item(shop, "M-1", "MKATE")
    with pytest.raises(ItemNotFoundError):
        await catalog_service().change_item(shop, "M-1", "MKATE", ItemChanges(), reason="x", actor=OWNER)


async def test_a_dry_run_tells_and_changes_nothing(shop: AsyncSession) -> None:
    await hold(shop, "ORD1", SUKARI_1KG="2")
    file = HEADER + (
        "UNGA-2KG,Maize Flour 2kg,unga|unga ya ugali,packet,180,KES,12,size=2kg\n"
        "SUKARI-1KG,Sugar 1kg,sukari|sugar,packet,150.50,KES,1,size=1kg\n"
        "MKATE,Bread 400g,mkate,loaf,65,KES,30,\n"
        "BAD,,,,x,KES,1,\n"
    )
    report = await catalog_service().import_csv(shop, "M-1", file, actor=OWNER, dry_run=True)
    assert [(row.line, row.sku, row.outcome) for row in report.rows] == [
        (2, "UNGA-2KG", "updated"),
        (3, "SUKARI-1KG", "rejected"),
        (4, "MKATE", "created"),
        (5, "BAD", "rejected"),
    ]
    assert report.rows[0].changes == {"price": ("176.00", "180.00"), "stock": ("10", "12")}
    assert report.rows[1].errors == ("stock 1 is less than the 2 promised to orders",)
    assert (report.absent, report.applied) == (("NYANYA",), False)
    assert await levels(shop) == (Decimal(10), Decimal(0))

    applied = await catalog_service().import_csv(shop, "M-1", file, actor=OWNER)
    assert (applied.rows, applied.applied) == (report.rows, True)
    assert (await catalog_service().item(shop, "M-1", "UNGA-2KG")).price_minor == 18000
    assert await levels(shop, "SUKARI-1KG") == (Decimal(25), Decimal(2))
    again = await catalog_service().import_csv(shop, "M-1", file, actor=OWNER)
    assert again.count(RowOutcome.UNCHANGED) == 2
    assert again.count(RowOutcome.REJECTED) == 2


async def test_a_list_of_prices_leaves_shelf_and_names_as_they_are(shop: AsyncSession) -> None:
    """Columns that a file does not have say nothing: without a column for it, the stock was set to none."""
    before = await catalog_service().item(shop, "M-1", "UNGA-2KG")
    file = "sku,name,price\nUNGA-2KG,Maize Flour 2kg,181\nMKATE,Bread 400g,65\n"
    report = await catalog_service().import_csv(shop, "M-1", file, actor=OWNER)
    assert report.rows[0].changes == {"price": ("176.00", "181.00")}
    after = await catalog_service().item(shop, "M-1", "UNGA-2KG")
    assert (after.price_minor, after.stock, after.aliases) == (18_100, before.stock, before.aliases)
    assert (after.unit, after.options) == (before.unit, before.options)
    assert (await catalog_service().item(shop, "M-1", "MKATE")).stock == 0


async def test_words_find_items_by_name_sku_and_alias(shop: AsyncSession) -> None:
    catalog = catalog_service()
    for words, skus in {
        None: ["UNGA-2KG", "SUKARI-1KG", "NYANYA"],
        "flour": ["UNGA-2KG"],
        "UGALI unga": ["UNGA-2KG"],
        "1kg": ["SUKARI-1KG"],
        "50%": [],
    }.items():
        rows, total = await catalog.search(shop, "M-1", words)
        assert ([row.sku for row in rows], total) == (skus, len(skus))


async def test_the_snapshot_follows_stock_and_prices(shop: AsyncSession) -> None:
    catalog = catalog_service()
    first = await catalog.snapshot(shop, "M-1")
    assert [(item.sku, item.price_minor, item.stock) for item in first.items] == [
        ("UNGA-2KG", 17600, 10.0),
        ("SUKARI-1KG", 15050, 25.0),
        ("NYANYA", 12000, 8.5),
    ]
    assert first.by_sku["UNGA-2KG"].aliases == ("unga", "unga ya ugali")
    assert first.by_sku["UNGA-2KG"].options == {"size": ("2kg",)}
    assert await catalog.snapshot(shop, "M-1") is first
    index, pairs = first.index, first.pairs
    await catalog.reserve(shop, "M-1", "ORD1", [StockLine("UNGA-2KG", Decimal(4))], 60)
    second = await catalog.snapshot(shop, "M-1")
    assert (second.by_sku["UNGA-2KG"].stock, second.by_sku["NYANYA"].stock) == (6.0, 8.5)
    assert second.index is index
    assert second.pairs is pairs  # What names alone tell is not computed again for each sale.
    assert first.by_sku["UNGA-2KG"].stock == 10.0
    await catalog.change_item(shop, "M-1", "NYANYA", ItemChanges(price_minor=9900), reason="sale", actor=OWNER)
    third = await catalog.snapshot(shop, "M-1")
    assert third.by_sku["NYANYA"].price_minor == 9900
    assert third.index is not index
    assert third.pairs is not pairs


async def test_merchants_may_use_the_same_sku(shop: AsyncSession) -> None:
    await make_merchant(shop, "M-2")
    await make_items(shop, "M-2", GROCERIES.replace(",10,size", ",99,size"))
    await hold(shop, "ORD1", UNGA_2KG="10")
    other: Any = await catalog_service().item(shop, "M-2", "UNGA-2KG")
    assert other.available == Decimal(99)


async def test_the_version_counts_changes_of_structure_only(shop: AsyncSession) -> None:
    wanted = text("SELECT version FROM catalogue_versions WHERE merchant_id = 'M-1'")
    before = await shop.scalar(wanted)
    await hold(shop, "ORD1", UNGA_2KG="1")
    await catalog_service().change_item(
        shop, "M-1", "UNGA-2KG", ItemChanges(stock=Decimal(20)), reason="delivery", actor=SYSTEM
    )
    assert await shop.scalar(wanted) == before
    await catalog_service().change_item(
        shop, "M-1", "UNGA-2KG", ItemChanges(name="Jogoo 2kg"), reason="name", actor=SYSTEM
    )
    assert await shop.scalar(wanted) == (before or 0) + 1
