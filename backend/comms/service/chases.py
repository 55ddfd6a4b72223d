"""The due steps of ladders: what is known of each, what becomes of it, and what that is in rows; pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import Counter

from backend.comms.ladders import KINDS, Ladder, LadderKind, Purpose, Rung
from backend.comms.policies import CALLS, Verdict, judge
from backend.comms.ports import Chased, NewCard
from backend.comms.repository import WaitingCall
from backend.comms.service.calls import NOT_IN_TIME
from backend.comms.service.journal import Departure, Outbound
from backend.comms.service.plans import Surroundings
from backend.orders.ports import OrderView
from backend.platform.observability.metrics import (
    LADDER_RUNGS,
    LADDER_WITHHELD,
    PROCESSING_REMINDER_CALLS,
    VENDOR_ACCEPT_SLA_BREACHES,
)
from backend.platform.timers import ClaimedTimer, NewTimer, TimerKind, without_hold


@dataclass(frozen=True, slots=True)
class Chase:
    """One due step of a running ladder."""

    timer: ClaimedTimer
    chased: Chased
    ladder: Ladder
    step: int

    @property
    def kind(self) -> LadderKind:
        """What all ladders of its kind share."""
        return KINDS[self.timer.kind]

    @property
    def order(self) -> OrderView:
        """The order that waits."""
        return self.chased.order

    @property
    def rungs(self) -> tuple[Rung, ...]:
        """What the step does by its row."""
        return self.ladder.steps[self.step].rungs

    @property
    def idem(self) -> str:
        """Names this step of this ladder; a second run of it is the same send."""
        return f"{self.timer.kind}:{self.order.id}:{self.timer.id}:{self.step}"

    @property
    def missed(self) -> bool:
        """Whether it is the end of a ladder that an outlet did not answer."""
        return self.timer.kind is TimerKind.VENDOR_ACCEPT and Rung.ADMIN in self.rungs


@dataclass(frozen=True, slots=True)
class Decided:
    """A step and what becomes of it.

    Attributes:
        chase: The step.
        taken: The rungs that go out.
        withheld: Those that don't, and why.
        overtaken: Calls of an earlier step, not dialled yet, in whose place one of this step comes.
        calls_late: Whether such a call waits though nobody speaks with the person called: the desk hears of it.
        asks_back: Whether the outlet is called since it was taken off.
        now: As the database tells it.
    """

    chase: Chase
    taken: tuple[Rung, ...]
    withheld: tuple[Verdict, ...]
    overtaken: tuple[WaitingCall, ...]
    calls_late: bool
    asks_back: bool
    now: datetime


def judged(chase: Chase, rungs: Sequence[Rung], purpose: Purpose, around: Surroundings) -> tuple[Verdict, ...]:
    """Judge some rungs for whom a step chases, and count the calls that go out."""
    verdicts = judge(rungs, around.conditions(chase.chased, chase.ladder))
    for verdict in verdicts:
        if verdict.rung in CALLS and not verdict.withheld:
            around.recent.add(chase.chased.contact.actor, purpose, chase.order.id)
    return verdicts


def overtake(verdicts: Sequence[Verdict], late: Sequence[WaitingCall], around: Surroundings) -> tuple[WaitingCall, ...]:
    """Return the calls that give way to one of this step, which says all that they would; they count no more."""
    if not late or not any(verdict.rung in CALLS and not verdict.withheld for verdict in verdicts):
        return ()
    for call in late:
        around.recent.drop(call.callee, call.id)
    return tuple(late)


def withheld(chase: Chase, verdict: Verdict) -> Departure:
    """Record what a step does not send, and why."""
    line = Outbound(
        chase.chased.contact,
        chase.order.id,
        str(verdict.rung),
        chase.kind.template if verdict.rung is Rung.WHATSAPP else chase.kind.menu,
        f"{chase.idem}:{verdict.rung}:withheld",
        str(chase.timer.kind),
        chase.step,
        withheld=verdict.withheld,
        trace_id=chase.timer.trace_id,
    )
    return Departure(line)


def card_of(chase: Chase) -> NewCard:
    """Return the card that brings a person."""
    order = chase.order
    detail = {"ladder": str(chase.timer.kind), "callee": chase.chased.contact.actor, "step": chase.step}
    return NewCard(
        chase.kind.exception,
        order.id,
        order.id,
        order.city,
        order.merchant_id,
        order.amount_minor,
        order.currency,
        detail=detail | ({"rider": f"rider:{order.rider_id}"} if order.rider_id else {}),
        trace_id=chase.timer.trace_id,
    )


def following(chase: Chase) -> NewTimer | None:
    """Return the step that follows; none after the last, and the next rider has a ladder anew."""
    place, steps = chase.step + 1, chase.ladder.steps
    if place >= len(steps) or Rung.NEXT_RIDER in chase.rungs:
        return None
    # Counted from the start of the ladder, so that lateness does not add up.
    so_far_s = steps[chase.timer.step].after_s + chase.timer.late_s
    return NewTimer(
        chase.timer.kind,
        chase.order.id,
        max(steps[place].after_s - so_far_s, 0),
        place,
        without_hold(chase.timer.meta),
        str(chase.ladder.policy_id),
        chase.ladder.version,
        trace_id=chase.timer.trace_id,
    )


def figures(decided: Decided) -> Iterator[tuple[Counter, tuple[str, ...]]]:
    """Yield what a step counts as, each a metric with its labels: rungs for the funnel, orders without an answer."""
    chase = decided.chase
    ladder, city, tier = str(chase.timer.kind), chase.order.city, chase.chased.contact.tier
    for verdict in decided.withheld:
        yield LADDER_WITHHELD, (ladder, verdict.rung, verdict.withheld, city)
    for call in decided.overtaken:
        yield LADDER_WITHHELD, (ladder, call.rung, NOT_IN_TIME, city)
    for rung in decided.taken:
        yield LADDER_RUNGS, (ladder, rung, city, tier)
        if chase.timer.kind is TimerKind.PROCESSING_REMINDER and rung in CALLS:
            yield PROCESSING_REMINDER_CALLS, (city,)
    if chase.missed:
        yield VENDOR_ACCEPT_SLA_BREACHES, (city, tier)
