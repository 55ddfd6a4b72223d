"""What the action server sends and gets; the bot's side of the API."""

from typing import Any

from pydantic import BaseModel, Field


class HistoryIn(BaseModel):
    """An earlier message."""

    sender: str = Field(description="`customer`, `bot` or `agent`.")
    text: str = Field(description="The message as it was written.")


class TurnIn(BaseModel):
    """A customer's message as the bot has read it."""

    turn_id: str = Field(min_length=1, max_length=80, description="The turn; the same id again gets the same answer.")
    text: str = Field(
        max_length=20_000, description="The message, as typed; offsets in `reading` count its code points."
    )
    intent: str = Field(description="The intent that the bot decided on; `nlu_fallback` where it was unsure.")
    reading: dict[str, Any] = Field(description="The reading, version 1.")
    history: list[HistoryIn] = Field(default_factory=list, description="Earlier messages, oldest first.")
    button: str | None = Field(default=None, description="What a tapped button carries.")
    attachments: list[dict[str, Any]] = Field(
        default_factory=list, description="Places, contacts and carts of the message, as the turn told the bot."
    )


class ButtonOut(BaseModel):
    """A button under a message."""

    title: str = Field(description="What the customer reads.")
    payload: str = Field(description="What comes back when it is tapped.")


class SayOut(BaseModel):
    """One message."""

    response: str = Field(description="Name of a response in the bot's domain.")
    params: dict[str, str] = Field(description="What fills the response's braces.")
    buttons: list[ButtonOut] = Field(description="Buttons beside those that the domain gives the response.")


class HandoffOut(BaseModel):
    """A person takes over."""

    reason: str = Field(description="Stable name of the reason.")
    open_slot: str | None = Field(description="What was still to be asked.")


class StepOut(BaseModel):
    """What the bot does next."""

    say: list[SayOut] = Field(description="The messages, in order; never none.")
    asked: str | None = Field(
        description="item, variant, qty, address, phone, payment or confirm; null where nothing is open."
    )
    slots: dict[str, str | None] = Field(description="Values for the bot's slots of these names.")
    handoff: HandoffOut | None = Field(description="Set where a person takes over.")
    order_id: str | None = Field(description="The order that the step is about.")
