"""What the bot does next, as the backend tells it: what to say, what is asked, who takes over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

# A tapped button comes back under one of these, so that it needs no reading.
PICK: Final = "pick:"
PAY: Final = "pay:"
YES: Final = "answer:yes"
NO: Final = "answer:no"


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message; `payload` comes back when it is tapped."""

    title: str
    payload: str


@dataclass(frozen=True, slots=True)
class Say:
    """One message: the name of a response in the bot's domain, and what fills its braces."""

    response: str
    params: Mapping[str, str] = field(default_factory=dict)
    buttons: Sequence[Button] = ()


@dataclass(frozen=True, slots=True)
class Handoff:
    """Why a person takes over, and what they should know.

    Attributes:
        reason: Stable name, such as `complaint` or `failed_turns`.
        open_slot: What was still to be asked.
        suggested: Name of the response that the bot would have asked next.
        draft: The draft order, as JSON.
        at_risk_minor: What the order is worth, in minor units.
    """

    reason: str
    open_slot: str | None
    suggested: str | None
    draft: Mapping[str, Any]
    order_id: str | None
    at_risk_minor: int


@dataclass(slots=True)
class Step:
    """The answer to one turn.

    Attributes:
        asked: The slot that the last message asks for; None where nothing is open.
        understood: False where the turn brought nothing that we could use.
    """

    says: list[Say] = field(default_factory=list)
    asked: str | None = None
    handoff: Handoff | None = None
    order_id: str | None = None
    understood: bool = True
    language: str = "en"

    def say(self, response: str, buttons: Sequence[Button] = (), /, **params: str) -> "Step":
        """Add a message; returns the step, so that a use case can say and return."""
        self.says.append(Say(response, params, buttons))
        return self

    def to_json(self) -> dict[str, Any]:
        """The step as the bot reads it."""
        return {
            "say": [
                {
                    "response": said.response,
                    "params": dict(said.params),
                    "buttons": [{"title": button.title, "payload": button.payload} for button in said.buttons],
                }
                for said in self.says
            ],
            "asked": self.asked,
            "slots": {"lang": self.language, "order_id": self.order_id},
            "handoff": {"reason": self.handoff.reason, "open_slot": self.handoff.open_slot} if self.handoff else None,
            "order_id": self.order_id,
        }
