"""Two or more at the same order or the same stock, at the same moment."""

import asyncio
from collections.abc import Sequence
from decimal import Decimal

import pytest

from backend.catalog.errors import StockShortError
from backend.orders import commands as c
from backend.orders.commands import OrderLineDraft
from backend.orders.events import OrderState as S
from backend.orders.ports import CommandResult
from backend.platform.actors import Source
from backend.platform.db.session import Database
from tests.support.factories.customers import make_customer
from tests.support.factories.orders import (
    BOT,
    make_order,
    make_shop,
    orders_service,
    place_order,
)
from tests.support.order_rows import VENDOR, events, handle, stock


@pytest.mark.concurrency
async def test_two_doors_at_once_move_the_order_once(database: Database) -> None:
    """A button and a digit for the same order at the same moment: one is applied, the other a repetition."""
    async with database.transaction() as session:
        order = await make_order(session, S.CONFIRMED)

    async def accept(command_id: str) -> CommandResult:
        async with database.transaction() as session:
            return await handle(session, order, VENDOR, c.AcceptOrder(15), command_id)

    results = await asyncio.gather(accept("wamid.1"), accept("digit.1"), accept("wamid.1"), accept("digit.1"))
    outcomes = sorted(result.outcome for result in results)
    assert outcomes == ["applied", "duplicate", "duplicate", "duplicate"]
    async with database.transaction() as session:
        moves = [event["to"] for event in await events(session, "order.state.changed")]
    assert moves == ["confirmed", "processing"]


@pytest.mark.concurrency
async def test_two_that_note_first_and_act_later_do_not_deadlock(database: Database) -> None:
    """A row beside the order only shares its key, so both may then take the order itself, one after the other."""
    async with database.transaction() as session:
        order = await make_order(session, S.CONFIRMED)
    noted = asyncio.Barrier(2)

    async def note_then_act(number: int) -> str:
        async with database.transaction() as session:
            await orders_service().note_timeline(session, order.id, channel="ivr", actor=VENDOR, what="digit")
            await noted.wait()
            return (await handle(session, order, VENDOR, c.AcceptOrder(15), f"digit.{number}")).outcome

    assert sorted(await asyncio.gather(note_then_act(1), note_then_act(2))) == ["applied", "duplicate"]


@pytest.mark.concurrency
async def test_sixty_orders_for_ten_packets_sell_ten(database: Database) -> None:
    """Oversell is impossible: ten orders get one packet each, fifty are told that none is left."""
    async with database.transaction() as session:
        await make_shop(session)
        customer = await make_customer(session)

    async def buy(number: int) -> str:
        lines: Sequence[OrderLineDraft] = (
            OrderLineDraft("SUKARI-1KG", Decimal(1)),
            OrderLineDraft("UNGA-2KG", Decimal(1)),
        )
        lines = tuple(lines if number % 2 else reversed(lines))
        if number % 3 == 0:
            lines = tuple(line for line in lines if line.sku == "UNGA-2KG")
        try:
            async with database.transaction() as session:
                command = place_order(customer.id, lines=lines)
                return (await orders_service().place(session, command, actor=BOT, source=Source.BOT)).id
        except StockShortError as refusal:
            return f"left {refusal.context['short'][0]['left']}"

    outcomes = await asyncio.gather(*(buy(number) for number in range(60)))
    assert len([outcome for outcome in outcomes if outcome.startswith("ORD")]) == 10
    assert outcomes.count("left 0") == 50
    async with database.transaction() as session:
        assert await stock(session) == (Decimal(10), Decimal(10))
