"""Customers of unpaid orders are reminded, and the orders end on time, through the timer engine."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from backend.comms.ladders import DEFAULT_STEPS, Ladder, Rung, Step
from backend.comms.service.versions import LadderVersions
from backend.orders import commands as c
from backend.orders.events import OrderState as S
from backend.orders.ports import OrderView
from backend.orders.tasks import timer_handlers
from backend.platform.clock import move_clock
from backend.platform.db.session import Database
from backend.platform.timer_engine import TimerEngine
from backend.platform.timers import TimerKind
from tests.support.factories.catalog import catalog_service
from tests.support.factories.customers import make_customer
from tests.support.factories.orders import PAYMENTS, give, ladders, make_order, orders_service


async def fire(database: Database, order: OrderView, after: timedelta) -> OrderView:
    """Move the time, let the engine fire what is due, return the order."""
    async with database.transaction() as session:
        await move_clock(session, after)
    await TimerEngine(database, timer_handlers(orders_service(), ladders())).step()
    async with database.transaction() as session:
        return await orders_service().get(session, order.id)


async def test_an_unpaid_order_ends_and_its_stock_returns(database: Database) -> None:
    async with database.transaction() as session:
        order = await make_order(session)
    assert (await fire(database, order, timedelta(minutes=29))).state is S.PENDING
    ended = await fire(database, order, timedelta(minutes=2))
    assert (ended.state, ended.close_reason, ended.payment_status) == ("cancelled", "unpaid", "pending")
    async with database.transaction() as session:
        item = await catalog_service().item(session, "M-1", "UNGA-2KG")
        pending = await session.scalar(text("SELECT count(*) FROM sla_timer WHERE state = 'pending'"))
    assert (item.stock, item.reserved, pending) == (Decimal(10), Decimal(0), 0)


async def test_an_order_paid_in_time_stays(database: Database) -> None:
    async with database.transaction() as session:
        order = await make_order(session)
        await give(session, order, PAYMENTS, c.ConfirmPayment(order.amount_minor))
    assert (await fire(database, order, timedelta(hours=1))).state is S.CONFIRMED


async def test_a_part_paid_order_ends_with_money_owed(database: Database) -> None:
    async with database.transaction() as session:
        order = await make_order(session, S.PARTIAL)
    ended = await fire(database, order, timedelta(hours=1))
    assert (ended.state, ended.payment_status, ended.paid_minor) == ("cancelled", "refund_due", 1)


_REMINDED = "SELECT payload FROM outbox WHERE topic = 'order.payment.awaited'"


async def reminded(database: Database) -> list[Any]:
    """What was told of payments that are awaited."""
    async with database.transaction() as session:
        return list(await session.scalars(text(_REMINDED)))


async def test_a_customer_is_reminded_once_before_the_end(database: Database) -> None:
    """After twenty minutes of thirty; the end comes when it would have come."""
    async with database.transaction() as session:
        order = await make_order(session)
    await fire(database, order, timedelta(minutes=19))
    assert await reminded(database) == []
    await fire(database, order, timedelta(minutes=2))
    [told] = await reminded(database)
    assert (told["order_id"], told["due_minor"], told["currency"]) == (order.id, order.amount_minor, "KES")
    assert 500 < told["left_s"] <= 540
    assert (await fire(database, order, timedelta(minutes=8))).state is S.PENDING
    assert (await fire(database, order, timedelta(minutes=2))).state is S.CANCELLED
    assert len(await reminded(database)) == 1


async def test_who_pays_at_the_door_or_has_paid_is_not_reminded(database: Database) -> None:
    async with database.transaction() as session:
        at_the_door = await make_order(session, payment_mode=c.PaymentMode.COD, payment_method=c.PaymentMethod.COD)
        user = await make_customer(session, external_id="254700000109", phone="+254700000109")
        paid = await make_order(session, shop=False, user_id=user.id)
        await give(session, paid, PAYMENTS, c.ConfirmPayment(paid.amount_minor))
    await fire(database, at_the_door, timedelta(minutes=21))
    assert await reminded(database) == []
    assert (await fire(database, at_the_door, timedelta(minutes=10))).state is S.CANCELLED


async def test_an_engine_that_comes_late_ends_and_does_not_remind(database: Database) -> None:
    """Both are due: who is told now that nothing can be paid any more is told once."""
    async with database.transaction() as session:
        order = await make_order(session)
    assert (await fire(database, order, timedelta(hours=6))).state is S.CANCELLED
    assert await reminded(database) == []


async def test_a_citys_version_says_when_and_one_that_has_begun_keeps_its_own(database: Database) -> None:
    """Reminded twice and ended after ten minutes; the stock is held for as long, and what was placed before is not."""
    steps = (Step(120, (Rung.REMIND,)), Step(300, (Rung.REMIND,)), Step(600, (Rung.CANCEL,)))
    async with database.transaction() as session:
        kind = TimerKind.RESERVATION_EXPIRY
        await LadderVersions().save(session, kind, Ladder(DEFAULT_STEPS[kind]), by="admin:A-1")
        before = await make_order(session)
        await LadderVersions().save(session, kind, Ladder(steps), by="admin:A-1", city="Nairobi")
        user = await make_customer(session, external_id="254700000109", phone="+254700000109")
        after = await make_order(session, shop=False, user_id=user.id)
        held = "SELECT order_id, extract(epoch FROM expires_at - created_at)::int AS for_s FROM stock_reservations"
        kept = {row.order_id: row.for_s for row in await session.execute(text(held))}
        assert kept == {before.id: 1800, after.id: 600}
    await fire(database, after, timedelta(minutes=3))
    assert (await fire(database, after, timedelta(minutes=3))).state is S.PENDING
    assert [(told["order_id"], round(told["left_s"], -1)) for told in await reminded(database)] == [
        (after.id, 420),
        (after.id, 240),
    ]
    assert (await fire(database, after, timedelta(minutes=5))).state is S.CANCELLED
    assert (await fire(database, before, timedelta(minutes=10))).state is S.PENDING
    assert [told["order_id"] for told in await reminded(database)] == [after.id, after.id, before.id]
