"""Template messages to vendors and riders."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote

from backend.channels.ports import Channel, OutboundKind, OutboundMessage
from backend.channels.service import ChannelsService
from backend.channels.templates import registered_language
from backend.comms.ports import Chased, Contact
from backend.comms.service.journal import Departure, Outbound
from backend.orders.ports import LineView, OrderView
from backend.platform.money import Money
from backend.vendors.ports import VendorView

PAYMENT_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "prepaid": {"en": "paid", "sw": "imelipwa", "hi": "भुगतान हो चुका", "mr": "पेमेंट झाले"},
    "cod": {"en": "cash on delivery", "sw": "pesa taslimu", "hi": "नकद डिलीवरी पर", "mr": "डिलिव्हरीवर रोख"},
}


def amount_words(order: OrderView) -> str:
    """Return the order's total as people write it."""
    return Money(order.amount_minor, order.currency).format()


def items_words(order: OrderView) -> str:
    """Return the lines in one sentence: `2 × Poha, 1 × Chai`."""
    return ", ".join(_line_words(line) for line in order.lines)


def wished_words(order: OrderView) -> str:
    """Return the same with what the customer asked for: `2 × Poha (less sugar), 1 × Chai. Call at the gate`."""
    lines = ", ".join(_line_words(line) + (f" ({line.note})" if line.note else "") for line in order.lines)
    return f"{lines}. {order.note}" if order.note else lines


def _line_words(line: LineView) -> str:
    return f"{line.qty.normalize():f} × {line.name}"


def map_link(order: OrderView) -> str:
    """Return a link that opens the drop in a map."""
    drop = order.drop
    if drop is None:
        return "-"
    where = f"{drop.lat},{drop.lng}" if drop.lat is not None else quote(drop.text)
    return f"https://www.google.com/maps/search/?api=1&query={where}"


class PartnerMessages:
    """Fills the templates of paper two, section 4."""

    def __init__(self, channels: ChannelsService) -> None:
        self._channels = channels

    def departure(
        self, chased: Chased, template: str, now: datetime, *, ladder: str, step: int, idem: str, trace_id: str
    ) -> Departure:
        """Return a template to a vendor or rider, in their language, with its line of the log.

        Raises:
            UnknownTemplateError: The template or the count of its parameters is wrong.
        """
        order, contact = chased.order, chased.contact
        language = registered_language(contact.language)
        params, payloads = _FILLERS[template](Filling(order, contact, language, _pickup(chased.vendor), now))
        message = OutboundMessage(
            channel=Channel.WHATSAPP,
            scope=chased.merchant.wa_phone_number_id or "",
            to=contact.phone.lstrip("+"),
            kind=OutboundKind.TEMPLATE,
            template=template,
            language=language,
            params=params,
            payloads=payloads,
        )
        facts = {"amount": amount_words(order), "items": items_words(order), "payment": order.payment_mode}
        line = Outbound(contact, order.id, "whatsapp", template, idem, ladder, step, facts, trace_id=trace_id)
        return Departure(
            line, self._channels.sends(message, idem=idem, order_id=order.id, priority=2, trace_id=trace_id)
        )


def _pickup(vendor: VendorView) -> str:
    return ", ".join(part for part in (vendor.name, vendor.address_text) if part)


@dataclass(frozen=True, slots=True)
class Filling:
    """What templates are filled from: `pickup` in words, `now` as the database tells it."""

    order: OrderView
    contact: Contact
    language: str
    pickup: str
    now: datetime


type Filled = tuple[tuple[str, ...], tuple[str, ...]]


def _new_order(given: Filling) -> Filled:
    order = given.order
    payment = PAYMENT_WORDS[order.payment_mode][given.language]
    payloads = ("vendor_accept", "vendor_reject", "vendor_prep:15", "vendor_prep:20", "vendor_prep:30")
    return (
        (given.contact.name, order.id, amount_words(order), wished_words(order), payment),
        tuple(f"{payload}:{order.id}" for payload in payloads),
    )


def _ready_reminder(given: Filling) -> Filled:
    order, due = given.order, given.order.prep_due_at or given.now
    minutes = max(math.ceil((due - given.now).total_seconds() / 60), 0)
    return (order.id, str(minutes)), (f"vendor_ready:{order.id}", f"vendor_extend:{order.id}")


def _assignment(given: Filling) -> Filled:
    order, due = given.order, PAYMENT_WORDS["prepaid"][given.language]
    if order.due_minor:
        due = Money(order.due_minor, order.currency).format()
    drop = order.drop.text if order.drop else "-"
    return (given.pickup, drop, due), (f"rider_accept:{order.id}", f"rider_reject:{order.id}")


def _address(given: Filling) -> Filled:
    order = given.order
    drop = order.drop.text if order.drop else "-"
    return (order.id, drop, map_link(order)), (f"address_confirm:{order.address_version}:{order.id}",)


def _rider_waiting(given: Filling) -> Filled:
    order = given.order
    return (order.id,), (f"vendor_ready:{order.id}", f"vendor_extend:{order.id}")


_FILLERS: Final[Mapping[str, Callable[[Filling], Filled]]] = {
    "Vendor_New_Order": _new_order,
    "Vendor_Ready_Reminder": _ready_reminder,
    "Vendor_Rider_Waiting": _rider_waiting,
    "Rider_Assignment": _assignment,
    "Rider_Address_Updated": _address,
}
