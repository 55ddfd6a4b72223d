"""Which rungs of a step go out under given conditions, and what a ladder will do from here; pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Final

from backend.comms.ladders import Rung, Step, skip_overdue

SWITCHED_OFF: Final = "switched_off"
PROVIDER_DOWN: Final = "provider_down"
TEMPLATE_REFUSED: Final = "template_refused"
QUIET_HOURS: Final = "quiet_hours"
CALLED_TOO_OFTEN: Final = "called_too_often"
JUST_RUNG: Final = "just_rung"
CALLS: Final = frozenset({Rung.RING, Rung.IVR})


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Hours of the day without calls, local time; they may go over midnight. Until is not part of them."""

    start: time
    until: time

    def hold(self, at: datetime) -> bool:
        """Say whether a local time lies within."""
        if self.start <= self.until:
            return self.start <= at.time() < self.until
        return at.time() >= self.start or at.time() < self.until


@dataclass(frozen=True, slots=True)
class Conditions:
    """What stands in the way of reaching somebody.

    Attributes:
        at: The time, in the callee's zone.
        messages: Whether messages are switched on for the city and tier.
        calls: Whether calls are.
        messages_down: Whether the provider of messages is down, or has stopped the shop's account.
        template_refused: Whether the ladder's template was paused or rejected in the person's language.
        calls_down: Whether that of calls is.
        quiet: Hours without calls; None for none.
        calls_left: Calls that this person may still get within the hour, of all orders together.
        just_rung: Whether they were rung a moment ago for the same purpose, for another order.
    """

    at: datetime
    messages: bool = True
    calls: bool = True
    messages_down: bool = False
    template_refused: bool = False
    calls_down: bool = False
    quiet: QuietHours | None = None
    calls_left: int = 1
    just_rung: bool = False

    def later(self, seconds: float, calls_spent: int) -> "Conditions":
        """Return the conditions as they will be, as far as can be known."""
        left = self.calls_left - calls_spent
        return replace(self, at=self.at + timedelta(seconds=seconds), calls_left=left, just_rung=False)


@dataclass(frozen=True, slots=True)
class PlacedCall:
    """A call to somebody that was not called off.

    Attributes:
        in_hour: Whether it counts among the calls of the last hour.
        just_now: Whether it was asked for so lately that it stands for a ring about another order too.
    """

    id: str
    callee: str
    purpose: str
    order_id: str
    in_hour: bool
    just_now: bool


class RecentCalls:
    """Calls to people of late. Who decides on several steps notes what each changes before the next one is judged."""

    def __init__(self, calls: Iterable[PlacedCall], covers_s: float) -> None:
        """Begin with the calls on record; `covers_s`: how long one ring stands for all orders, 0 for not at all."""
        self._of = defaultdict[str, list[PlacedCall]](list)
        for call in calls:
            self._of[call.callee].append(call)
        self._covers = covers_s > 0

    def placed(self, callee: str) -> int:
        """Return how often somebody was called within the hour, for any order and purpose."""
        return sum(call.in_hour for call in self._of[callee])

    def just_rung(self, callee: str, purpose: str, order_id: str) -> bool:
        """Say whether somebody was rung for the same purpose a moment ago, for another order."""
        return any(call.just_now and call.purpose == purpose and call.order_id != order_id for call in self._of[callee])

    def add(self, callee: str, purpose: str, order_id: str) -> None:
        """Count a call that goes out now."""
        self._of[callee].append(PlacedCall("", callee, purpose, order_id, in_hour=True, just_now=self._covers))

    def drop(self, callee: str, call_id: str) -> None:
        """Count a call no more that is called off now."""
        self._of[callee] = [call for call in self._of[callee] if call.id != call_id]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A rung, and why it is held back; empty where it goes out."""

    rung: Rung
    withheld: str = ""


@dataclass(frozen=True, slots=True)
class Expected:
    """A step that lies ahead: `in_s` seconds from now, never below 0."""

    step: int
    after_s: float
    in_s: float
    verdicts: tuple[Verdict, ...]


def judge(rungs: Sequence[Rung], conditions: Conditions) -> tuple[Verdict, ...]:
    """Say of each rung of a step whether it goes out; a channel that is off or down never holds a ladder up.

    Where messages do not get through, a step that has one rings too: the message waits at its sender, the phone does
    not. Where calls do not either, a person of the city is called at once.
    """
    verdicts = [Verdict(rung, _objection(rung, conditions)) for rung in rungs]
    unheard = conditions.messages_down or conditions.template_refused or not conditions.messages
    if Rung.WHATSAPP in rungs and unheard and CALLS.isdisjoint(rungs):
        instead = Verdict(Rung.RING, _objection(Rung.RING, conditions))
        if not instead.withheld:
            return (*verdicts, instead)
        if instead.withheld == PROVIDER_DOWN and Rung.ADMIN not in rungs:
            return (*verdicts, instead, Verdict(Rung.ADMIN))
    return tuple(verdicts)


def _objection(rung: Rung, conditions: Conditions) -> str:
    objections = _OBJECTIONS.get(rung, _none)(conditions)
    return next((words for holds, words in objections if holds), "")


type Objections = tuple[tuple[bool, str], ...]


def _none(_conditions: Conditions) -> Objections:
    return ()


def _to_message(conditions: Conditions) -> Objections:
    return ((not conditions.messages, SWITCHED_OFF), (conditions.template_refused, TEMPLATE_REFUSED))


def _to_call(conditions: Conditions) -> Objections:
    return (
        (not conditions.calls, SWITCHED_OFF),
        (conditions.calls_down, PROVIDER_DOWN),
        (conditions.quiet is not None and conditions.quiet.hold(conditions.at), QUIET_HOURS),
        (conditions.calls_left <= 0, CALLED_TOO_OFTEN),
    )


def _to_ring(conditions: Conditions) -> Objections:
    return (*_to_call(conditions), (conditions.just_rung, JUST_RUNG))


_OBJECTIONS: Final[Mapping[Rung, Callable[[Conditions], Objections]]] = {
    Rung.WHATSAPP: _to_message,
    Rung.RING: _to_ring,
    Rung.IVR: _to_call,
}


def forecast(steps: Sequence[Step], step: int, due_s: float, conditions: Conditions) -> tuple[Expected, ...]:
    """Say what a ladder will do if nobody answers, second by second.

    Args:
        steps: The ladder's steps, by time.
        step: The one that comes next.
        due_s: Seconds until it is due; below 0 where it is overdue.
        conditions: As they are now.
    """
    start_s, expected, spent = due_s - steps[step].after_s, list[Expected](), 0
    for place in range(skip_overdue(tuple(steps), step, max(-due_s, 0)), len(steps)):
        in_s = max(start_s + steps[place].after_s, 0)
        verdicts = judge(steps[place].rungs, conditions.later(in_s, spent) if in_s else conditions)
        spent += sum(verdict.rung in CALLS and not verdict.withheld for verdict in verdicts)
        expected.append(Expected(place, steps[place].after_s, in_s, verdicts))
        if Rung.NEXT_RIDER in steps[place].rungs:
            break
    return tuple(expected)
