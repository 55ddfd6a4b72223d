"""An order's logs come to its row, whatever became of it; and a row that they do not come to is found."""

from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders import commands as c
from backend.orders.commands import Command, PaymentMethod, PaymentMode
from backend.orders.events import OrderState
from backend.orders.folding import Entry, fold_commands
from backend.orders.ports import OrderView, Replay
from backend.platform.actors import Actor, ActorKind
from tests.support.factories.orders import ADMIN, DISPATCH, PAYMENTS, RIDER_ID, give, make_order, orders_service

VENDOR, RIDER = Actor(ActorKind.VENDOR, "V-1"), Actor(ActorKind.RIDER, RIDER_ID)
CASH = {"payment_mode": PaymentMode.COD, "payment_method": PaymentMethod.COD}

# What happens beyond the straight way, by name: the state it starts in, what is given, and how the order was placed.
STORIES: dict[str, tuple[OrderState, tuple[tuple[Actor, Command], ...], dict[str, object]]] = {
    "cancelled": (OrderState.PENDING, ((ADMIN, c.CancelOrder("no stock")),), {}),
    "refunded": (
        OrderState.PROCESSING,
        ((ADMIN, c.CancelOrder("too late")), (PAYMENTS, c.RecordRefund(100)), (PAYMENTS, c.RecordRefund(35_200))),
        {},
    ),
    "paid by mistake": (
        OrderState.CONFIRMED,
        ((PAYMENTS, c.WithdrawPart(100, "half was another's")), (PAYMENTS, c.WithdrawPayment("all was another's"))),
        {},
    ),
    "paid in parts": (
        OrderState.PARTIAL,
        ((PAYMENTS, c.RecordPartPayment(200)), (PAYMENTS, c.ConfirmPayment(35_200)), (VENDOR, c.SetPreparation(15))),
        {},
    ),
    "paid after the end": (OrderState.CANCELLED, ((PAYMENTS, c.RecordLatePayment(35_200)),), {}),
    "failed, then cash": (
        OrderState.PENDING,
        (
            (PAYMENTS, c.MarkPaymentFailed("wrong pin")),
            (ADMIN, c.SwitchPayment(PaymentMode.COD)),
            (ADMIN, c.ApproveCod()),
        ),
        {},
    ),
    "slow kitchen, another rider, another door": (
        OrderState.PROCESSING,
        (
            (VENDOR, c.ExtendPreparation(10)),
            (DISPATCH, c.AssignRider("R-9")),
            (DISPATCH, c.UnassignRider("no answer")),
            (ADMIN, c.ChangeAddress("Kilimani, gate C", -1.29, 36.78)),
            (ADMIN, c.AddNote("ring twice", "instruction")),
            (VENDOR, c.MarkReady()),
            (DISPATCH, c.AssignRider(RIDER_ID)),
            (RIDER, c.ConfirmAddress(2)),
            (RIDER, c.ReportRiderWaiting()),
            (RIDER, c.PickUp()),
            (RIDER, c.FailDelivery("nobody at home")),
        ),
        {},
    ),
    "the second try": (
        OrderState.OUT_FOR_DELIVERY,
        (
            (RIDER, c.FailDelivery("nobody at home")),
            (PAYMENTS, c.ConfirmPayment(35_200)),
            (RIDER, c.DeliverOrder({"kind": "photo"})),
        ),
        {},
    ),
    "refused": (OrderState.CONFIRMED, ((VENDOR, c.RejectOrder("closed")),), CASH),
}


async def _replay(session: AsyncSession, order: OrderView) -> Replay:
    return await orders_service().replay(session, order.id)


@pytest.mark.parametrize("state", OrderState)
async def test_an_order_in_any_state_is_what_its_logs_say(session: AsyncSession, state: OrderState) -> None:
    """The straight way to it, delivered and returned included."""
    order = await make_order(session, state)
    found = await _replay(session, order)
    assert found.differences == ()
    assert (found.columns["state"], found.columns["version"]) == (state, order.version)
    assert found.events[0].topic == "order.created"


@pytest.mark.parametrize("story", STORIES)
async def test_an_order_that_took_turns_is_what_its_logs_say(session: AsyncSession, story: str) -> None:
    """Cancelled, refunded, switched, moved, handed on: every column that either log speaks of."""
    state, commands, placed = STORIES[story]
    order = await make_order(session, state, **placed)
    for actor, command in commands:
        order = await give(session, order, actor, command)
    found = await _replay(session, order)
    assert found.differences == ()
    assert found.commands == order.version


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        ("UPDATE orders SET paid_minor = 35100", {("commands", "paid_minor"), ("events", "paid_minor")}),
        ("UPDATE orders SET state = 'delivered'", {("commands", "state"), ("events", "state")}),
        ("UPDATE orders SET close_reason = 'x'", {("commands", "close_reason")}),
        ("UPDATE orders SET prep_due_at = prep_due_at + interval '1 minute'", {("commands", "prep_due_at")}),
        ("DELETE FROM outbox WHERE topic = 'order.state.changed'", {("events", "state")}),
    ],
)
async def test_a_row_that_its_logs_do_not_come_to_is_found(
    session: AsyncSession, damage: str, expected: set[tuple[str, str]]
) -> None:
    """Each log finds what it speaks of; a gap in the events shows, too."""
    order = await make_order(session, OrderState.PROCESSING)
    await session.execute(text(damage))
    found = {(one.log, one.column) for one in (await _replay(session, order)).differences}
    assert expected <= found


async def test_events_that_are_no_longer_kept_are_not_compared(session: AsyncSession) -> None:
    """The order's own log is kept for ever and stands by itself."""
    order = await make_order(session, OrderState.PROCESSING)
    await session.execute(text("DELETE FROM outbox WHERE topic = 'order.created'"))
    found = await _replay(session, order)
    assert (found.events, found.differences, found.commands) == ((), (), 3)


async def test_a_log_that_cannot_be_is_named(session: AsyncSession) -> None:
    """A command that its state has no row for, one of another state, one that nobody knows."""
    order = await make_order(session, OrderState.CONFIRMED)
    await session.execute(text("UPDATE order_events SET command = 'MarkReady' WHERE command = 'ConfirmPayment'"))
    (fault, *_) = (await _replay(session, order)).differences
    assert (fault.log, fault.column, fault.replayed) == ("commands", "", "MarkReady can't be applied in pending")
    placed = Entry("PlaceOrder", {"amount_minor": 5}, None, "pending", order.created_at)
    odd = replace(placed, command="Vanish", from_state="confirmed", to_state="confirmed")
    assert fold_commands("ORD-1", [placed, odd]).faults == [
        "Vanish came in confirmed, and the order was pending",
        "Vanish can't be applied in pending",
    ]
