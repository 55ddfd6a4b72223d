"""Which rungs of a step may go out now, and what a ladder will do from here; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from backend.comms.ladders import Rung, Step, skip_overdue

SWITCHED_OFF: Final = "switched_off"
CALLED_TOO_OFTEN: Final = "called_too_often"
CALLS: Final = frozenset({Rung.RING, Rung.IVR})


@dataclass(frozen=True, slots=True)
class Conditions:
    """What stands in the way of reaching somebody.

    Attributes:
        messages: Why no message may go out; empty where one may.
        calls: Why no call may.
        calls_left: Calls that this person may still get within the hour, of all orders together.
    """

    messages: str = ""
    calls: str = ""
    calls_left: int = 1


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
    """Say of each rung of a step whether it goes out; a channel that is off never holds a ladder up."""
    return tuple(Verdict(rung, _objection(rung, conditions)) for rung in rungs)


def _objection(rung: Rung, conditions: Conditions) -> str:
    if rung is Rung.WHATSAPP:
        return conditions.messages
    if rung not in CALLS:
        return ""
    return conditions.calls or ("" if conditions.calls_left > 0 else CALLED_TOO_OFTEN)


def forecast(steps: Sequence[Step], step: int, due_s: float, conditions: Conditions) -> tuple[Expected, ...]:
    """Say what a ladder will do if nobody answers, second by second.

    Args:
        steps: The ladder's steps, by time.
        step: The one that comes next.
        due_s: Seconds until it is due; below 0 where it is overdue.
        conditions: As they are now.
    """
    start_s, expected, left = due_s - steps[step].after_s, list[Expected](), conditions.calls_left
    for place in range(skip_overdue(tuple(steps), step, max(-due_s, 0)), len(steps)):
        now = Conditions(conditions.messages, conditions.calls, left)
        verdicts = judge(steps[place].rungs, now)
        left -= sum(verdict.rung in CALLS and not verdict.withheld for verdict in verdicts)
        expected.append(Expected(place, steps[place].after_s, max(start_s + steps[place].after_s, 0), verdicts))
        if Rung.NEXT_RIDER in steps[place].rungs:
            break
    return tuple(expected)
