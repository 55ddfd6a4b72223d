"""What may be asked of an order; frozen, without behaviour."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

DEFAULT_PREP_MINUTES: Final = 20


class PaymentMode(StrEnum):
    """Before or at the door; stored in `orders.payment_mode`."""

    PREPAID = "prepaid"
    COD = "cod"


class PaymentMethod(StrEnum):
    """The rail that the customer has chosen."""

    MPESA = "mpesa"
    UPI = "upi"
    COD = "cod"


@dataclass(frozen=True, slots=True)
class Command:
    """Base of all commands."""


@dataclass(frozen=True, slots=True)
class OrderLineDraft:
    """A line as it was quoted.

    Attributes:
        sku: The merchant's SKU.
        qty: How many, in the item's unit; a fraction only where the item is weighed.
        unit_price_minor: The price that the customer was told; the catalogue's where None.
        note: What the customer said about this line, such as less sugar.
    """

    sku: str
    qty: Decimal
    unit_price_minor: int | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class DropAddress:
    """Where to; text as a rider would need it, coordinates where known."""

    text: str
    lat: float | None = None
    lng: float | None = None
    address_id: str | None = None


@dataclass(frozen=True, slots=True)
class PlaceOrder(Command):
    """Reserve the stock and open a pending order.

    Attributes:
        intent_key: What the customer meant once; placing again under the same key returns the first order.
        vendor_id: The outlet; the merchant's own choice where None.
        contact_phone: E.164, where it differs from the customer's own.
    """

    merchant_id: str
    user_id: str
    lines: tuple[OrderLineDraft, ...]
    drop: DropAddress
    payment_mode: PaymentMode
    intent_key: str
    payment_method: PaymentMethod | None = None
    vendor_id: str | None = None
    channel: str = "api"
    conversation_id: str | None = None
    contact_phone: str | None = None
    note: str | None = None
    delivery_fee_minor: int = 0


@dataclass(frozen=True, slots=True)
class RecordPartPayment(Command):
    """Some of the amount is in; `paid_minor` is the sum of all receipts so far."""

    paid_minor: int


@dataclass(frozen=True, slots=True)
class ConfirmPayment(Command):
    """The amount is covered; `paid_minor` is the sum of all receipts so far."""

    paid_minor: int


@dataclass(frozen=True, slots=True)
class MarkPaymentFailed(Command):
    """The attempt came to nothing; the customer may try again."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class RecordLatePayment(Command):
    """Money came for an order that is closed; it is due back. `paid_minor` is the sum of all receipts."""

    paid_minor: int


@dataclass(frozen=True, slots=True)
class RecordRefund(Command):
    """Money went back; `refunded_minor` is the sum of all refunds so far."""

    refunded_minor: int


@dataclass(frozen=True, slots=True)
class WithdrawPart(Command):
    """Some of what counted was not for this order; `paid_minor` is the sum of the receipts that stay."""

    paid_minor: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class WithdrawPayment(Command):
    """Nothing of what counted was for this order."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class ApproveCod(Command):
    """The rest may be paid at the door."""


@dataclass(frozen=True, slots=True)
class SwitchPayment(Command):
    """Pay another way than was agreed."""

    mode: PaymentMode
    method: PaymentMethod | None = None


@dataclass(frozen=True, slots=True)
class AcceptOrder(Command):
    """The vendor takes the order and says how long it needs."""

    prep_minutes: int = DEFAULT_PREP_MINUTES


@dataclass(frozen=True, slots=True)
class RejectOrder(Command):
    """The vendor can't take the order."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class SetPreparation(Command):
    """The order will be ready this many minutes from now; said of a new order, it also accepts."""

    prep_minutes: int


@dataclass(frozen=True, slots=True)
class ExtendPreparation(Command):
    """The vendor needs this much longer."""

    minutes: int = 10


@dataclass(frozen=True, slots=True)
class MarkReady(Command):
    """The order is packed and may be picked up."""


@dataclass(frozen=True, slots=True)
class AssignRider(Command):
    """This rider is to carry the order."""

    rider_id: str


@dataclass(frozen=True, slots=True)
class UnassignRider(Command):
    """The rider does not carry it after all."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class ReportRiderWaiting(Command):
    """The rider stands at the counter."""


@dataclass(frozen=True, slots=True)
class PickUp(Command):
    """The rider has the goods."""


@dataclass(frozen=True, slots=True)
class DeliverOrder(Command):
    """The customer has the goods; `proof` says by what it is known, such as `{"kind": "otp"}`."""

    proof: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FailDelivery(Command):
    """The rider was there and could not hand over."""

    reason: str


@dataclass(frozen=True, slots=True)
class ReturnOrder(Command):
    """The goods go back to the vendor."""

    reason: str


@dataclass(frozen=True, slots=True)
class CancelOrder(Command):
    """Call the order off."""

    reason: str


@dataclass(frozen=True, slots=True)
class ChangeAddress(Command):
    """Deliver somewhere else."""

    text: str
    lat: float | None = None
    lng: float | None = None
    reason: str = "customer_request"
    address_id: str | None = None


@dataclass(frozen=True, slots=True)
class ConfirmAddress(Command):
    """The rider has seen this version of the address."""

    version: int


@dataclass(frozen=True, slots=True)
class FileName:
    """Names a file that a customer sent: its message, and its place there from 0."""

    message_id: str
    place: int


@dataclass(frozen=True, slots=True)
class AddNote(Command):
    """Keep a remark with the order; `kind` is `text`, `voice` or `instruction` (for vendor and rider).

    A remark may name a file of the order's customer, which stays with its message and goes with it.
    """

    text: str
    kind: str = "text"
    file: FileName | None = None
