"""Two things at the same instant around an order's money: one wins, the other is told, and the books are level."""

import asyncio
from datetime import timedelta

import pytest

from backend.orders.ports import OrderView
from backend.orders.tasks import timer_handlers
from backend.payments.ports import Evidence, Feed
from backend.platform.clock import move_clock
from backend.platform.timer_engine import TimerEngine
from tests.support.factories.orders import ladders, make_order, orders_service
from tests.support.factories.payments import receipts_service
from tests.support.till import Till

pytestmark = pytest.mark.concurrency


async def pay(till: Till, order: OrderView) -> None:
    told = Evidence(
        Feed.PROMPT, "mpesa", f"UKM{order.id[3:]}", 35200, "KES", order_id=order.id, paid_at=till.clock.now()
    )
    async with till.database.transaction() as session:
        await receipts_service(till.clock).take(session, told)


async def test_a_reservation_that_ends_as_its_payment_lands_is_kept_or_owed_back(till: Till, order: OrderView) -> None:
    """Whichever comes first, goods are not sold without money, and money is not kept without goods."""
    orders = [order]
    async with till.database.transaction() as session:
        orders += [await make_order(session, shop=False, user_id=order.user_id) for _ in range(4)]
        await move_clock(session, timedelta(minutes=31))
    engine = TimerEngine(till.database, timer_handlers(orders_service(), ladders()))
    await asyncio.gather(*(pay(till, one) for one in orders), engine.step())
    while await engine.step():
        continue
    shown = [await till.order(one.id) for one in orders]
    ends = {(one.state, one.payment_status) for one in shown}
    assert ends <= {("confirmed", "success"), ("cancelled", "refund_due")}
    sold = sum(2 for one in shown if one.state == "confirmed")
    assert await till.rows("SELECT stock::int, reserved::int FROM items WHERE sku = 'UNGA-2KG'") == [(10 - sold, 0)]
    owed = await till.rows("SELECT order_id FROM refunds WHERE cause = 'paid_after_close'")
    assert {one for (one,) in owed} == {one.id for one in shown if one.state == "cancelled"}
    assert await till.rows("SELECT sum(debit_minor - credit_minor)::int FROM ledger_entries") == [(0,)]


async def test_one_receipt_told_of_by_six_feeds_at_once_counts_once(till: Till, order: OrderView) -> None:
    feeds = [Feed.CONFIRMATION, Feed.PULL, Feed.STATEMENT] * 2

    async def tell(feed: Feed) -> str:
        told = Evidence(feed, "mpesa", "UKM5A7B9CD", 35200, "KES", reference=order.id, paid_at=till.clock.now())
        async with till.database.transaction() as session:
            return (await receipts_service(till.clock).take(session, told)).state

    assert await asyncio.gather(*(tell(feed) for feed in feeds)) == ["matched"] * 6
    assert await till.rows("SELECT count(*) FROM receipts") == [(1,)]
    assert (await till.order(order.id)).paid_minor == 35200


async def test_too_little_cash_synced_twice_is_one_entry(till: Till, order: OrderView) -> None:
    for _ in range(2):
        async with till.database.transaction() as session:
            await till.payments.record_cash(session, order.id, 33200, "R-1")
        await till.skip(timedelta(hours=3).total_seconds())
    assert await till.rows("SELECT provider, amount_minor, state FROM receipts") == [("cash", 33200, "matched")]
    assert (await till.order(order.id)).due_minor == 2000
