"""What each command tells the world, from the order before and after it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from backend.orders import commands as c
from backend.orders import events as e
from backend.orders.commands import Command
from backend.orders.policies import OrderFacts
from backend.orders.ports import AddressView
from backend.platform.actors import Actor, Source


@dataclass(frozen=True, slots=True)
class Happened:
    """An applied command with its surroundings; `side` holds what it added, such as the new address."""

    command: Any
    before: OrderFacts
    after: OrderFacts
    merchant_id: str
    actor: Actor
    source: Source
    old_drop: AddressView | None = None
    note_id: int = 0

    @property
    def by(self) -> str:
        """The actor, as events write it."""
        return str(self.actor)


def _address(happened: Happened) -> e.OrderEvent:
    command: c.ChangeAddress = happened.command
    old = happened.old_drop
    return e.OrderAddressChanged(
        order_id=happened.after.id,
        old={"lat": old.lat, "lng": old.lng, "text": old.text} if old else {},
        new={"lat": command.lat, "lng": command.lng, "text": command.text},
        reason=command.reason,
        updated_by=happened.by,
        version=happened.after.address_version,
        state=happened.after.state,
        rider_id=happened.after.rider_id,
    )


def _address_confirmed(happened: Happened) -> e.OrderEvent:
    return e.OrderAddressConfirmed(happened.after.id, happened.after.address_version, happened.by)


def _assigned(happened: Happened) -> e.OrderEvent:
    return e.OrderRiderAssigned(happened.after.id, happened.command.rider_id, happened.by, happened.after.state)


def _unassigned(happened: Happened) -> e.OrderEvent:
    rider_id = happened.before.rider_id or ""
    reason = happened.command.reason
    return e.OrderRiderUnassigned(happened.after.id, rider_id, happened.by, reason, happened.after.state)


def _waiting(happened: Happened) -> e.OrderEvent:
    after = happened.after
    return e.OrderRiderWaiting(after.id, after.rider_id or "", after.vendor_id, after.state)


def _preparation(happened: Happened) -> e.OrderEvent:
    minutes = happened.after.prep_minutes or 0
    was, due = happened.before.prep_due_at, happened.after.prep_due_at
    added = round((due - was).total_seconds() / 60) if was and due else None
    return e.OrderPreparationChanged(happened.after.id, minutes, added, happened.by)


def _switched(happened: Happened) -> e.OrderEvent:
    before, after = happened.before, happened.after
    return e.OrderPaymentSwitched(
        order_id=after.id,
        old=before.payment_mode,
        new=after.payment_mode,
        method=happened.command.method,
        by=happened.by,
        state=after.state,
        due_minor=after.amount_minor - after.paid_minor,
        payment_status=after.payment_status,
    )


def _recorded(happened: Happened) -> e.OrderEvent:
    after = happened.after
    return e.OrderPaymentRecorded(after.id, after.payment_status, after.paid_minor, after.refunded_minor, after.state)


def _failed(happened: Happened) -> e.OrderEvent:
    return e.OrderDeliveryFailed(happened.after.id, happened.command.reason, happened.by, happened.after.rider_id)


def _note(happened: Happened) -> e.OrderEvent:
    return e.OrderNoteAdded(happened.after.id, happened.note_id, happened.command.kind, happened.by)


ANNOUNCED: Final[Mapping[type[Command], Callable[[Happened], e.OrderEvent]]] = {
    c.ChangeAddress: _address,
    c.ConfirmAddress: _address_confirmed,
    c.AssignRider: _assigned,
    c.UnassignRider: _unassigned,
    c.ReportRiderWaiting: _waiting,
    c.SetPreparation: _preparation,
    c.ExtendPreparation: _preparation,
    c.SwitchPayment: _switched,
    c.RecordPartPayment: _recorded,
    c.ConfirmPayment: _recorded,
    c.MarkPaymentFailed: _recorded,
    c.RecordLatePayment: _recorded,
    c.RecordRefund: _recorded,
    c.WithdrawPart: _recorded,
    c.WithdrawPayment: _recorded,
    c.FailDelivery: _failed,
    c.AddNote: _note,
}


def events_of(happened: Happened) -> list[e.OrderEvent]:
    """Return what to publish: the change of state, where there is one, then the command's own event."""
    found: list[e.OrderEvent] = []
    if happened.before.state is not happened.after.state:
        found.append(_moved(happened))
    announce = ANNOUNCED.get(type(happened.command))
    return [*found, announce(happened)] if announce else found


def _moved(happened: Happened) -> e.OrderStateChanged:
    before, after = happened.before, happened.after
    return e.OrderStateChanged(
        order_id=after.id,
        source=before.state,
        target=after.state,
        by=happened.by,
        command=type(happened.command).__name__,
        door=happened.source,
        vendor_id=after.vendor_id,
        merchant_id=happened.merchant_id,
        user_id=after.user_id,
        rider_id=after.rider_id,
        payment_mode=after.payment_mode,
        payment_status=after.payment_status,
        reason=getattr(happened.command, "reason", None),
        prep_minutes=after.prep_minutes,
    )
