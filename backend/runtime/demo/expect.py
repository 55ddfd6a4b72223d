"""What must be true of an order at the end of the demo, read from the database."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.comms import repository as comms
from backend.console.timeline import Moment, order_story
from backend.orders.ports import OrderFilter, OrderView
from backend.orders.service import OrdersService
from backend.payments import repository as payments

_SENT = frozenset({"sent", "delivered", "read"})


@dataclass(frozen=True, slots=True)
class Expected:
    """How an order should have gone.

    Attributes:
        states: The states, in their order.
        rails: The rails of its receipts, one each.
        templates: Template messages that went out once each.
        calls: Calls that were placed once each, by ladder and kind.
        accepted_by: The door through which the vendor accepted.
    """

    title: str
    merchant_id: str
    states: tuple[str, ...]
    rails: tuple[str, ...]
    templates: tuple[str, ...]
    calls: tuple[tuple[str, str], ...]
    accepted_by: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """An order after the demo: its story, and what is not as it should be."""

    order: OrderView | None
    story: Sequence[Moment]
    faults: tuple[str, ...]


async def newest_order(session: AsyncSession, orders: OrdersService, merchant_id: str) -> OrderView | None:
    """Return the merchant's newest order."""
    rows, _ = await orders.list_orders(session, OrderFilter(merchant_id=merchant_id), limit=1)
    return rows[0] if rows else None


async def judge(session: AsyncSession, orders: OrdersService, expected: Expected) -> Outcome:
    """Compare the merchant's newest order with what was expected."""
    order = await newest_order(session, orders, expected.merchant_id)
    if order is None:
        return Outcome(None, (), ("no order was placed",))
    story = await order_story(session, orders, order.id)
    faults = [
        *_states(story, expected),
        *_acceptance(story, expected),
        *(await _money(session, order, expected)),
        *(await _messages(session, order, expected)),
    ]
    return Outcome(order, story, tuple(faults))


def _states(story: Sequence[Moment], expected: Expected) -> list[str]:
    seen = tuple(moment.detail["to"] for moment in story if moment.detail.get("to") and moment.state)
    return [] if seen == expected.states else [f"states were {' > '.join(seen)}"]


def _acceptance(story: Sequence[Moment], expected: Expected) -> list[str]:
    doors = [moment.channel for moment in story if moment.state == "processing"]
    return [] if doors == [expected.accepted_by] else [f"accepted through {doors}"]


async def _money(session: AsyncSession, order: OrderView, expected: Expected) -> list[str]:
    receipts = await payments.receipts_of(session, order.id)
    faults = []
    if tuple(receipt.provider for receipt in receipts) != expected.rails:
        faults.append(f"receipts by {[receipt.provider for receipt in receipts]}")
    if sum(receipt.amount_minor for receipt in receipts) != order.amount_minor:
        faults.append("the receipts are not the order's amount")
    if order.payment_status != "success":
        faults.append(f"payment is {order.payment_status}")
    unbalanced = await session.scalar(text("SELECT coalesce(sum(debit_minor - credit_minor), 0) FROM ledger_entries"))
    if unbalanced:
        faults.append(f"the ledger is off by {unbalanced}")
    return faults


async def _messages(session: AsyncSession, order: OrderView, expected: Expected) -> list[str]:
    lines = [row for row in await comms.log_of(session, order.id) if row.direction == "outbound"]
    templates = Counter(row.template for row in lines if row.channel == "whatsapp" and row.template[0].isupper())
    calls = Counter((row.ladder, row.channel) for row in lines if row.channel.startswith("exotel"))
    faults = [f"{name} went out {templates[name]} times" for name in expected.templates if templates[name] != 1]
    faults += [f"{kind} was placed {calls[kind]} times" for kind in expected.calls if calls[kind] != 1]
    unsent = [row.template for row in lines if row.channel == "whatsapp" and row.status not in _SENT]
    return faults + [f"{name} was not sent" for name in unsent]
