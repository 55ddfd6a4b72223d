"""What is wrong with a ladder before anybody runs by it, in words for whoever wrote it; pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from backend.comms.ladders import KINDS, Rung, Step
from backend.platform.timers import TimerKind

# An order that ends sooner could not be paid by anybody.
_SHORTEST_S: Final = 60
# What only some kinds can do: why the others can't.
_STRANGE: Final = {
    Rung.WHATSAPP: "{kind} has no message of its own; ring or call instead",
    Rung.NEXT_RIDER: "{kind} offers nothing to the next rider",
    Rung.QUERY: "only a payment's provider can be asked: take query out",
    Rung.REMIND: "only an order that is not paid is reminded of: take remind out",
    Rung.CANCEL: "only an order that is not paid ends by itself: take cancel out",
}
# What nothing comes after, where a kind has it.
_FINAL: Final = {Rung.NEXT_RIDER: "the next rider", Rung.CANCEL: "the end of the order"}
_WANTING: Final = {
    Rung.ADMIN: "somebody must come in the end: add a step with admin",
    Rung.CANCEL: "an order that nobody pays must end: add a step with cancel",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and in which step, counted from 0; None where it is the ladder as a whole."""

    words: str
    step: int | None = None


def fault_of(kind: TimerKind, steps: Sequence[Step]) -> str:
    """Say why a ladder of a kind can't be so, for whoever wants it so; empty where it can. `steps` are by time."""
    return next((fault.words for fault in faults_of(kind, steps)), "")


def faults_of(kind: TimerKind, steps: Sequence[Step]) -> Iterator[Fault]:
    """Yield all that is wrong with a ladder of a kind; nothing where it may run. `steps` are by time."""
    if kind not in KINDS:
        yield Fault(f"{kind} is no ladder")
        return
    for place, step in enumerate(steps):
        yield from (Fault(words, place) for words in _of_step(kind, step))
        if place and step.after_s == steps[place - 1].after_s:
            yield Fault("two steps at one time: put what they do into one", place)
        if step is not steps[-1]:
            yield from (Fault(f"nothing comes after {words}", place) for words in _final(kind, step))
    if all(set(step.rungs).isdisjoint(KINDS[kind].ends) for step in steps):
        yield Fault(_WANTING[KINDS[kind].ends[0]])


def _of_step(kind: TimerKind, step: Step) -> Iterator[str]:
    allowed = KINDS[kind].rungs
    for rung in step.rungs:
        if rung not in allowed:
            own = Rung.RING in allowed and rung in _STRANGE
            yield _STRANGE[rung].format(kind=kind) if own else f"{kind} has {' and '.join(allowed)} alone"
    if step.after_s < 0 and kind is not TimerKind.PROCESSING_REMINDER:
        yield "only a reminder comes before what it is about: put it at 0 s or later"
    if Rung.CANCEL in step.rungs and step.after_s < _SHORTEST_S:
        yield f"an order can be paid for {_SHORTEST_S} s at least: let it end later"


def _final(kind: TimerKind, step: Step) -> Iterator[str]:
    yield from (words for rung, words in _FINAL.items() if rung in step.rungs)
    if kind is TimerKind.PAYMENT_PENDING and Rung.ADMIN in step.rungs:
        yield "a person has the payment"
