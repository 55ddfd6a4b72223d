"""Commands through the service, on a real database: what changes, what is told, what is refused."""

from datetime import timedelta
from decimal import Decimal
from unittest.mock import ANY

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders import commands as c
from backend.orders.commands import OrderLineDraft, PaymentMethod, PaymentMode
from backend.orders.errors import CommandIdReusedError, OrderNotFoundError
from backend.orders.events import OrderState as S
from backend.orders.policies import MAX_EXTENSIONS
from backend.orders.ports import OrderFilter, Outcome
from backend.platform.actors import Actor, ActorKind, Source
from tests.support.factories.orders import (
    ADMIN,
    BOT,
    DISPATCH,
    PAYMENTS,
    RIDER_ID,
    advance,
    give,
    make_order,
    orders_service,
)
from tests.support.order_rows import RIDER, VENDOR, events, handle, stock, timers


async def test_paying_confirms_commits_stock_and_starts_the_ladder(session: AsyncSession) -> None:
    order = await make_order(session)
    result = await handle(session, order, PAYMENTS, c.ConfirmPayment(35200))
    assert (result.outcome, result.order.state, result.order.payment_status) == ("applied", "confirmed", "success")
    assert (result.order.paid_minor, result.order.due_minor, result.order.version) == (35200, 0, 2)
    assert await stock(session) == (Decimal(8), Decimal(0))
    assert await timers(session, order.id) == {"vendor_accept": pytest.approx(0, abs=5)}
    assert await events(session, "order.state.changed") == [
        {
            "order_id": order.id,
            "from": "pending",
            "to": "confirmed",
            "by": "payments:test",
            "source": "whatsapp",
            "command": "ConfirmPayment",
            "vendor_id": "V-1",
            "merchant_id": "M-1",
            "user_id": order.user_id,
            "rider_id": None,
            "payment_mode": "prepaid",
            "payment_status": "success",
            "reason": None,
            "prep_minutes": None,
        }
    ]


async def test_part_payment_then_cod_for_the_rest(session: AsyncSession) -> None:
    order = await make_order(session)
    part = await give(session, order, PAYMENTS, c.RecordPartPayment(10000))
    assert (part.state, part.payment_status, part.due_minor) == ("partial", "partial", 25200)
    approved = await give(session, part, ADMIN, c.ApproveCod())
    assert (approved.state, approved.payment_mode, approved.payment_status) == ("confirmed", "cod", "partial")


async def test_the_same_command_id_is_applied_once(session: AsyncSession) -> None:
    order = await make_order(session, S.CONFIRMED)
    first = await handle(session, order, VENDOR, c.AcceptOrder(15), "wamid.1")
    again = await handle(session, order, VENDOR, c.AcceptOrder(30), "wamid.1")
    assert (first.outcome, again.outcome) == (Outcome.APPLIED, Outcome.DUPLICATE)
    assert again.order == first.order
    assert again.order.prep_minutes == 15
    assert len(await events(session, "order.state.changed")) == 2


async def test_a_command_id_of_another_command_is_an_error(session: AsyncSession) -> None:
    order = await make_order(session, S.CONFIRMED)
    await handle(session, order, VENDOR, c.AcceptOrder(15), "wamid.1")
    with pytest.raises(CommandIdReusedError):
        await handle(session, order, VENDOR, c.MarkReady(), "wamid.1")


async def test_a_refusal_changes_nothing_and_says_why(session: AsyncSession) -> None:
    order = await make_order(session, S.CONFIRMED)
    before = (await events(session, "order.state.changed"), await timers(session, order.id))
    result = await handle(session, order, VENDOR, c.MarkReady())
    assert (result.outcome, result.code) == ("refused", "order.invalid_transition")
    assert result.message_key == "order.refused.state"
    assert result.params == {"state": "confirmed", "command": "MarkReady"}
    assert result.order == order
    left = await timers(session, order.id)
    assert (await events(session, "order.state.changed"), set(left)) == (before[0], set(before[1]))
    assert len(await orders_service().timeline(session, order.id)) == 2


async def test_an_unknown_order_is_not_found(session: AsyncSession) -> None:
    with pytest.raises(OrderNotFoundError):
        await orders_service().handle(
            session, "ORDNONE", c.MarkReady(), actor=VENDOR, source=Source.APP, command_id="1"
        )


@pytest.mark.parametrize(("minutes", "left"), [(20, 17 * 60), (3, 0), (2, 0)])
async def test_the_reminder_comes_three_minutes_before_ready(session: AsyncSession, minutes: int, left: int) -> None:
    order = await make_order(session, S.CONFIRMED)
    accepted = await give(session, order, VENDOR, c.AcceptOrder(minutes))
    assert accepted.prep_minutes == minutes
    assert await timers(session, order.id) == {"processing_reminder": pytest.approx(left, abs=5)}


async def test_extending_moves_the_reminder_and_tells_how_much_longer(session: AsyncSession) -> None:
    order = await make_order(session, S.PROCESSING)
    extended = await give(session, order, VENDOR, c.ExtendPreparation(10))
    assert extended.prep_minutes == 30
    assert extended.prep_due_at is not None
    assert order.prep_due_at is not None
    assert extended.prep_due_at - order.prep_due_at == timedelta(minutes=10)
    assert await timers(session, order.id) == {"processing_reminder": pytest.approx(27 * 60, abs=5)}
    changed = await events(session, "order.preparation.changed")
    assert changed == [{"order_id": order.id, "prep_minutes": 30, "added_minutes": 10, "by": "vendor:V-1"}]


async def test_ready_to_delivered_with_its_timers(session: AsyncSession) -> None:
    order = await make_order(session, S.HANDOVER)
    assert await timers(session, order.id) == {"pickup": pytest.approx(900, abs=5)}
    await give(session, order, DISPATCH, c.AssignRider(RIDER_ID))
    assert await timers(session, order.id) == {"pickup": ANY, "rider_ack": pytest.approx(0, abs=5)}
    await give(session, order, RIDER, c.ReportRiderWaiting())
    assert await timers(session, order.id) == {"pickup": ANY, "handover_wait": pytest.approx(0, abs=5)}
    await give(session, order, RIDER, c.PickUp())
    assert await timers(session, order.id) == {"rider_otd": pytest.approx(2700, abs=5)}
    done = await give(session, order, RIDER, c.DeliverOrder({"kind": "otp"}))
    assert done.state == "delivered"
    assert await timers(session, order.id) == {}
    moves = [(event["from"], event["to"], event["by"]) for event in await events(session, "order.state.changed")]
    assert moves == [
        ("pending", "confirmed", "payments:test"),
        ("confirmed", "processing", "vendor:V-1"),
        ("processing", "handover", "vendor:V-1"),
        ("handover", "out_for_delivery", "rider:R-1"),
        ("out_for_delivery", "delivered", "rider:R-1"),
    ]


async def test_a_rider_who_is_released_may_be_replaced(session: AsyncSession) -> None:
    order = await make_order(session, S.HANDOVER)
    await give(session, order, DISPATCH, c.AssignRider("R-1"))
    await give(session, order, Actor(ActorKind.RIDER, "R-1"), c.UnassignRider("puncture"))
    replaced = await give(session, order, DISPATCH, c.AssignRider("R-2"))
    assert replaced.rider_id == "R-2"
    assert await events(session, "order.rider.unassigned") == [
        {"order_id": order.id, "rider_id": "R-1", "by": "rider:R-1", "reason": "puncture", "state": "handover"}
    ]


@pytest.mark.parametrize(
    ("state", "on_shelf", "status"),
    [
        (S.PENDING, 10, "pending"),
        (S.PARTIAL, 10, "refund_due"),
        (S.CONFIRMED, 10, "refund_due"),
        (S.HANDOVER, 10, "refund_due"),
        (S.OUT_FOR_DELIVERY, 8, "refund_due"),
    ],
)
async def test_cancelling_gives_back_stock_and_owes_what_was_paid(
    session: AsyncSession, state: S, on_shelf: int, status: str
) -> None:
    order = await make_order(session, state)
    result = await handle(session, order, ADMIN, c.CancelOrder("customer called"))
    assert (result.order.state, result.order.payment_status) == ("cancelled", status)
    assert result.order.close_reason == "customer called"
    assert await stock(session) == (Decimal(on_shelf), Decimal(0))
    assert await timers(session, order.id) == {}


async def test_money_after_the_end_is_due_back(session: AsyncSession) -> None:
    order = await make_order(session, S.CANCELLED)
    refused = await handle(session, order, PAYMENTS, c.ConfirmPayment(35200), "late-1")
    assert refused.code == "order.invalid_transition"
    late = await give(session, order, PAYMENTS, c.RecordLatePayment(35200))
    assert (late.state, late.payment_status, late.paid_minor) == ("cancelled", "refund_due", 35200)
    refunded = await give(session, order, PAYMENTS, c.RecordRefund(35200))
    assert refunded.payment_status == "refunded"


async def test_a_changed_address_is_a_new_version_that_the_rider_confirms(session: AsyncSession) -> None:
    order = await make_order(session, S.OUT_FOR_DELIVERY)
    moved = await give(session, order, ADMIN, c.ChangeAddress("Shani Nagar, House 12", 20.01, 73.79))
    assert moved.drop is not None
    assert (moved.drop.text, moved.drop.version, moved.address_version) == ("Shani Nagar, House 12", 2, 2)
    assert "address_confirm" in await timers(session, order.id)
    assert await events(session, "order.address.changed") == [
        {
            "order_id": order.id,
            "old": {"lat": -1.2923, "lng": 36.788, "text": "Yaya Centre, gate B"},
            "new": {"lat": 20.01, "lng": 73.79, "text": "Shani Nagar, House 12"},
            "reason": "customer_request",
            "updated_by": "admin:A-1",
            "version": 2,
            "state": "out_for_delivery",
            "rider_id": "R-1",
        }
    ]
    stale = await handle(session, order, RIDER, c.ConfirmAddress(1))
    assert (stale.outcome, stale.code, stale.params["version"]) == ("refused", "order.stale_address", 2)
    seen = await give(session, order, RIDER, c.ConfirmAddress(2))
    assert seen.address_confirmed_version == 2
    assert "address_confirm" not in await timers(session, order.id)


async def test_an_address_changed_before_any_rider_chases_nobody(session: AsyncSession) -> None:
    order = await make_order(session, S.CONFIRMED)
    await give(session, order, BOT, c.ChangeAddress("Shani Nagar, House 12"))
    assert set(await timers(session, order.id)) == {"vendor_accept"}


async def test_cod_switched_to_upi_at_the_door(session: AsyncSession) -> None:
    order = await make_order(session, payment_mode=PaymentMode.COD, payment_method=PaymentMethod.COD)
    order = await give(session, order, BOT, c.ApproveCod())
    for actor, command in (
        (VENDOR, c.AcceptOrder()),
        (VENDOR, c.MarkReady()),
        (DISPATCH, c.AssignRider(RIDER_ID)),
        (RIDER, c.PickUp()),
    ):
        await give(session, order, actor, command)
    switched = await give(session, order, RIDER, c.SwitchPayment(PaymentMode.PREPAID, PaymentMethod.UPI))
    assert (switched.payment_mode, switched.payment_method) == ("prepaid", "upi")
    early = await handle(session, order, RIDER, c.DeliverOrder({"kind": "otp"}), "early")
    assert early.code == "order.payment_due"
    paid = await give(session, order, PAYMENTS, c.ConfirmPayment(35200))
    assert (paid.state, paid.payment_status) == ("out_for_delivery", "success")
    assert (await give(session, order, RIDER, c.DeliverOrder({"kind": "otp"}))).state == "delivered"


async def test_the_timeline_joins_steps_notes_and_what_others_did(session: AsyncSession) -> None:
    order = await make_order(session, S.CONFIRMED)
    service = orders_service()
    await service.note_timeline(
        session, order.id, channel="exotel_ring", actor="vendor:V-1", what="no_answer", detail={"ring_s": 20}
    )
    await give(session, order, ADMIN, c.AddNote("call at the gate", "instruction"))
    await give(session, order, VENDOR, c.AcceptOrder(15))
    entries = await service.timeline(session, order.id)
    assert [(entry.kind, entry.channel, entry.actor, entry.what) for entry in entries] == [
        ("state", "bot", "bot:rasa", "PlaceOrder"),
        ("state", "api", "payments:test", "ConfirmPayment"),
        ("comms", "exotel_ring", "vendor:V-1", "no_answer"),
        ("note", "console", "admin:A-1", "Note"),
        ("state", "api", "vendor:V-1", "AcceptOrder"),
    ]
    assert entries[2].detail == {"ring_s": 20}
    assert entries[3].detail == {"kind": "instruction", "text": "call at the gate"}
    assert entries[4].detail == {"prep_minutes": 15, "from": "confirmed", "to": "processing"}
    assert len(await events(session, "order.note.added")) == 1


async def test_the_command_log_holds_no_address(session: AsyncSession) -> None:
    order = await make_order(session)
    await give(session, order, ADMIN, c.ChangeAddress("Shani Nagar, House 12"))
    kept = await session.scalar(text("SELECT meta FROM order_events WHERE command = 'ChangeAddress'"))
    assert kept == {"reason": "customer_request", "address_id": None}


async def test_finding_orders(session: AsyncSession) -> None:
    order = await make_order(session)
    second = await make_order(session, S.CONFIRMED, shop=False, user_id=order.user_id)
    service = orders_service()
    latest = await service.latest_for_customer(session, order.user_id)
    assert latest is not None
    assert latest.id in {order.id, second.id}
    typed = order.id.translate(str.maketrans("01580", "OISBO"))
    (known,) = await service.receivables(session, reference_keys=[typed, "ORDNOTHING"])
    assert (known.id, known.due_minor, known.currency) == (order.id, 35200, "KES")
    span = {"since": order.created_at, "until": order.created_at}
    assert await service.receivables_due(session, "KES", 35200, **span) == [known]
    assert await service.receivables_due(session, "KES", 35100, **span) == []
    found, total = await service.list_orders(session, OrderFilter(states=(S.CONFIRMED,)))
    assert ([view.id for view in found], total) == ([second.id], 1)
    assert await service.list_orders(session, OrderFilter(cities=frozenset({"Nashik"}))) == ([], 0)
    assert await service.count_by_state(session, OrderFilter(cities=frozenset({"nairobi"}))) == {
        S.PENDING: 1,
        S.CONFIRMED: 1,
    }


async def test_a_vendors_figures_come_from_the_events(session: AsyncSession) -> None:
    first = await make_order(session, S.DELIVERED)
    for state in (S.PROCESSING, S.CANCELLED, S.CONFIRMED):
        await make_order(session, state, shop=False, user_id=first.user_id)
    rejected = await make_order(session, S.CONFIRMED, shop=False, user_id=first.user_id)
    await give(session, rejected, VENDOR, c.RejectOrder("no flour"))
    figures = await orders_service().vendor_figures(session, "V-1")
    assert (figures.offered, figures.accepted, figures.rejected, figures.delivered) == (4, 2, 1, 1)
    assert (figures.cancelled, figures.late_ready) == (1, 0)
    assert figures.accept_rate == pytest.approx(2 / 3)
    assert figures.fulfilment_rate == 1.0
    assert figures.accept_seconds is not None
    assert 0 <= figures.accept_seconds < 5


async def test_every_state_is_reached_by_commands(session: AsyncSession) -> None:
    first = await make_order(session)
    for state in S:
        order = await make_order(
            session, shop=False, user_id=first.user_id, lines=(OrderLineDraft("NYANYA", Decimal("0.5")),)
        )
        assert (await advance(session, order, state)).state is state


async def test_one_command_each_to_several_orders(session: AsyncSession) -> None:
    """They do what they would do alone: states, events, logs, timers; what was applied or is not allowed is left."""
    order = await make_order(session)
    others = [await make_order(session, shop=False, user_id=order.user_id) for _ in range(2)]
    await give(session, others[1], ADMIN, c.CancelOrder("test"))
    service, wanted = orders_service(), [(one.id, c.ConfirmPayment(35200), f"pay:{one.id}") for one in (order, *others)]
    assert (await service.hold(session, [one.id for one in others])).keys() == {one.id for one in others}
    for outcomes in (("applied", "applied", "refused"), ("duplicate", "duplicate", "refused")):
        answered = await service.handle_many(session, wanted, actor=PAYMENTS, source=Source.PROVIDER)
        assert tuple(answered[one[0]] for one in wanted) == outcomes
    for one in (order, others[0]):
        shown = await service.get(session, one.id)
        assert (shown.state, shown.payment_status, shown.version) == ("confirmed", "success", 2)
        assert set(await timers(session, one.id)) == {"vendor_accept"}
        assert [entry.what for entry in await service.timeline(session, one.id)] == ["PlaceOrder", "ConfirmPayment"]
    moved = [event["order_id"] for event in await events(session, "order.state.changed")]
    assert moved.count(order.id) == moved.count(others[0].id) == 1
    assert await stock(session) == (Decimal(6), Decimal(0))


async def test_a_time_is_extended_six_times_and_no_more(session: AsyncSession) -> None:
    """The seventh is refused in words, nothing moves, and what runs comes to its end; a repetition is none."""
    order = await make_order(session, S.PROCESSING)
    for number in range(MAX_EXTENSIONS):
        assert (await handle(session, order, VENDOR, c.ExtendPreparation(10), f"more.{number}")).outcome == "applied"
    assert (await handle(session, order, VENDOR, c.ExtendPreparation(10), "more.0")).outcome == "duplicate"
    before = await timers(session, order.id)
    result = await handle(session, order, VENDOR, c.ExtendPreparation(10), "more.last")
    assert (result.outcome, result.code) == ("refused", "order.given_too_often")
    assert result.order.prep_minutes == 20 + 10 * MAX_EXTENSIONS
    assert (await timers(session, order.id)).keys() == before.keys()
    assert (await handle(session, order, VENDOR, c.MarkReady(), "ready")).outcome == "applied"


async def test_several_orders_are_read_as_one_is(session: AsyncSession) -> None:
    """With lines, ends of the way, times, choices and the number to call; one that is not there is said."""
    first = await make_order(session, S.OUT_FOR_DELIVERY)
    second = await make_order(
        session,
        shop=False,
        user_id=first.user_id,
        contact_phone="+254700000199",
        lines=(OrderLineDraft("UNGA-2KG", Decimal(1)), OrderLineDraft("NYANYA", Decimal(1))),
    )
    service = orders_service()
    found = await service.get_many(session, [second.id, first.id])
    assert found == {order_id: await service.get(session, order_id) for order_id in (first.id, second.id)}
    with pytest.raises(OrderNotFoundError):
        await service.get_many(session, [first.id, "ORD-NONE"])
