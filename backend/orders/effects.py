"""What each command writes onto the order, as columns and values; pure."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from backend.orders import commands as c
from backend.orders.commands import Command, PaymentMethod, PaymentMode
from backend.orders.events import CLOSED, PaymentStatus
from backend.orders.policies import OrderFacts

type Changes = dict[str, Any]
type Effect = Callable[[OrderFacts, Any, datetime], Changes]


def _part_paid(_facts: OrderFacts, command: c.RecordPartPayment, _now: datetime) -> Changes:
    return {"paid_minor": command.paid_minor, "payment_status": PaymentStatus.PARTIAL}


def _paid(_facts: OrderFacts, command: c.ConfirmPayment, _now: datetime) -> Changes:
    return {"paid_minor": command.paid_minor, "payment_status": PaymentStatus.SUCCESS}


def _payment_failed(facts: OrderFacts, _command: c.MarkPaymentFailed, _now: datetime) -> Changes:
    return {} if facts.paid_minor else {"payment_status": PaymentStatus.FAILED}


def _paid_late(_facts: OrderFacts, command: c.RecordLatePayment, _now: datetime) -> Changes:
    return {"paid_minor": command.paid_minor, "payment_status": PaymentStatus.REFUND_DUE}


def _refunded(facts: OrderFacts, command: c.RecordRefund, _now: datetime) -> Changes:
    whole = command.refunded_minor >= facts.paid_minor
    status = PaymentStatus.REFUNDED if whole else facts.payment_status
    return {"refunded_minor": command.refunded_minor, "payment_status": status}


def _withdrawn(facts: OrderFacts, paid_minor: int) -> Changes:
    if paid_minor <= facts.refunded_minor:
        return {"paid_minor": paid_minor, "payment_status": PaymentStatus.PENDING}
    closed = facts.state in CLOSED
    return {"paid_minor": paid_minor, "payment_status": PaymentStatus.REFUND_DUE if closed else PaymentStatus.PARTIAL}


def _part_withdrawn(facts: OrderFacts, command: c.WithdrawPart, _now: datetime) -> Changes:
    return _withdrawn(facts, command.paid_minor)


def _all_withdrawn(facts: OrderFacts, _command: c.WithdrawPayment, _now: datetime) -> Changes:
    return _withdrawn(facts, 0)


def _cod(_facts: OrderFacts, _command: c.ApproveCod, _now: datetime) -> Changes:
    return {"payment_mode": PaymentMode.COD, "payment_method": PaymentMethod.COD}


def _switched(facts: OrderFacts, command: c.SwitchPayment, _now: datetime) -> Changes:
    method = PaymentMethod.COD if command.mode is PaymentMode.COD else command.method
    status = PaymentStatus.PARTIAL if facts.paid_minor else PaymentStatus.PENDING
    return {"payment_mode": command.mode, "payment_method": method, "payment_status": status}


def _prepared_in(_facts: OrderFacts, command: c.AcceptOrder | c.SetPreparation, now: datetime) -> Changes:
    minutes = command.prep_minutes
    return {"prep_eta_minutes": minutes, "prep_due_at": now + timedelta(minutes=minutes)}


def _prepared_later(facts: OrderFacts, command: c.ExtendPreparation, now: datetime) -> Changes:
    due = max(facts.prep_due_at or now, now) + timedelta(minutes=command.minutes)
    return {"prep_eta_minutes": (facts.prep_minutes or 0) + command.minutes, "prep_due_at": due}


def _called_off(facts: OrderFacts, command: c.CancelOrder | c.RejectOrder | c.ReturnOrder, _now: datetime) -> Changes:
    owed = facts.paid_minor > facts.refunded_minor
    due: Changes = {"payment_status": PaymentStatus.REFUND_DUE} if owed else {}
    return {"close_reason": command.reason.strip() or None, **due}


def _delivered(_facts: OrderFacts, command: c.DeliverOrder, _now: datetime) -> Changes:
    return {"proof": dict(command.proof), "delivery_failure": None}


def _not_delivered(_facts: OrderFacts, command: c.FailDelivery, _now: datetime) -> Changes:
    return {"delivery_failure": command.reason.strip()}


def _moved(facts: OrderFacts, _command: c.ChangeAddress, _now: datetime) -> Changes:
    return {"address_version": facts.address_version + 1}


def _address_seen(_facts: OrderFacts, command: c.ConfirmAddress, _now: datetime) -> Changes:
    return {"address_confirmed_version": command.version}


def _rider(_facts: OrderFacts, command: c.AssignRider, _now: datetime) -> Changes:
    return {"rider_id": command.rider_id}


def _no_rider(_facts: OrderFacts, _command: c.UnassignRider, _now: datetime) -> Changes:
    return {"rider_id": None}


EFFECTS: Final[Mapping[type[Command], Effect]] = {
    c.RecordPartPayment: _part_paid,
    c.ConfirmPayment: _paid,
    c.MarkPaymentFailed: _payment_failed,
    c.RecordLatePayment: _paid_late,
    c.RecordRefund: _refunded,
    c.WithdrawPart: _part_withdrawn,
    c.WithdrawPayment: _all_withdrawn,
    c.ApproveCod: _cod,
    c.SwitchPayment: _switched,
    c.AcceptOrder: _prepared_in,
    c.SetPreparation: _prepared_in,
    c.ExtendPreparation: _prepared_later,
    c.RejectOrder: _called_off,
    c.CancelOrder: _called_off,
    c.ReturnOrder: _called_off,
    c.DeliverOrder: _delivered,
    c.FailDelivery: _not_delivered,
    c.ChangeAddress: _moved,
    c.ConfirmAddress: _address_seen,
    c.AssignRider: _rider,
    c.UnassignRider: _no_rider,
}


def changes_of(facts: OrderFacts, command: Command, now: datetime) -> Changes:
    """Return the columns that an allowed command changes, state apart; a command without an effect changes none."""
    effect = EFFECTS.get(type(command))
    return effect(facts, command, now) if effect else {}
