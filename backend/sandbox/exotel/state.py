"""What Exotel remembers: calls with their legs, what was spoken and typed, and the account's limits."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from backend.sandbox.base import Json
from backend.sandbox.clock import Timer
from backend.sandbox.people import Person
from backend.sandbox.settings import FlowStep
from backend.sandbox.world import World

INDIA_H: Final = 5.5
SETTLE_S: Final = 120
_KEPT_S: Final = 120
type Phase = Literal["ringing", "speaking", "gather", "talking", "ended"]


@dataclass(slots=True)
class Leg:
    """One phone of a call."""

    number: str
    person: Person | None
    status: str | None = None
    answered_at: float | None = None
    ended_at: float | None = None

    def duration(self) -> int:
        """Return how many whole seconds the leg was on the call."""
        if self.answered_at is None or self.ended_at is None:
            return 0
        return int(self.ended_at - self.answered_at)


@dataclass(slots=True)
class Gather:
    """A question that waits for digits."""

    prompt: str
    repeat_prompt: str
    most: int
    finish: str
    timeout_s: float
    repeats: int
    typed: str = ""


@dataclass(slots=True)
class Call:
    """One call, outbound from the account."""

    sid: str
    caller_id: str
    form: Json
    legs: list[Leg]
    app_id: str | None
    created_at: float
    status: str = "in-progress"
    phase: Phase = "ringing"
    ringing: int = 0
    step: FlowStep | None = None
    gather: Gather | None = None
    digits: str = ""
    captions: list[Json] = field(default_factory=list)
    ended_at: float | None = None
    timer: Timer | None = None
    limit: Timer | None = None

    @property
    def custom_field(self) -> str:
        """Return the caller's own reference."""
        return str(self.form.get("CustomField", ""))


@dataclass(slots=True)
class ExotelState:
    """Everything the simulated Exotel keeps."""

    world: World
    calls: dict[str, Call] = field(default_factory=dict)
    flows: dict[str, list[FlowStep]] = field(default_factory=dict)
    requests: list[float] = field(default_factory=list)
    wallet_empty: bool = False

    def __post_init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget all calls and restore flows and limits."""
        self.calls.clear()
        self.requests.clear()
        self.wallet_empty = False
        self.flows = self.world.settings.flows()

    def stamp(self, at: float | None) -> str | None:
        """Return a time without a zone, as Exotel writes it, in India."""
        if at is None:
            return None
        offset = at - self.world.clock.unix()
        local = self.world.clock.in_zone(INDIA_H + offset / 3600)
        return datetime.strftime(local, "%Y-%m-%d %H:%M:%S")

    def describe(self, call: Call, *, details: bool = False) -> Json:
        """Return a call as the API shows it; length and price settle two minutes after the end."""
        settled = call.ended_at is not None and self.world.clock.unix() - call.ended_at >= SETTLE_S
        body: Json = {
            "Sid": call.sid,
            "ParentCallSid": None,
            "DateCreated": self.stamp(call.created_at),
            "DateUpdated": self.stamp(call.ended_at or call.created_at),
            "AccountSid": self.world.settings.exotel_sid,
            "To": call.legs[-1].number if len(call.legs) > 1 else call.caller_id,
            "From": call.legs[0].number,
            "PhoneNumberSid": call.caller_id,
            "Status": call.status,
            "StartTime": self.stamp(call.created_at),
            "EndTime": self.stamp(call.ended_at) if settled else None,
            "Duration": call.legs[0].duration() if settled else None,
            "Price": "0.500000" if settled else None,
            "Direction": "outbound-api",
            "AnsweredBy": None,
            "Uri": f"/v1/Accounts/{self.world.settings.exotel_sid}/Calls/{call.sid}",
            "RecordingUrl": None,
        }
        return body | ({"Details": _details(call)} if details else {})

    def view(self, person: Person) -> Json:
        """Return the calls on a person's phone: the one going on, and those of the last two minutes."""
        since = self.world.clock.unix() - _KEPT_S
        own = [c for c in self.calls.values() if any(leg.person is person for leg in c.legs)]
        return {
            "calls": [self._on_screen(c, person) for c in own if c.phase != "ended" or (c.ended_at or 0) > since],
            "log": [
                {
                    "at": c.created_at,
                    "from": self.world.settings.exotel_labels.get(c.caller_id, c.caller_id),
                    "status": _own_leg(c, person).status,
                }
                for c in own[-30:]
            ],
        }

    def _on_screen(self, call: Call, person: Person) -> Json:
        index = next(i for i, leg in enumerate(call.legs) if leg.person is person)
        leg = call.legs[index]
        ringing = call.phase == "ringing" and call.ringing == index
        waiting = call.phase == "ringing" and call.ringing < index
        return {
            "sid": call.sid,
            "from": call.caller_id,
            "label": self.world.settings.exotel_labels.get(call.caller_id, "Unknown number"),
            "phase": "waiting" if waiting else ("ringing" if ringing else ("ended" if leg.ended_at else call.phase)),
            "status": leg.status,
            "captions": call.captions,
            "digits": call.gather.typed if call.gather else "",
            "with": [other.person.name for other in call.legs if other.person and other is not leg],
        }


def _own_leg(call: Call, person: Person) -> Leg:
    return next(leg for leg in call.legs if leg.person is person)


def _details(call: Call) -> Json:
    legs = {f"Leg{i}Status": leg.status for i, leg in enumerate(call.legs, start=1)}
    talked = min((leg.duration() for leg in call.legs), default=0)
    rows = [{"Leg": {"Id": i, "OnCallDuration": leg.duration()}} for i, leg in enumerate(call.legs, start=1)]
    return {"ConversationDuration": talked, **legs, "Legs": rows}
