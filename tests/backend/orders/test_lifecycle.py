"""The lifecycle as a pure table: every state, command and actor."""

import itertools
from dataclasses import replace
from pathlib import Path

import pytest

from backend.orders import commands as c
from backend.orders import errors
from backend.orders.commands import Command, PaymentMode
from backend.orders.diagram import page
from backend.orders.events import OrderState as S
from backend.orders.events import PaymentStatus
from backend.orders.lifecycle import TRANSITIONS, Transition, decide
from backend.orders.policies import OrderFacts
from backend.platform.actors import Actor, ActorKind
from backend.platform.timers import TimerKind
from tests.support.order_moves import MOVES, SAMPLES, UNPAID

OWN_ID = {ActorKind.VENDOR: "V-1", ActorKind.RIDER: "R-1", ActorKind.CUSTOMER: "U-1"}
# Who may do what in one glance; the desk may do all of it but move money by itself.
ONLY = {
    (c.AcceptOrder, S.CONFIRMED): {"vendor"},
    (c.MarkReady, S.PROCESSING): {"vendor"},
    (c.PickUp, S.HANDOVER): {"rider", "dispatch"},
    (c.DeliverOrder, S.OUT_FOR_DELIVERY): {"rider", "dispatch"},
    (c.CancelOrder, S.PENDING): {"customer", "bot", "timer", "system", "payments"},
    (c.CancelOrder, S.CONFIRMED): {"customer", "bot", "timer", "system", "payments"},
    (c.CancelOrder, S.PROCESSING): {"system"},
    (c.CancelOrder, S.OUT_FOR_DELIVERY): {"system"},
    (c.ChangeAddress, S.PROCESSING): {"customer", "bot"},
    (c.ChangeAddress, S.OUT_FOR_DELIVERY): set(),
    (c.ReturnOrder, S.DELIVERED): set(),
}
DESK = {"agent", "admin", "owner", "service"}


def facts(state: S, command: type[Command] = c.AddNote) -> OrderFacts:
    """An order in the state for which every guard of the command's sample passes."""
    without_rider = command is c.AssignRider
    needs_money = command in {c.RecordRefund, c.WithdrawPart, c.WithdrawPayment}
    needs_none = command in {c.RecordPartPayment, c.ConfirmPayment, c.SwitchPayment}
    paid = needs_money or (state not in UNPAID and not needs_none)
    return OrderFacts(
        id="ORD1",
        state=state,
        payment_mode=PaymentMode.PREPAID,
        payment_status=PaymentStatus.SUCCESS if paid else PaymentStatus.PENDING,
        amount_minor=32500,
        paid_minor=32500 if paid else 0,
        user_id="U-1",
        vendor_id="V-1",
        rider_id=None if without_rider else "R-1",
    )


def outcome(state: S, command: Command, kind: ActorKind) -> Transition | str:
    """The row, or the code of the refusal."""
    try:
        return decide(facts(state, type(command)), command, Actor(kind, OWN_ID.get(kind, "1")))
    except errors.OrderRefusedError as refusal:
        return refusal.code


def row_of(state: S, command: type[Command]) -> Transition | None:
    found = [row for row in TRANSITIONS if row.on is command and state in row.sources]
    assert len(found) <= 1, "two rows claim the same command and state"
    return found[0] if found else None


def test_every_command_has_a_sample_and_an_expectation() -> None:
    known = {row.on for row in TRANSITIONS}
    assert known == set(MOVES) == set(SAMPLES)
    named = {kind for kind in vars(c).values() if isinstance(kind, type) and issubclass(kind, Command)}
    assert known == named - {Command, c.PlaceOrder}


@pytest.mark.parametrize("state", S)
def test_every_command_and_actor_in_this_state(state: S) -> None:
    """Each triple is a row that leads where the papers say, or a refusal with the right code."""
    for command_type, kind in itertools.product(MOVES, ActorKind):
        got = outcome(state, SAMPLES[command_type], kind)
        if state not in MOVES[command_type]:
            assert got == "order.invalid_transition", (command_type, kind)
        elif isinstance(got, Transition):
            assert got.target == MOVES[command_type][state], (command_type, kind)
            assert got is row_of(state, command_type)
        else:
            row = row_of(state, command_type)
            assert row is not None
            own_yet_unassigned = command_type is c.AssignRider and kind is ActorKind.RIDER
            assert got == "order.actor_not_allowed" or own_yet_unassigned, (command_type, kind, got)
            assert kind not in row.actors


@pytest.mark.parametrize(("command", "state"), ONLY)
def test_who_may(command: type[Command], state: S) -> None:
    row = row_of(state, command)
    assert row is not None
    assert set(row.actors) == ONLY[command, state] | DESK


def test_cancelled_and_returned_orders_start_no_timer_and_end_all() -> None:
    for row in TRANSITIONS:
        if row.target in {S.CANCELLED, S.RETURNED}:
            assert row.arms == ()
            assert TimerKind.VENDOR_ACCEPT in row.disarms
            assert TimerKind.RIDER_OTD in row.disarms


def test_confirming_starts_the_vendors_ladder_and_keeps_the_stock() -> None:
    for command in (c.ConfirmPayment, c.ApproveCod):
        row = row_of(S.PENDING, command)
        assert row is not None
        assert (row.arms, row.stock) == ((TimerKind.VENDOR_ACCEPT,), "commit")
        assert set(row.disarms) == {TimerKind.RESERVATION_EXPIRY}


def test_no_step_of_an_order_ends_the_watch_over_a_payment_under_way() -> None:
    """A prompt may still be paid though its order was called off, part paid or switched."""
    assert all(TimerKind.PAYMENT_PENDING not in (*row.arms, *row.disarms) for row in TRANSITIONS)


@pytest.mark.parametrize(
    ("state", "changes", "command", "code"),
    [
        (S.PENDING, {}, c.ConfirmPayment(32499), "order.not_fully_paid"),
        (S.PENDING, {}, c.RecordPartPayment(32500), "order.not_a_part_payment"),
        (S.PARTIAL, {"paid_minor": 200}, c.RecordPartPayment(200), "order.not_a_part_payment"),
        (S.CANCELLED, {"paid_minor": 99}, c.RecordRefund(100), "order.refund_too_large"),
        (S.CONFIRMED, {"paid_minor": 99}, c.WithdrawPart(99), "order.not_withdrawn"),
        (S.CONFIRMED, {"paid_minor": 99, "refunded_minor": 50}, c.WithdrawPart(49), "order.not_withdrawn"),
        (S.CONFIRMED, {"paid_minor": 99, "refunded_minor": 50}, c.WithdrawPayment(), "order.not_withdrawn"),
        (S.PARTIAL, {"paid_minor": 0}, c.WithdrawPayment(), "order.not_withdrawn"),
        (S.CONFIRMED, {}, c.AcceptOrder(0), "order.preparation_out_of_range"),
        (S.CONFIRMED, {}, c.AcceptOrder(241), "order.preparation_out_of_range"),
        (S.PROCESSING, {}, c.ExtendPreparation(0), "order.preparation_out_of_range"),
        (S.HANDOVER, {"rider_id": None}, c.PickUp(), "order.no_rider"),
        (S.PROCESSING, {"rider_id": "R-9"}, c.AssignRider("R-1"), "order.rider_taken"),
        (S.PROCESSING, {"rider_id": None}, c.UnassignRider(), "order.no_rider"),
        (S.OUT_FOR_DELIVERY, {}, c.UnassignRider(" "), "order.reason_missing"),
        (S.OUT_FOR_DELIVERY, {}, c.DeliverOrder(), "order.proof_missing"),
        (S.OUT_FOR_DELIVERY, {"payment_status": "pending"}, c.DeliverOrder({"kind": "otp"}), "order.payment_due"),
        (S.OUT_FOR_DELIVERY, {}, c.FailDelivery(" "), "order.reason_missing"),
        (S.PENDING, {}, c.CancelOrder(""), "order.reason_missing"),
        (S.PROCESSING, {"address_version": 3}, c.ConfirmAddress(2), "order.stale_address"),
        (S.PROCESSING, {}, c.ChangeAddress(" "), "order.empty_text"),
        (S.DELIVERED, {}, c.AddNote("\n"), "order.empty_text"),
        (S.CONFIRMED, {"payment_status": "success"}, c.SwitchPayment(PaymentMode.COD), "order.already_paid"),
        (S.PENDING, {"payment_mode": PaymentMode.COD}, c.SwitchPayment(PaymentMode.COD), "order.payment_unchanged"),
    ],
)
def test_guards_refuse_with_a_code_of_their_own(
    state: S, changes: dict[str, object], command: Command, code: str
) -> None:
    order = replace(facts(state, type(command)), **changes)
    with pytest.raises(errors.OrderRefusedError) as refusal:
        decide(order, command, Actor(ActorKind.ADMIN, "A-1"))
    assert refusal.value.code == code
    assert refusal.value.http_status == 409


def test_cash_may_be_handed_over_at_the_door_unpaid() -> None:
    order = replace(
        facts(S.OUT_FOR_DELIVERY), payment_mode=PaymentMode.COD, payment_status=PaymentStatus.PENDING, paid_minor=0
    )
    assert decide(order, c.DeliverOrder({"kind": "otp"}), Actor(ActorKind.RIDER, "R-1")).target is S.DELIVERED


@pytest.mark.parametrize(
    ("actor", "state", "command"),
    [
        ("vendor:V-2", S.CONFIRMED, c.AcceptOrder()),
        ("rider:R-2", S.HANDOVER, c.PickUp()),
        ("customer:U-2", S.PENDING, c.CancelOrder("mine?")),
    ],
)
def test_nobody_acts_on_anothers_order(actor: str, state: S, command: Command) -> None:
    with pytest.raises(errors.NotYoursError):
        decide(facts(state), command, Actor.parse(actor))


def test_the_page_in_docs_is_what_the_rows_print() -> None:
    assert Path("docs/order-lifecycle.md").read_text(encoding="utf-8") == page()
