"""Unpaid orders end on time, through the timer engine."""

from datetime import timedelta
from decimal import Decimal

from sqlalchemy import text

from backend.orders import commands as c
from backend.orders.events import OrderState as S
from backend.orders.ports import OrderView
from backend.orders.tasks import timer_handlers
from backend.platform.clock import move_clock
from backend.platform.db.session import Database
from backend.platform.timer_engine import TimerEngine
from tests.support.factories.catalog import catalog_service
from tests.support.factories.orders import PAYMENTS, give, make_order, orders_service


async def fire(database: Database, order: OrderView, after: timedelta) -> OrderView:
    """Move the time, let the engine fire what is due, return the order."""
    async with database.transaction() as session:
        await move_clock(session, after)
    await TimerEngine(database, timer_handlers(orders_service())).step()
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
