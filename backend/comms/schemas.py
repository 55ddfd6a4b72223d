"""Wire models of comms; request fields are paper two's section 17."""

from datetime import datetime, time
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from backend.comms.models import OpsException
from backend.comms.next_steps import next_steps


class NotifyRequest(BaseModel):
    """Start a ladder for an order; the fields beside the order are taken from our own rows."""

    model_config = ConfigDict(extra="allow")

    order_id: str = Field(description="The order.")
    vendor_id: str | None = Field(default=None, description="The outlet, for vendor ladders.")
    rider_id: str | None = Field(default=None, description="The rider, for rider ladders.")


class Started(BaseModel):
    """A ladder that was started, or runs already."""

    order_id: str = Field(description="The order.")
    ladder: str = Field(description="Which ladder, such as vendor_accept or rider_otd.")


class BridgeRequest(BaseModel):
    """Join two people of an order by phone, behind our number."""

    order_id: str = Field(description="The order.")
    first: str = Field(pattern="^(vendor|rider|customer|admin)$", description="Who is rung first.")
    second: str = Field(pattern="^(vendor|rider|customer|admin)$", description="Who is put through.")


class BridgeView(BaseModel):
    """A call that was queued."""

    call_id: str = Field(description="Our id of the call.")


class CommsLine(BaseModel):
    """One message or call."""

    model_config = ConfigDict(from_attributes=True)

    id: int = Field(description="Position in the log.")
    order_id: str | None = Field(description="The order.")
    actor: str = Field(description="Whom it went to or came from.")
    channel: str = Field(description="whatsapp, exotel_ring, exotel_ivr, bridge or admin.")
    direction: str = Field(description="outbound or inbound.")
    template: str = Field(description="The template, menu or action.")
    status: str = Field(description="How far it has come, or what became of it.")
    ladder: str = Field(description="The ladder that it belongs to, where one does.")
    step: int | None = Field(description="The ladder's step, from 0.")
    payload: dict[str, Any] = Field(description="What it said; no personal data.")
    created_at: datetime = Field(description="When.")


class NextStepView(BaseModel):
    """A command that may end what a card is about."""

    model_config = ConfigDict(from_attributes=True)

    label: str = Field(description="What it does, in a few words.")
    method: str = Field(description="HTTP method.")
    path: str = Field(description="Path of the API, with the card's own ids.")


class CardView(BaseModel):
    """Something that needs a person."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(description="The card.")
    kind: str = Field(description="What happened.")
    order_id: str | None = Field(description="The order, where one is known.")
    city: str | None = Field(description="The city, where one is known.")
    state: str = Field(description="open, owned or resolved.")
    owner: str | None = Field(description="Who takes care of it.")
    money_minor: int = Field(description="Money at risk, in minor units.")
    currency: str = Field(description="ISO 4217; empty where no money is at risk.")
    detail: dict[str, Any] = Field(description="Facts for whoever takes it.")
    resolution: str | None = Field(description="What was done.")
    created_at: datetime = Field(description="Since when.")
    resolved_at: datetime | None = Field(description="When it was done.")
    next_steps: list[NextStepView] = Field(default=[], description="Commands that fit it, the likeliest first.")

    @classmethod
    def of(cls, card: OpsException) -> Self:
        """Show a card, with what may be done about it."""
        steps = next_steps(card.kind, card.order_id, card.subject_id)
        shown = cls.model_validate(card)
        return shown.model_copy(update={"next_steps": [NextStepView.model_validate(one) for one in steps]})


class Resolution(BaseModel):
    """What was done about a card."""

    resolution: str = Field(min_length=3, max_length=500, description="In a sentence.")


class LadderStep(BaseModel):
    """One step of a ladder."""

    after_s: float = Field(
        ge=-86_400,
        le=86_400,
        description="Seconds from what the ladder begins with; of a reminder, from when it is due, below 0 for before.",
    )
    rungs: list[str] = Field(
        min_length=1, description="whatsapp, exotel_ring, exotel_ivr, admin, next_rider, query, remind, cancel."
    )


class LadderBody(BaseModel):
    """What a ladder does, and what limits it."""

    steps: list[LadderStep] = Field(min_length=1, description="What happens, in order.")
    quiet_from: time | None = Field(default=None, description="Nobody is called from then, local time.")
    quiet_until: time | None = Field(default=None, description="Until then, which may be the next morning.")
    max_calls_hour: int | None = Field(
        default=None, ge=0, description="Calls to one person in an hour, of all orders; null for the usual limit."
    )

    @model_validator(mode="after")
    def _both_ends(self) -> "LadderBody":
        if (self.quiet_from is None) != (self.quiet_until is None):
            message = "quiet hours need both ends"
            raise ValueError(message)
        return self


class LadderView(LadderBody):
    """An active version of a ladder."""

    kind: str = Field(description="Which ladder.")
    city: str | None = Field(description="The city it is for; null for all.")
    tier: str | None = Field(description="The vendor tier it is for; null for all.")
    version: int = Field(description="Its version.")


class NewLadder(LadderBody):
    """A new version of a ladder."""

    city: str | None = Field(default=None, description="For this city alone.")
    tier: str | None = Field(default=None, description="For this vendor tier alone.")


class ExpectedRung(BaseModel):
    """One thing that a step does."""

    rung: str = Field(description="whatsapp, exotel_ring, exotel_ivr, admin, next_rider, query, remind or cancel.")
    withheld: str = Field(description="Why it would not go out as things stand; empty where it would.")


class ExpectedStep(BaseModel):
    """A step that lies ahead."""

    step: int = Field(description="The ladder's step, from 0.")
    after_s: float = Field(description="Seconds from what the ladder begins with, as its row says.")
    in_s: float = Field(description="Seconds from now; 0 where it is due.")
    rungs: list[ExpectedRung] = Field(description="What it does.")


class Outlook(BaseModel):
    """A ladder of an order and what it will do if nobody answers."""

    ladder: str = Field(description="Which ladder, such as vendor_accept or rider_otd.")
    callee: str = Field(description="Whom it chases, such as `vendor:V-42`.")
    version: int | None = Field(description="The version it runs by; null for steps tried out and the built-in ones.")
    waits: bool = Field(description="Whether the order is in a state that this ladder chases for.")
    due_at: datetime | None = Field(description="When its next step comes; null where it does not run.")
    hold: dict[str, Any] = Field(description="Who holds it: by, reason, for_s, left_s; empty where nobody does.")
    steps: list[ExpectedStep] = Field(description="What comes, in order.")


class Outlooks(BaseModel):
    """The ladders of an order that have a step ahead."""

    order_id: str = Field(description="The order.")
    ladders: list[Outlook] = Field(description="The most urgent first.")


class PreviewRequest(BaseModel):
    """A ladder to look at before it runs."""

    tried: LadderBody | None = Field(
        default=None, description="A ladder to try out; null for the version that fits the order."
    )


class SteerRequest(BaseModel):
    """Why a person steps in."""

    reason: str = Field(min_length=3, max_length=300, description="In a sentence; kept with the order.")
    for_s: float = Field(
        default=900,
        ge=30,
        le=7200,
        description="Seconds: of a pause, how long; of an own, when others are told if nothing has come of it.",
    )


class DtmfWebhook(BaseModel):
    """Paper two's form of a digit webhook; `signature` is the call's signed context."""

    call_sid: str = Field(description="The provider's id of the call.")
    digit: str | None = Field(default=None, description="What was pressed.")
    context: str = Field(default="", description="What the call was about.")
    ts: str = Field(default="", description="When it was pressed; tells the digits of one call apart.")
    signature: str = Field(description="The call's signed context.")
