"""Many at the same stock at once: what is sold is what there was, whatever the order in which lines are named."""

import asyncio
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.catalog.errors import StockShortError
from backend.catalog.ports import StockLine
from backend.orders.commands import OrderLineDraft
from backend.platform.actors import Source
from backend.platform.db.session import Database
from backend.runtime.invariants import check
from tests.support.factories.catalog import HEADER, catalog_service, make_items
from tests.support.factories.customers import make_customer
from tests.support.factories.orders import BOT, make_shop, orders_service, place_order
from tests.support.order_rows import stock

_OF_AN_ORDER = ("orders", "order_lines", "order_events", "stock_reservations", "sla_timer")
FIVE = HEADER + "UNGA-2KG,Maize Flour 2kg,unga,packet,176,KES,5,\n"


@pytest.mark.concurrency
async def test_twenty_orders_at_once_for_five_units_book_five(database: Database) -> None:
    """The invariants hold while they rush as well as afterwards."""
    async with database.transaction() as session:
        await make_shop(session)
        await make_items(session, text=FIVE)
        customer = await make_customer(session)
    seen: list[str] = []

    async def buy() -> bool:
        command = place_order(customer.id, lines=(OrderLineDraft("UNGA-2KG", Decimal(1)),))
        try:
            async with database.transaction() as session:
                await orders_service().place(session, command, actor=BOT, source=Source.BOT)
        except StockShortError:
            return False
        async with database.transaction() as session:
            seen.extend(breach.invariant for breach in await check(session))
        return True

    outcomes = await asyncio.gather(*(buy() for _ in range(20)))
    assert (sum(outcomes), seen) == (5, [])
    async with database.transaction() as session:
        assert await stock(session) == (Decimal(5), Decimal(5))


@pytest.mark.concurrency
async def test_holds_of_the_same_items_in_either_order_do_not_deadlock(database: Database) -> None:
    async with database.transaction() as session:
        await make_shop(session)
    lines = (StockLine("NYANYA", Decimal("0.1")), StockLine("SUKARI-1KG", Decimal(1)))

    async def hold(number: int) -> None:
        async with database.transaction() as session:
            wanted = lines if number % 2 else lines[::-1]
            await catalog_service().reserve(session, "M-1", f"ORD{number}", wanted, 60)

    await asyncio.gather(*(hold(number) for number in range(24)))
    async with database.transaction() as session:
        assert await stock(session, "SUKARI-1KG") == (Decimal(25), Decimal(24))
        assert await stock(session, "NYANYA") == (Decimal("8.5"), Decimal("2.4"))


async def test_a_refusal_that_is_caught_has_held_nothing(session: AsyncSession) -> None:
    """The bot tells the customer what is left in the transaction in which it asked; one line short frees all."""
    await make_shop(session)
    lines = (StockLine("SUKARI-1KG", Decimal(1)), StockLine("UNGA-2KG", Decimal(11)))
    with pytest.raises(StockShortError):
        await catalog_service().reserve(session, "M-1", "ORD1", lines, 60)
    assert await stock(session, "SUKARI-1KG") == (Decimal(25), Decimal(0))
    await catalog_service().release_reservation(session, "ORD1")
    assert await stock(session, "SUKARI-1KG") == (Decimal(25), Decimal(0))


async def test_an_offer_shows_what_can_be_had_and_holds_nothing(session: AsyncSession) -> None:
    """An order reads its prices so, before it holds its stock last; what can't be had is refused at once."""
    await make_shop(session)
    offered = await catalog_service().offer(session, "M-1", (StockLine("SUKARI-1KG", Decimal(25)),))
    assert (offered["SUKARI-1KG"].available, await stock(session, "SUKARI-1KG")) == (25, (Decimal(25), Decimal(0)))
    with pytest.raises(StockShortError):
        await catalog_service().offer(session, "M-1", (StockLine("SUKARI-1KG", Decimal(26)),))


@pytest.mark.concurrency
async def test_an_order_whose_stock_is_taken_while_it_is_placed_leaves_nothing(database: Database) -> None:
    """Each saw the last packet on the shelf; the one that comes second to hold it is rolled back whole."""
    async with database.transaction() as session:
        await make_shop(session)
        await make_items(session, text=FIVE.replace(",5,", ",1,"))
        customers = [await make_customer(session, external_id=f"2547000000{n:02}") for n in range(8)]

    async def buy(customer: str) -> str:
        command = place_order(customer, lines=(OrderLineDraft("UNGA-2KG", Decimal(1)),))
        try:
            async with database.transaction() as session:
                return (await orders_service().place(session, command, actor=BOT, source=Source.BOT)).id
        except StockShortError:
            return ""

    placed = [order for order in await asyncio.gather(*(buy(customer.id) for customer in customers)) if order]
    async with database.transaction() as session:
        kept = {table: await session.scalar(text(f"SELECT count(*) FROM {table}")) for table in _OF_AN_ORDER}
    assert (len(placed), kept) == (1, dict.fromkeys(_OF_AN_ORDER, 1))
