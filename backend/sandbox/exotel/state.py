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
        """Return the calls on a person's phone: the one going on, and those lately talked on."""
        own = [c for c in self.calls.values() if any(leg.person is person for leg in c.legs)]
        log = [{"at": c.created_at, "from": self._label(c), "status": _own_leg(c, person).status} for c in own[-30:]]
        return {"calls": [self._on_screen(c, person) for c in own if self._shows(c, person)], "log": log}

    def _label(self, call: Call) -> str:
        return self.world.settings.exotel_labels.get(call.caller_id, call.caller_id)

    def _shows(self, call: Call, person: Person) -> bool:
        """Say whether a call is on the screen: it rings, it goes on, or it was talked on and has just ended."""
        leg = _own_leg(call, person)
        if call.ended_at is None:
            return leg is call.legs[0] or call.ringing > 0
        return leg.answered_at is not None and self.world.clock.unix() - call.ended_at < _KEPT_S

    def _on_screen(self, call: Call, person: Person) -> Json:
        leg = _own_leg(call, person)
        return {
            "sid": call.sid,
            "from": call.caller_id,
            "label": self._label(call),
            "phase": _phase(call, leg),
            "status": leg.status,
            "captions": call.captions,
            "digits": call.gather.typed if call.gather else "",
            "with": [other.person.name for other in call.legs if other.person and other is not leg],
        }


def _phase(call: Call, leg: Leg) -> str:
    """Return what one party notices: who waits for the other to pick up is already on the line."""
    if leg.ended_at is not None:
        return "ended"
    waits = call.phase == "ringing" and leg is not call.legs[call.ringing]
    return "talking" if waits else call.phase


def _own_leg(call: Call, person: Person) -> Leg:
    return next(leg for leg in call.legs if leg.person is person)


def _details(call: Call) -> Json:
    legs = {f"Leg{i}Status": leg.status for i, leg in enumerate(call.legs, start=1)}
    talked = min((leg.duration() for leg in call.legs), default=0)
    rows = [{"Leg": {"Id": i, "OnCallDuration": leg.duration()}} for i, leg in enumerate(call.legs, start=1)]
    return {"ConversationDuration": talked, **legs, "Legs": rows}
