"""The shapes that pass between the steps of reading a message."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Any, NamedTuple

from backend.catalog.linking.resolve import Resolution


class Decision(StrEnum):
    """What is done with a message."""

    ACCEPT = "accept"
    CLARIFY = "clarify"
    HANDOFF = "handoff"
    REPLY = "reply"


class Slot(StrEnum):
    """What a clarifying question asks for, in the order in which it is asked."""

    ITEM = "item"
    VARIANT = "variant"
    QTY = "qty"
    ADDRESS = "address"
    PHONE = "phone"
    PAYMENT = "payment"


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier message of a conversation; `reading` is the bot's reading of it, where it is kept."""

    sender: str
    text: str
    reading: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Thresholds:
    """A merchant's dial: an order is booked after one read-back where the confidence is at least `accept`.

    `handoff` is the confidence below which a person takes an order that has no question to ask.
    """

    accept: float
    handoff: float = 0.0


@dataclass(frozen=True, slots=True)
class ReadingContext:
    """What a message stands in.

    Args of the constructor: `text` is the raw message; `history` the earlier turns, oldest first; `order` the running
    order by SKU where the caller knows it (else it is read off the history); `asked` the slot that was just asked for.
    """

    text: str
    history: Sequence[Turn] = ()
    order: Mapping[str, Fraction] | None = None
    asked: str | None = None
    thresholds: Thresholds | None = None


class Line(NamedTuple):
    """One order line."""

    sku: str
    quantity: Fraction


class Found(NamedTuple):
    """One mention as it came out: the words, what they resolved to, and what the message does with it."""

    start: int
    end: int
    text: str
    role: str
    resolution: Resolution
    amounts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderReading:
    """What one message means for the shop; `to_json` is the form that is stored, scored and shown."""

    intent: str
    lines: tuple[Line, ...] = ()
    removed: tuple[str, ...] = ()
    address: str | None = None
    phone: str | None = None
    payment: str | None = None
    note: str | None = None
    decision: Decision = Decision.REPLY
    ask: Slot | None = None
    confidence: float = 0.0
    unmatched: tuple[str, ...] = ()
    language: str | None = None
    rule: str = ""
    found: tuple[Found, ...] = ()
    features: Mapping[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The reading as plain data; quantities are whole numbers where they are whole."""
        return {
            "intent": self.intent,
            "language": self.language,
            "confidence": round(self.confidence, 4),
            "lines": [{"sku": line.sku, "qty": as_number(line.quantity)} for line in self.lines],
            "removed": list(self.removed),
            "address": self.address,
            "phone": self.phone,
            "payment": self.payment,
            "note": self.note,
            "decision": self.decision.value,
            "ask": self.ask.value if self.ask else None,
            "unmatched": list(self.unmatched),
            "rule": self.rule,
        }


def as_number(quantity: Fraction) -> int | float:
    """A quantity as JSON has it."""
    return int(quantity) if quantity.denominator == 1 else round(float(quantity), 3)
