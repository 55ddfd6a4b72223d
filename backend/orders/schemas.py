"""Wire models of orders."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, Field

from backend.orders.commands import (
    DEFAULT_PREP_MINUTES,
    AddNote,
    ChangeAddress,
    DropAddress,
    FileName,
    OrderLineDraft,
    PaymentMethod,
    PaymentMode,
    PlaceOrder,
)
from backend.orders.events import OrderState, PaymentStatus
from backend.orders.policies import MAX_PREP_MINUTES
from backend.orders.ports import (
    AddressView,
    CommandResult,
    LineView,
    NoteView,
    OrderView,
    Outcome,
    TimelineEntry,
    VendorFigures,
)
from backend.platform.actors import Source


class LineIn(BaseModel):
    """What is ordered."""

    sku: str = Field(min_length=1, max_length=64, description="The merchant's code.")
    qty: Decimal = Field(gt=0, le=10_000, decimal_places=3, description="How many, in the item's unit.")
    unit_price_minor: int | None = Field(
        default=None, ge=0, description="The price that the customer was told, in minor units; ours to give only."
    )
    note: str | None = Field(default=None, max_length=300, description="Such as less sugar.")


class DeliveryIn(BaseModel):
    """Where to."""

    address_text: str = Field(min_length=1, max_length=500, description="As a rider would need it.")
    lat: float | None = Field(default=None, ge=-90, le=90, description="Latitude in degrees.")
    lng: float | None = Field(default=None, ge=-180, le=180, description="Longitude in degrees.")
    address_id: str | None = Field(default=None, description="Id of an address on file.")


class PaymentIn(BaseModel):
    """How it is paid."""

    mode: PaymentMode = Field(default=PaymentMode.PREPAID, description="prepaid, or cod for at the door.")
    method: PaymentMethod | None = Field(default=None, description="mpesa, upi or cod.")


class OrderIn(BaseModel):
    """An order to place."""

    user_id: str = Field(description="The customer.")
    vendor_id: str | None = Field(default=None, description="The outlet; by default the merchant's own choice.")
    merchant_id: str | None = Field(default=None, description="The merchant; not needed where vendor_id is given.")
    items: list[LineIn] = Field(min_length=1, max_length=100, description="What is ordered.")
    delivery: DeliveryIn = Field(description="Where to.")
    payment: PaymentIn = Field(default_factory=PaymentIn, description="How it is paid.")
    channel: str = Field(default="api", max_length=20, description="Where the customer ordered.")
    conversation_id: str | None = Field(default=None, description="The conversation that it came out of.")
    contact_phone: str | None = Field(
        default=None, pattern=r"^\+[1-9]\d{7,14}$", description="E.164, where it differs from the customer's own."
    )
    note: str | None = Field(default=None, max_length=500, description="For vendor and rider.")
    delivery_fee_minor: int = Field(default=0, ge=0, description="In minor units.")

    def command(self, merchant_id: str, intent_key: str, *, quoted: bool) -> PlaceOrder:
        """Return the command; prices are taken over only from callers whose quotes are ours."""
        return PlaceOrder(
            merchant_id=merchant_id,
            user_id=self.user_id,
            lines=tuple(
                OrderLineDraft(line.sku, line.qty, line.unit_price_minor if quoted else None, line.note)
                for line in self.items
            ),
            drop=DropAddress(
                self.delivery.address_text, self.delivery.lat, self.delivery.lng, self.delivery.address_id
            ),
            payment_mode=self.payment.mode,
            payment_method=self.payment.method,
            intent_key=intent_key,
            vendor_id=self.vendor_id,
            channel=self.channel,
            conversation_id=self.conversation_id,
            contact_phone=self.contact_phone,
            note=self.note,
            delivery_fee_minor=self.delivery_fee_minor,
        )


class LineOut(BaseModel):
    """A line as it was sold."""

    sku: str = Field(description="The merchant's code.")
    name: str = Field(description="Name at the time of the order.")
    unit: str = Field(description="What one of it is.")
    qty: float = Field(description="How many, in the unit.")
    unit_price_minor: int = Field(description="Price that the customer was told, in minor units.")
    line_minor: int = Field(description="Quantity times price, in minor units.")
    note: str | None = Field(description="What the customer said about it.")


class PlaceOut(BaseModel):
    """An end of the way."""

    address_id: str | None = Field(description="Id of the address on file.")
    text: str = Field(description="As a rider would need it.")
    lat: float | None = Field(description="Latitude in degrees, where known.")
    lng: float | None = Field(description="Longitude in degrees, where known.")
    version: int = Field(description="Counts the changes.")


class PaymentOut(BaseModel):
    """What is paid and what is not."""

    mode: PaymentMode = Field(description="prepaid or cod.")
    method: PaymentMethod | None = Field(description="mpesa, upi or cod.")
    status: PaymentStatus = Field(description="pending, partial, success, failed, refund_due or refunded.")
    paid_minor: int = Field(description="Received, in minor units.")
    due_minor: int = Field(description="Still to be paid, in minor units.")
    refunded_minor: int = Field(description="Given back, in minor units.")


class OrderOut(BaseModel):
    """An order as it stands."""

    order_id: str = Field(description="Id, short enough to be read aloud.")
    user_id: str = Field(description="The customer.")
    merchant_id: str = Field(description="The merchant.")
    vendor_id: str = Field(description="The outlet.")
    rider_id: str | None = Field(description="The rider, once assigned.")
    city: str = Field(description="Where it is delivered.")
    channel: str = Field(description="Where the customer ordered.")
    conversation_id: str | None = Field(description="The conversation that it came out of.")
    state: OrderState = Field(description="Where it is in its life.")
    state_since: datetime = Field(description="Since when.")
    amount: float = Field(description="To be paid in all, in whole units of the currency.")
    amount_minor: int = Field(description="The same in minor units, exact.")
    delivery_fee_minor: int = Field(description="Part of the amount.")
    currency: str = Field(description="ISO 4217 code.")
    payment: PaymentOut = Field(description="What is paid and what is not.")
    items: list[LineOut] = Field(description="What was ordered.")
    delivery: PlaceOut | None = Field(description="Where to.")
    pickup: PlaceOut | None = Field(description="Where from.")
    prep_eta_minutes: int | None = Field(description="Minutes of preparation that the vendor has named.")
    prep_due_at: datetime | None = Field(description="When the vendor is to be ready.")
    address_confirmed: bool = Field(description="True where the rider has confirmed the newest address.")
    reason: str | None = Field(description="Why it was called off or returned.")
    delivery_failure: str | None = Field(description="Why the last attempt to hand over failed.")
    note: str | None = Field(description="For vendor and rider.")
    version: int = Field(description="Counts the applied commands.")
    created_at: datetime = Field(description="When it was placed.")
    updated_at: datetime = Field(description="When it last changed.")


def _line_out(line: LineView) -> LineOut:
    return LineOut(
        sku=line.sku,
        name=line.name,
        unit=line.unit,
        qty=float(line.qty),
        unit_price_minor=line.unit_price_minor,
        line_minor=line.line_minor,
        note=line.note,
    )


def _place_out(end: AddressView | None) -> PlaceOut | None:
    if end is None:
        return None
    return PlaceOut(address_id=end.address_id, text=end.text, lat=end.lat, lng=end.lng, version=end.version)


def _payment_out(view: OrderView) -> PaymentOut:
    return PaymentOut(
        mode=view.payment_mode,
        method=view.payment_method,
        status=view.payment_status,
        paid_minor=view.paid_minor,
        due_minor=view.due_minor,
        refunded_minor=view.refunded_minor,
    )


def order_out(view: OrderView) -> OrderOut:
    """Show an order."""
    return OrderOut(
        order_id=view.id,
        user_id=view.user_id,
        merchant_id=view.merchant_id,
        vendor_id=view.vendor_id,
        rider_id=view.rider_id,
        city=view.city,
        channel=view.channel,
        conversation_id=view.conversation_id,
        state=view.state,
        state_since=view.state_since,
        amount=view.amount_minor / 100,
        amount_minor=view.amount_minor,
        delivery_fee_minor=view.delivery_fee_minor,
        currency=view.currency,
        payment=_payment_out(view),
        items=[_line_out(line) for line in view.lines],
        delivery=_place_out(view.drop),
        pickup=_place_out(view.pickup),
        prep_eta_minutes=view.prep_minutes,
        prep_due_at=view.prep_due_at,
        address_confirmed=view.address_confirmed_version == view.address_version,
        reason=view.close_reason,
        delivery_failure=view.delivery_failure,
        note=view.note,
        version=view.version,
        created_at=view.created_at,
        updated_at=view.updated_at,
    )


class CommandOut(BaseModel):
    """What became of a command; a refusal is a problem document instead."""

    outcome: Outcome = Field(description="applied, or duplicate where the same key came before.")
    order: OrderOut = Field(description="The order after it.")


def command_out(result: CommandResult) -> CommandOut:
    """Show an accepted command."""
    return CommandOut(outcome=result.outcome, order=order_out(result.order))


class StateMeta(BaseModel, extra="allow"):
    """What a state needs to be known with it."""

    prep_min: int | None = Field(default=None, ge=1, le=MAX_PREP_MINUTES, description="Minutes of preparation.")
    extend_min: int | None = Field(default=None, ge=1, le=MAX_PREP_MINUTES, description="Minutes more.")
    paid_minor: int | None = Field(default=None, ge=0, description="Sum of all receipts, in minor units.")
    proof: dict[str, Any] | None = Field(default=None, description='By what the delivery is known: `{"kind": "otp"}`.')


class StateIn(BaseModel):
    """The state that the order should be in."""

    to: OrderState = Field(description="The state wished for.")
    meta: StateMeta = Field(default_factory=StateMeta, description="What belongs to it.")
    reason: str = Field(default="", max_length=300, description="Why; needed to cancel or return.")


class AddressIn(DeliveryIn):
    """Another place to deliver to."""

    reason: str = Field(default="customer_request", min_length=1, max_length=100, description="Why it changes.")

    def command(self) -> ChangeAddress:
        """Return the command."""
        return ChangeAddress(self.address_text, self.lat, self.lng, self.reason, self.address_id)


class NoteFileIn(BaseModel):
    """A file that the order's customer sent in the conversation."""

    message_id: str = Field(min_length=1, max_length=60, description="The message that it came with.")
    place: int = Field(default=0, ge=0, le=99, description="Its place in the message's `content.media`, from 0.")


class NoteIn(BaseModel):
    """A remark to keep."""

    text: str = Field(min_length=1, max_length=2000, description="What to keep; of a voice note, what it says.")
    kind: Literal["text", "voice", "instruction"] = Field(
        default="text", description="`instruction` is shown to vendor and rider."
    )
    file: NoteFileIn | None = Field(
        default=None, description="A voice note or picture to hear or see with it; it goes when its message goes."
    )

    def command(self) -> AddNote:
        """Return the command."""
        file = FileName(self.file.message_id, self.file.place) if self.file else None
        return AddNote(self.text, self.kind, file)


class NoteOut(BaseModel):
    """A remark on an order."""

    id: int = Field(description="Names it within all remarks.")
    at: datetime = Field(description="When it was made.")
    actor: str = Field(description="Who made it, such as `agent:S-1`.")
    kind: str = Field(description="text, voice or instruction.")
    text: str = Field(description="The words.")
    has_file: bool = Field(description="Whether it named a file.")
    media_type: str | None = Field(
        description="Of the file, while it is kept; it is at `/orders/{id}/notes/{id}/file`."
    )


def note_out(note: NoteView, kinds: Mapping[FileName, str]) -> NoteOut:
    """Show a remark, with what is known of its file."""
    return NoteOut(
        id=note.id,
        at=note.at,
        actor=note.actor,
        kind=note.kind,
        text=note.text,
        has_file=note.file is not None,
        media_type=kinds.get(note.file) if note.file else None,
    )


class AckIn(BaseModel):
    """A vendor's answer to a new order."""

    order_id: str = Field(description="The order.")
    action: Literal["accept", "reject"] = Field(description="What the vendor says.")
    prep_min: int = Field(
        default=DEFAULT_PREP_MINUTES, ge=1, le=MAX_PREP_MINUTES, description="Minutes of preparation, if accepted."
    )
    reason: str = Field(default="", max_length=300, description="Why, if rejected.")
    source: Source | None = Field(default=None, description="The door that the answer came through.")


class ReadyIn(BaseModel):
    """A vendor has packed an order."""

    order_id: str = Field(description="The order.")
    source: Source | None = Field(default=None, description="The door that the word came through.")


class TimelineOut(BaseModel):
    """One thing that happened around an order."""

    at: datetime = Field(description="When.")
    kind: str = Field(description="state, command, note or comms.")
    channel: str = Field(description="The door or medium.")
    actor: str = Field(description="Who, such as `vendor:V-42`.")
    what: str = Field(description="What, in a few words.")
    detail: dict[str, Any] = Field(description="Named facts.")


def timeline_out(entry: TimelineEntry) -> TimelineOut:
    """Show an entry."""
    return TimelineOut(
        at=entry.at,
        kind=entry.kind,
        channel=entry.channel,
        actor=entry.actor,
        what=entry.what,
        detail=dict(entry.detail),
    )


class VendorMetricsOut(BaseModel):
    """How an outlet did."""

    vendor_id: str = Field(description="The outlet.")
    days: int = Field(description="Over how many days.")
    status: str = Field(description="`active` or `inactive`.")
    misses: int = Field(description="Orders in a row that it did not answer.")
    offered: int = Field(description="Orders that reached it.")
    accepted: int = Field(description="Of those, accepted.")
    rejected: int = Field(description="Of those, rejected.")
    delivered: int = Field(description="Of those, delivered.")
    cancelled: int = Field(description="Of those, called off.")
    late_ready: int = Field(description="Ready after the time last promised.")
    accept_rate: float | None = Field(description="Accepted of those answered or lost, in [0, 1].")
    fulfilment_rate: float | None = Field(description="Delivered of those accepted and closed, in [0, 1].")
    accept_seconds: float | None = Field(description="Mean seconds from offer to acceptance.")
    prep_minutes: float | None = Field(description="Mean minutes from acceptance to ready.")


def metrics_out(vendor_id: str, days: int, figures: VendorFigures, *, active: bool, misses: int) -> VendorMetricsOut:
    """Show an outlet's figures."""
    return VendorMetricsOut(
        vendor_id=vendor_id,
        days=days,
        status="active" if active else "inactive",
        misses=misses,
        offered=figures.offered,
        accepted=figures.accepted,
        rejected=figures.rejected,
        delivered=figures.delivered,
        cancelled=figures.cancelled,
        late_ready=figures.late_ready,
        accept_rate=figures.accept_rate,
        fulfilment_rate=figures.fulfilment_rate,
        accept_seconds=figures.accept_seconds,
        prep_minutes=figures.prep_minutes,
    )
