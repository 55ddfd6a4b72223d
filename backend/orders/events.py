"""What has happened to an order; names and fields of paper two, section 7, with more fields beside them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Final

from backend.platform.events import Event


class OrderState(StrEnum):
    """Where an order is."""

    PENDING = "pending"
    PARTIAL = "partial"
    CONFIRMED = "confirmed"
    PROCESSING = "processing"
    HANDOVER = "handover"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    RETURNED = "returned"


AWAITING_MONEY: Final = (OrderState.PENDING, OrderState.PARTIAL)  # Those that do not run before they are paid.
CLOSED: Final = (OrderState.CANCELLED, OrderState.RETURNED)


class PaymentStatus(StrEnum):
    """What has been paid."""

    PENDING = "pending"
    PARTIAL = "partial"
    SUCCESS = "success"
    FAILED = "failed"
    REFUND_DUE = "refund_due"
    REFUNDED = "refunded"


@dataclass(frozen=True)
class OrderEvent(Event):
    """Base: every event of an order is kept in that order's sequence."""

    topic: ClassVar[str] = "order"

    order_id: str

    @property
    def key(self) -> str:
        """The order's id."""
        return self.order_id


@dataclass(frozen=True)
class OrderCreated(OrderEvent):
    """An order was placed; `amount` in whole units, `amount_minor` in minor ones."""

    topic: ClassVar[str] = "order.created"

    user_id: str
    vendor_id: str
    merchant_id: str
    amount: float
    amount_minor: int
    currency: str
    payment: dict[str, str]
    items: list[dict[str, Any]]
    delivery: dict[str, Any]
    channel: str
    conversation_id: str | None = None


@dataclass(frozen=True)
class OrderStateChanged(OrderEvent):
    """An order moved from one state to another.

    Attributes:
        source: Where it was; `from` in the payload, which is no name for a field in Python.
        target: Where it is; `to` in the payload.
        by: The actor, such as `vendor:V-42`.
        command: Name of the command that moved it.
        door: The channel that the command came through; `source` in the payload.
    """

    topic: ClassVar[str] = "order.state.changed"
    payload_names: ClassVar[Mapping[str, str]] = {"source": "from", "target": "to", "door": "source"}

    source: str
    target: str
    by: str
    command: str
    door: str
    vendor_id: str
    merchant_id: str
    user_id: str
    rider_id: str | None = None
    payment_mode: str = ""
    payment_status: str = ""
    reason: str | None = None
    prep_minutes: int | None = None


@dataclass(frozen=True)
class OrderAddressChanged(OrderEvent):
    """The order goes elsewhere; `old` and `new` hold lat, lng and text."""

    topic: ClassVar[str] = "order.address.changed"

    old: dict[str, Any]
    new: dict[str, Any]
    reason: str
    updated_by: str
    version: int
    state: str
    rider_id: str | None = None


@dataclass(frozen=True)
class OrderAddressConfirmed(OrderEvent):
    """The rider has seen this version of the address."""

    topic: ClassVar[str] = "order.address.confirmed"

    version: int
    by: str


@dataclass(frozen=True)
class OrderRiderAssigned(OrderEvent):
    """A rider is to carry the order."""

    topic: ClassVar[str] = "order.rider.assigned"

    rider_id: str
    by: str
    state: str


@dataclass(frozen=True)
class OrderRiderUnassigned(OrderEvent):
    """The rider does not carry the order after all."""

    topic: ClassVar[str] = "order.rider.unassigned"

    rider_id: str
    by: str
    reason: str
    state: str


@dataclass(frozen=True)
class OrderRiderWaiting(OrderEvent):
    """The rider stands at the counter."""

    topic: ClassVar[str] = "order.rider.waiting"

    rider_id: str
    vendor_id: str
    state: str


@dataclass(frozen=True)
class OrderPreparationChanged(OrderEvent):
    """The order will be ready at another time; `added_minutes` is what the customer waits longer, if known."""

    topic: ClassVar[str] = "order.preparation.changed"

    prep_minutes: int
    added_minutes: int | None
    by: str


@dataclass(frozen=True)
class OrderPaymentSwitched(OrderEvent):
    """The order is paid another way than was agreed."""

    topic: ClassVar[str] = "order.payment.switched"

    old: str
    new: str
    method: str | None
    by: str
    state: str
    due_minor: int
    payment_status: str


@dataclass(frozen=True)
class OrderPaymentRecorded(OrderEvent):
    """What the order shows as paid or refunded has changed without a change of state."""

    topic: ClassVar[str] = "order.payment.recorded"

    payment_status: str
    paid_minor: int
    refunded_minor: int
    state: str


@dataclass(frozen=True)
class OrderPaymentAwaited(OrderEvent):
    """The customer is to be reminded: what is due is not paid, and the order ends in `left_s` seconds."""

    topic: ClassVar[str] = "order.payment.awaited"

    due_minor: int
    currency: str
    left_s: int


@dataclass(frozen=True)
class OrderDeliveryFailed(OrderEvent):
    """The rider was there and could not hand over."""

    topic: ClassVar[str] = "order.delivery.failed"

    reason: str
    by: str
    rider_id: str | None


@dataclass(frozen=True)
class OrderAnswersCrossed(OrderEvent):
    """An answer to a new order was refused, since its contrary had come in moments before.

    Attributes:
        stands: Name of the command that was applied.
        refused: Name of the command that came too late.
        first_by: Who gave the answer that stands, such as `vendor:V-42`.
        by: Who came too late.
        gap_s: Seconds between the two.
    """

    topic: ClassVar[str] = "order.answers.crossed"

    stands: str
    refused: str
    first_by: str
    by: str
    gap_s: float


@dataclass(frozen=True)
class OrderNoteAdded(OrderEvent):
    """A remark was kept with the order; its words stay in the order's own rows."""

    topic: ClassVar[str] = "order.note.added"

    note_id: int
    kind: str
    by: str
    detail: dict[str, Any] = field(default_factory=dict)
