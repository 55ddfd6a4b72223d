"""An order's state worked out anew from what was written down about it; pure.

Two logs are folded, each by itself: the commands that were applied (`order_events`), by the same rows and effects that
applied them, and the events that others were told (`outbox`). Both must come to the order's row.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from backend.orders import commands
from backend.orders.commands import Command, PaymentMode
from backend.orders.effects import Changes, changes_of
from backend.orders.events import OrderState, PaymentStatus
from backend.orders.lifecycle import row_of
from backend.orders.policies import OrderFacts

_KINDS: Final[Mapping[str, type[Command]]] = {kind.__name__: kind for kind in Command.__subclasses__()}
_AT_FIRST: Final[Changes] = {
    "state": OrderState.PENDING,
    "payment_status": PaymentStatus.PENDING,
    **dict.fromkeys(("paid_minor", "refunded_minor"), 0),
    **dict.fromkeys(("version", "address_version"), 1),
    **dict.fromkeys(("rider_id", "prep_eta_minutes", "prep_due_at", "address_confirmed_version", "close_reason")),
    **dict.fromkeys(("delivery_failure", "proof")),
}
_BORN_WITH: Final = ("amount_minor", "payment_mode", "payment_method")


@dataclass(frozen=True, slots=True)
class Entry:
    """An applied command, as the order's own log keeps it; without the personal parts."""

    command: str
    meta: Mapping[str, Any]
    from_state: str | None
    to_state: str
    at: datetime


@dataclass(slots=True)
class Folded:
    """What a log comes to.

    Attributes:
        columns: Columns of the order's row, as far as the log speaks of them.
        faults: What in the log can't be, in words.
    """

    columns: Changes = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def fold_commands(order_id: str, entries: Iterable[Entry]) -> Folded:
    """Apply the commands of an order's log again, the first first."""
    folded = Folded()
    for entry in entries:
        if entry.command == commands.PlaceOrder.__name__:
            born = {name: entry.meta[name] for name in _BORN_WITH if name in entry.meta}
            folded.columns = {**_AT_FIRST, **born, "state_since": entry.at}
        else:
            _apply(order_id, folded, entry)
    return folded


def _apply(order_id: str, folded: Folded, entry: Entry) -> None:
    before = folded.columns.get("state")
    if entry.from_state != before:
        folded.faults.append(f"{entry.command} came in {entry.from_state}, and the order was {before}")
    command = _command(entry)
    row = None if command is None or before is None else row_of(type(command), OrderState(before))
    if command is None or row is None:
        folded.faults.append(f"{entry.command} can't be applied in {before}")
        return
    folded.columns |= changes_of(_facts(order_id, folded.columns), command, entry.at)
    folded.columns["version"] += 1
    if row.target is not None and row.target != before:
        folded.columns |= {"state": row.target, "state_since": entry.at}
    if entry.to_state != folded.columns["state"]:
        folded.faults.append(f"{entry.command} led to {entry.to_state}, and leads to {folded.columns['state']}")


def _command(entry: Entry) -> Command | None:
    """Make the command again; the text of an address or a note is not in the log, and changes nothing here."""
    kind = _KINDS.get(entry.command)
    if kind is None:
        return None
    blank = {"text": ""} if "text" in {one.name for one in fields(kind)} else {}
    try:
        return TypeAdapter[Command](kind).validate_python({**blank, **entry.meta})
    except ValidationError:
        return None


def _facts(order_id: str, columns: Changes) -> OrderFacts:
    return OrderFacts(
        id=order_id,
        state=OrderState(columns["state"]),
        payment_mode=PaymentMode(columns.get("payment_mode", PaymentMode.PREPAID)),
        payment_status=PaymentStatus(columns["payment_status"]),
        amount_minor=columns.get("amount_minor", 0),
        paid_minor=columns["paid_minor"],
        refunded_minor=columns["refunded_minor"],
        user_id="",
        vendor_id="",
        rider_id=columns["rider_id"],
        address_version=columns["address_version"],
        prep_minutes=columns["prep_eta_minutes"],
        prep_due_at=columns["prep_due_at"],
    )


def _created(payload: Mapping[str, Any]) -> Changes:
    payment = payload["payment"]
    born = {"amount_minor": payload["amount_minor"], "payment_mode": payment["mode"]}
    start = {name: value for name, value in _AT_FIRST.items() if name in _TOLD}
    return {**start, **born, "payment_status": payment["status"]}


def _moved(payload: Mapping[str, Any]) -> Changes:
    told = {name: payload[name] for name in ("payment_mode", "payment_status", "rider_id")}
    arrived = {"delivery_failure": None} if payload["to"] == OrderState.DELIVERED else {}
    return {"state": payload["to"], "prep_eta_minutes": payload["prep_minutes"], **told, **arrived}


def _as_told(**columns: str) -> Callable[[Mapping[str, Any]], Changes]:
    """Return what takes columns from the fields of a payload, each by its name there."""
    return lambda payload: {column: payload[name] for column, name in columns.items() if name in payload}


_TOLD: Final = frozenset(
    {
        *("state", "payment_status", "paid_minor", "refunded_minor", "rider_id", "prep_eta_minutes"),
        *("address_version", "address_confirmed_version", "delivery_failure"),
    }
)
_EVENTS: Final[Mapping[str, Callable[[Mapping[str, Any]], Changes]]] = {
    "order.created": _created,
    "order.state.changed": _moved,
    "order.payment.recorded": _as_told(
        payment_status="payment_status", paid_minor="paid_minor", refunded_minor="refunded_minor"
    ),
    "order.payment.switched": _as_told(payment_mode="new", payment_status="payment_status"),
    "order.preparation.changed": _as_told(prep_eta_minutes="prep_minutes"),
    "order.address.changed": _as_told(address_version="version"),
    "order.address.confirmed": _as_told(address_confirmed_version="version"),
    "order.rider.assigned": _as_told(rider_id="rider_id"),
    "order.rider.unassigned": lambda _payload: {"rider_id": None},
    "order.delivery.failed": _as_told(delivery_failure="reason"),
}


def told_by(topic: str, payload: Mapping[str, Any]) -> Changes:
    """Return the columns that an event speaks of, with the values that it tells."""
    read = _EVENTS.get(topic)
    return read(payload) if read else {}


def fold_events(events: Iterable[tuple[str, Mapping[str, Any]]]) -> Folded:
    """Read an order's events again, the first first; a log that has lost its beginning comes to nothing."""
    folded = Folded()
    for topic, payload in events:
        if folded.columns or topic == "order.created":
            folded.columns |= told_by(topic, payload)
    return folded
