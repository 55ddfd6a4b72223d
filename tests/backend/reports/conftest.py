"""What the tests of reports share: a day on which everything happened once."""

from dataclasses import dataclass

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders.commands import ApproveCod, CancelOrder, PaymentMethod, PaymentMode, ReturnOrder
from backend.orders.events import OrderState
from tests.support.factories.orders import ADMIN, orders_service
from tests.support.factories.reports import Trade, open_trade


@dataclass(frozen=True)
class Days:
    """A trade with two days behind it, and its orders by what happened to them."""

    trade: Trade
    ids: dict[str, str]

    def of(self, *names: str) -> set[str]:
        """The ids of some of the orders."""
        return {self.ids[name] for name in names}


async def _first_day(trade: Trade) -> dict[str, str]:
    """Day 0: paid and delivered, cash delivered, part paid, never paid, called off, and paid too late for the day."""
    await trade.at(0, 9)
    paid, cash, part, unpaid, off, late = [await trade.order() for _ in range(6)]
    await trade.pay(paid)
    await trade.card(paid, "vendor_silent")
    await trade.bring(paid, OrderState.DELIVERED)
    await trade.close_cards(paid)
    await trade.give(cash, ADMIN, ApproveCod())
    await trade.bring(cash, OrderState.OUT_FOR_DELIVERY)
    await trade.pay(cash, rail="cash")
    await trade.bring(cash, OrderState.DELIVERED)
    await trade.pay(part, 10_000)
    await trade.give(off, ADMIN, CancelOrder("unpaid"))
    named = {"paid": paid, "cash": cash, "part": part, "unpaid": unpaid, "off": off, "late": late}
    return {name: order.id for name, order in named.items()}


@pytest.fixture
async def days(session: AsyncSession) -> Days:
    """Two days of a grocer whose orders are KES 352 each; on day 1 money comes for day 0, and goods come back."""
    trade = await open_trade(session)
    ids = await _first_day(trade)
    orders = {name: await orders_service().get(session, one) for name, one in ids.items()}
    await trade.at(1, 0, 0, 30)
    await trade.pay(orders["late"])
    await trade.pay(orders["off"])
    await trade.card(orders["unpaid"], "payment_review")
    await trade.give(orders["paid"], ADMIN, ReturnOrder("stale"))
    upi = await trade.order(payment_mode=PaymentMode.PREPAID, payment_method=PaymentMethod.UPI)
    await trade.pay(upi, 40_000, rail="upi")
    await trade.at(2, 8)
    return Days(trade, {**ids, "upi": upi.id})
