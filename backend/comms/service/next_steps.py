"""What a vendor or rider can do next about an order, as words and buttons; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from backend.comms.service.messages import amount_words, map_link
from backend.orders.ports import OrderView
from backend.platform.money import Money


@dataclass(frozen=True, slots=True)
class Prompt:
    """Words by their key in `partner_words`, and the actions that are offered as buttons."""

    key: str
    params: Mapping[str, Any] = field(default_factory=dict)
    actions: tuple[str, ...] = ()


def due_words(order: OrderView) -> str:
    """Return what is still to be paid, as people write it."""
    return Money(order.due_minor, order.currency).format()


def drop_words(order: OrderView, heed: Sequence[str] = ()) -> str:
    """Return where the order goes, with what is to be heeded there."""
    drop, asked = order.drop.text if order.drop else "-", "; ".join(filter(None, (order.note, *heed)))
    return f"{drop} ({asked})" if asked else drop


def vendor_step(order: OrderView) -> Prompt:
    """Return what the vendor can do about a confirmed or running order."""
    if order.state == "confirmed":
        params = {"order": order.id, "amount": amount_words(order)}
        return Prompt("vendor_waiting", params, ("vendor_accept", "vendor_reject"))
    params = {"order": order.id, "minutes": str(order.prep_minutes or "-")}
    return Prompt("vendor_accepted", params, ("vendor_ready", "vendor_extend"))


def rider_step(order: OrderView, assignment_state: str, pickup: str, heed: Sequence[str] = ()) -> Prompt:
    """Return what the rider can do about an order that they were offered, took, or carry."""
    params = {"order": order.id, "pickup": pickup, "drop": drop_words(order, heed)}
    if assignment_state == "offered":
        return Prompt("rider_waiting", params, ("rider_accept", "rider_reject"))
    if assignment_state == "accepted":
        return Prompt("rider_accepted", params, ("rider_picked", "rider_waits"))
    return carrying_step(order, heed)


def carrying_step(order: OrderView, heed: Sequence[str]) -> Prompt:
    """Return where the rider takes the goods, what is to be heeded, and what is to be paid at the door."""
    params = {"order": order.id, "drop": drop_words(order, heed), "map": map_link(order), "due": due_words(order)}
    if order.due_minor == 0:
        return Prompt("rider_deliver_paid", params, ("rider_trouble",))
    return Prompt("rider_deliver_due", params, (*upi_button(order), "rider_trouble"))


def upi_button(order: OrderView) -> tuple[str, ...]:
    """Return the button that asks for UPI in place of cash, where UPI is known."""
    return ("rider_upi",) if order.currency == "INR" and order.payment_mode == "cod" else ()
