"""A generated month of two merchants in two zones, day by day against the ledger."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders.commands import CancelOrder
from backend.orders.events import OrderState
from backend.orders.ports import OrderView
from backend.platform.clock import move_clock
from backend.reports.periods import PeriodKind
from backend.reports.ports import Report
from tests.support.factories.orders import ADMIN
from tests.support.factories.reports import Trade, open_trade

_DAYS, _ORDERS = 30, 36
_LEDGER = text("""
SELECT (l.created_at AT TIME ZONE :zone)::date AS day, l.account, sum(l.debit_minor - l.credit_minor)::bigint AS minor
FROM ledger_entries l JOIN orders o ON o.id = l.order_id WHERE o.merchant_id = :merchant GROUP BY 1, 2
""")
_ADDING_UP = ("placed", "delivered", "cancelled", "revenue", "collected", "refunds.due", "kept.delivery")


@dataclass(frozen=True, order=True)
class Moment:
    """Something that happens at an instant."""

    at: datetime
    number: int
    act: Callable[[], Awaitable[None]]


def _story(dice: Random, trade: Trade, numbers: "list[int]") -> list[Moment]:
    """One order: placed, then paid in one or two parts, late or never, then carried on or called off."""
    order: list[OrderView] = []
    begins = datetime.combine(
        trade.day(dice.randrange(_DAYS - 3)),
        time(dice.choice((0, 9, 13, 19, 23)), dice.randrange(60)),
        ZoneInfo(trade.zone),
    )
    rail = dice.choice(("mpesa", "upi", "cash"))

    async def place() -> None:
        order.append(await trade.order())

    async def pay(minor: int | None = None) -> None:
        await trade.pay(order[0], minor, rail)

    async def part() -> None:
        await pay(dice.choice((1, 999, 10_000)))

    async def surplus() -> None:
        await pay(dice.choice((35_200, 35_201, 70_000)))

    async def call_off() -> None:
        await trade.give(order[0], ADMIN, CancelOrder("unpaid"))

    async def carry() -> None:
        await trade.bring(order[0], OrderState.DELIVERED)

    async def take_back() -> None:
        await trade.bring(order[0], OrderState.RETURNED)

    endings = ([pay, carry], [part, pay, carry], [surplus, carry, take_back], [call_off, surplus], [part, call_off], [])
    moments, at = [], begins
    for act in (place, *dice.choice(endings)):
        numbers.append(len(numbers))
        moments.append(Moment(at, numbers[-1], act))
        at += timedelta(minutes=dice.choice((1, 40, 300, 900)))
    return moments


async def _live(session: AsyncSession, moments: list[Moment]) -> None:
    for moment in sorted(moments):
        now = (await session.execute(text("SELECT duka_now()"))).scalar_one()
        await move_clock(session, max(moment.at - now, timedelta()))
        await moment.act()


async def _agrees(session: AsyncSession, trade: Trade) -> list[Report]:
    """Compare each day's money with the ledger, read in another way; return the days' reports."""
    rows = await session.execute(_LEDGER, {"zone": trade.zone, "merchant": trade.merchant_id})
    ledger = {(row.day, row.account): row.minor for row in rows}
    days = [await trade.report(number) for number in range(_DAYS)]
    for report in days:
        for rail in ("mpesa", "upi", "cash"):
            booked = ledger.get((report.first, f"clearing.{rail}"), 0)
            assert (report.figure(f"collected.{rail}").minor or 0) == booked
        owed = -sum(
            minor for (day, account), minor in ledger.items() if account == "refunds_payable" and day <= report.first
        )
        assert (report.figure("refunds.owed").minor or 0) == owed
    assert sum(report.figure("placed").orders for report in days) == _ORDERS
    return days


@pytest.mark.parametrize("seed", [11, 12])
async def test_each_day_of_a_month_in_two_zones_equals_the_ledger(session: AsyncSession, seed: int) -> None:
    """And the days of a week or month add up to it, for whatever happens on a day."""
    dice, numbers = Random(seed), list[int]()
    trades = (await open_trade(session), await open_trade(session, "M-2", country="IN"))
    await _live(
        session, [moment for trade in trades for _ in range(_ORDERS) for moment in _story(dice, trade, numbers)]
    )
    await trades[0].at(_DAYS + 5, 12)
    for trade in trades:
        days = await _agrees(session, trade)
        for kind in (PeriodKind.WEEK, PeriodKind.MONTH):
            whole = await trade.report(15, kind)
            within = [report for report in days if whole.first <= report.first <= whole.last]
            for key in _ADDING_UP:
                added = [report.figure(key) for report in within]
                assert sum(one.minor or 0 for one in added) == (whole.figure(key).minor or 0), key
            assert sum(one.figure("placed").orders for one in within) == whole.figure("placed").orders
