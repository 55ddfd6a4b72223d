"""Wire models of riders and their assignments."""

from datetime import datetime
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from backend.dispatch.planning.ports import Aim


class RiderOut(BaseModel):
    """A rider; no phone number, which is for calls through our own."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(description="The rider.")
    name: str = Field(description="As they are called.")
    language: str = Field(description="What they are written to in.")
    city: str = Field(description="Where they carry.")
    active: bool = Field(description="False once they have left.")
    on_shift: bool = Field(description="Whether they work now.")
    capacity: int = Field(description="Orders that they can carry at once.")
    load: int = Field(description="Orders that they carry or were offered.")
    lat: float | None = Field(description="Where they were last, degrees north.")
    lng: float | None = Field(description="Where they were last, degrees east.")


class AvailableOut(RiderOut):
    """A rider who could carry one more."""

    distance_m: float | None = Field(default=None, description="Metres from the area's centre, where both are known.")


class SuggestionOut(BaseModel):
    """A rider who could carry an order, with the reasons."""

    model_config = ConfigDict(from_attributes=True)

    rider: RiderOut = Field(description="Who.")
    score: float = Field(description="Lower is better: metres, with a surcharge for each order carried.")
    distance_m: float | None = Field(description="Metres from the pick-up, where known.")
    reasons: list[str] = Field(description="Why, in words.")


class AssignIn(BaseModel):
    """Which order a rider is to be offered."""

    order_id: str = Field(description="The order.")


class AckIn(BaseModel):
    """A rider's answer to an offer."""

    order_id: str = Field(description="The order.")
    action: Literal["accept", "reject"] = Field(description="accept or reject.")
    reason: str = Field(default="", max_length=200, description="Why not, for a rejection.")


class RouteIn(BaseModel):
    """The way that a rider is to take; planned to the drop where none is given."""

    order_id: str = Field(description="The order.")
    polyline: str | None = Field(default=None, max_length=50_000, description="The way, encoded with precision 5.")


class RouteOut(BaseModel):
    """The way that a rider is to take."""

    order_id: str = Field(description="The order.")
    polyline: str = Field(description="The way, encoded with precision 5.")
    distance_m: float = Field(description="Its length in metres.")
    duration_s: float | None = Field(description="Travel time in seconds, where we planned it.")


class TroubleIn(BaseModel):
    """Why a rider can't go on."""

    order_id: str = Field(description="The order.")
    kind: str = Field(description="cant_find_customer, safety or cod_issue.")
    note: str = Field(default="", max_length=300, description="In a sentence.")


class ShiftIn(BaseModel):
    """Begin or end a shift."""

    on_shift: bool = Field(description="True to begin, false to end.")


class PositionIn(BaseModel):
    """Where a rider is."""

    lat: float = Field(ge=-90, le=90, description="Degrees north.")
    lng: float = Field(ge=-180, le=180, description="Degrees east.")


class PickUpIn(BaseModel):
    """A rider has the goods."""

    order_id: str = Field(description="The order.")


class WaitingIn(BaseModel):
    """A rider stands at the counter."""

    order_id: str = Field(description="The order.")


class UndeliveredIn(BaseModel):
    """A rider was at the door and could not hand over."""

    order_id: str = Field(description="The order.")
    reason: str = Field(
        min_length=3, max_length=300, description="Why not, in a sentence; the customer's desk reads it."
    )


class DeliverIn(BaseModel):
    """A rider has handed over; known by the customer's code, or by a photo or signature of an order that is paid."""

    order_id: str = Field(description="The order.")
    otp: str | None = Field(default=None, pattern=r"^\d{4}$", description="The code that the customer has.")
    proof_id: str | None = Field(default=None, max_length=40, description="A photo or signature that is whole.")

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.otp is None) == (self.proof_id is None):
            raise ValueError("Give the customer's code, or a photo or signature.")
        return self


class ProofOut(BaseModel):
    """A photo or signature of an order."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(description="The proof.")
    order_id: str = Field(description="The order.")
    rider_id: str = Field(description="Who took it.")
    kind: str = Field(description="photo or signature.")
    length: int = Field(description="Bytes that were announced.")
    received: int = Field(description="Bytes that have come.")
    expires_at: datetime = Field(description="When an upload that is not whole is forgotten.")
    sealed_at: datetime | None = Field(description="Since when it is whole and never changes; null before.")
    media_type: str | None = Field(description="image/jpeg or image/png; null before.")
    sha256: str | None = Field(description="SHA-256 of the picture as it is kept, in hex; null before.")


class StepOut(BaseModel):
    """What became of a step."""

    order_id: str = Field(description="The order.")
    outcome: str = Field(description="applied or duplicate.")
    detail: dict[str, Any] = Field(default_factory=dict, description="Named facts.")


class FiguresOut(BaseModel):
    """How a rider did over a period."""

    model_config = ConfigDict(from_attributes=True)

    offered: int = Field(description="Orders offered.")
    accepted: int = Field(description="Orders taken.")
    rejected: int = Field(description="Orders refused.")
    unanswered: int = Field(description="Offers that ran out.")
    delivered: int = Field(description="Orders delivered.")
    on_time: int = Field(description="Deliveries within the window from pick-up.")
    failed: int = Field(description="Deliveries that failed at the door.")
    acceptance_rate: float | None = Field(description="Accepted of those answered or run out, in [0, 1].")
    on_time_rate: float | None = Field(description="On time of those delivered, in [0, 1].")
    earnings_minor: int = Field(description="Delivery fees of the delivered orders, in minor units.")
    currency: str = Field(description="ISO 4217; empty before the first delivery.")


class BatchIn(BaseModel):
    """Of which city the packed orders are to be assigned, and what for."""

    city: str = Field(min_length=2, max_length=80, description="The city.")
    aim: Aim = Field(default=Aim.FAST, description="fast for short waits, few_riders to save riders.")


class OfferOut(BaseModel):
    """That a rider should be, or was, offered an order."""

    model_config = ConfigDict(from_attributes=True)

    order_id: str = Field(validation_alias="job_id", description="The order.")
    rider_id: str = Field(validation_alias="carrier_id", description="The rider.")
    pickup_m: float = Field(description="Metres from the rider to the goods, in a straight line.")
    eta_s: float = Field(description="Seconds until the order is at the door.")
    load: int = Field(description="What the rider has already.")
    capacity: int = Field(description="What the rider can carry at once.")
    together_with: list[str] = Field(description="Other orders of this plan for the same rider.")
    reasons: list[str] = Field(description="Why, in words.")


class BatchOut(BaseModel):
    """A plan for the packed orders of a city."""

    aim: Aim = Field(description="What it is good for.")
    offers: list[OfferOut] = Field(description="Who carries what; of a batch that was carried out, what was offered.")
    left: list[str] = Field(description="Orders for which no rider is left.")
    refused: dict[str, str] = Field(default_factory=dict, description="Orders that had changed meanwhile: the code.")
    riders: int = Field(description="How many riders the plan sends out.")
    travel_s: float = Field(description="What they travel in all.")
    mean_s: float | None = Field(description="Mean seconds to the door; null where nothing is offered.")


class ToldAtDesk(BaseModel):
    """Cash of one order that the rider tells of at the desk, since they could not at the door."""

    order_id: str = Field(description="The order.")
    amount_minor: int = Field(
        strict=True, gt=0, le=1_000_000_000, description="What was taken at the door, in minor units."
    )


class HandInIn(BaseModel):
    """Cash that a rider hands in, as somebody at the desk has counted it."""

    currency: str = Field(pattern="^[A-Z]{3}$", description="ISO 4217.")
    counted_minor: int = Field(strict=True, ge=0, le=1_000_000_000, description="In minor units.")
    keeps_minor: int = Field(
        default=0,
        strict=True,
        ge=0,
        le=1_000_000_000,
        description="What the rider keeps to give change, in minor units.",
    )
    note: str = Field(default="", max_length=300, description="What there is to say about it.")
    orders: list[ToldAtDesk] = Field(default=[], max_length=50, description="Cash not told of at the door.")


class WriteOffIn(BaseModel):
    """What the owner gives up of a rider's cash."""

    currency: str = Field(pattern="^[A-Z]{3}$", description="ISO 4217.")
    amount_minor: int = Field(strict=True, gt=0, le=1_000_000_000, description="In minor units; no more than is open.")
    note: str = Field(min_length=3, max_length=300, description="Why.")


class CashCountOut(BaseModel):
    """A count of a rider's cash."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(description="The count.")
    kind: str = Field(description="door, desk or written_off.")
    order_id: str | None = Field(description="The order, for a door.")
    currency: str = Field(description="ISO 4217.")
    expected_minor: int = Field(description="What was due at the door, or to be handed in.")
    counted_minor: int = Field(description="What was there.")
    difference_minor: int = Field(description="Counted less expected; below zero is short.")
    moved_minor: int = Field(description="What it added to the rider's cash; below zero for what left it.")
    counted_by: str = Field(description="Who counted.")
    note: str = Field(description="What there was to say about it.")
    created_at: datetime = Field(description="When.")


class PocketOut(BaseModel):
    """What a rider carries in one currency."""

    model_config = ConfigDict(from_attributes=True)

    currency: str = Field(description="ISO 4217.")
    held_minor: int = Field(description="In minor units; below zero where too much was handed in.")
    cap_minor: int | None = Field(description="From here on they are offered no more orders to be paid in cash.")
    is_full: bool = Field(description="True where they have reached it.")


class CashBookOut(BaseModel):
    """A rider's cash: what they carry, and a page of its counts, the newest first."""

    rider_id: str = Field(description="The rider.")
    pockets: list[PocketOut] = Field(description="By currency.")
    counts: list[CashCountOut] = Field(description="The rows of this page.")
    total: int = Field(description="Counts in all.")
    limit: int = Field(description="Rows a page.")
    offset: int = Field(description="Rows skipped.")
