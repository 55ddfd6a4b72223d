"""HTTP of ladders: their versions, what they do to an order and would do, and a person's hand on a running one."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter

from backend.comms import repository
from backend.comms.ladder_faults import fault_of
from backend.comms.ladders import KINDS, Ladder, Rung, Step
from backend.comms.router.access import (
    Admin,
    ControlDep,
    ForecastsDep,
    Ops,
    OrdersDep,
    PlansDep,
    visible_order,
)
from backend.comms.schemas import (
    ExpectedRung,
    ExpectedStep,
    LadderBody,
    LadderStep,
    LadderView,
    NewLadder,
    Outlook,
    Outlooks,
    PreviewRequest,
    SteerRequest,
)
from backend.comms.service.control import Steer, Wish
from backend.comms.service.forecasts import LadderOutlook
from backend.comms.service.versions import ladder_of, may_change
from backend.platform.errors import ForbiddenError, NotFoundError, UnprocessableError
from backend.platform.intents import NamedIntentDep
from backend.platform.timers import TimerKind
from backend.platform.web import SessionDep

router = APIRouter(tags=["comms"])


@router.get("/ladders")
async def ladders(session: SessionDep, _: Ops) -> list[LadderView]:
    """List the active ladders."""
    return [
        LadderView(kind=row.kind, city=row.city, tier=row.tier, version=row.version, **_shown(ladder_of(row)))
        for row in await repository.policies(session)
    ]


@router.put("/ladders/{kind}")
async def save_ladder(
    kind: TimerKind, body: NewLadder, session: SessionDep, plans: PlansDep, principal: Admin
) -> LadderView:
    """Make a new version of a ladder; running ladders keep theirs.

    It holds for all shops of its place: the house's admins change it, in a city the city's own.
    """
    if body.city is not None:
        principal.check_city(body.city)
    if not may_change(principal, body.city):
        raise ForbiddenError
    ladder = _ladder(_known(kind), body)
    row = await plans.save(session, kind, ladder, by=str(principal.actor), city=body.city, tier=body.tier)
    return LadderView(kind=kind, city=body.city, tier=body.tier, version=row.version or 0, **_shown(row))


def _ladder(kind: TimerKind, body: LadderBody) -> Ladder:
    quiet = None
    if body.quiet_from is not None and body.quiet_until is not None:
        quiet = (body.quiet_from, body.quiet_until)
    steps = _steps(body.steps)
    if fault := fault_of(kind, steps):
        raise UnprocessableError(fault)
    return Ladder(steps, quiet, body.max_calls_hour)


def _steps(given: Sequence[LadderStep]) -> tuple[Step, ...]:
    try:
        steps = [Step(row.after_s, tuple(Rung(rung) for rung in row.rungs)) for row in given]
    except ValueError as error:
        raise UnprocessableError(str(error)) from error
    return tuple(sorted(steps, key=lambda step: step.after_s))


def _shown(ladder: Ladder) -> dict[str, Any]:
    quiet_from, quiet_until = ladder.quiet or (None, None)
    steps = [LadderStep(after_s=step.after_s, rungs=[str(rung) for rung in step.rungs]) for step in ladder.steps]
    return {
        "steps": steps,
        "quiet_from": quiet_from,
        "quiet_until": quiet_until,
        "max_calls_hour": ladder.max_calls_hour,
    }


@router.get("/comms/ladders/{order_id}")
async def running_ladders(
    order_id: str, session: SessionDep, orders: OrdersDep, forecasts: ForecastsDep, principal: Ops
) -> Outlooks:
    """Say who is being chased for an order now, and what comes if nobody answers."""
    order = await visible_order(session, orders, principal, order_id)
    return Outlooks(order_id=order.id, ladders=[_outlook(row) for row in await forecasts.running(session, order)])


@router.post("/comms/ladders/{order_id}/{kind}/preview")
async def preview_ladder(
    order_id: str,
    kind: TimerKind,
    body: PreviewRequest,
    session: SessionDep,
    orders: OrdersDep,
    forecasts: ForecastsDep,
    principal: Ops,
) -> Outlook:
    """Say second by second what a ladder would do to an order; nothing is sent."""
    order = await visible_order(session, orders, principal, order_id)
    tried = None if body.tried is None else _ladder(_known(kind), body.tried)
    return _outlook(await forecasts.preview(session, order, _known(kind), tried))


@router.post("/comms/ladders/{order_id}/{kind}/{act}")
async def steer_ladder(
    order_id: str,
    kind: TimerKind,
    act: Steer,
    body: SteerRequest,
    session: SessionDep,
    orders: OrdersDep,
    forecasts: ForecastsDep,
    control: ControlDep,
    principal: Ops,
    intent: NamedIntentDep,
) -> Outlooks:
    """Hold a ladder, let it go on, skip its next step, take that step now, or take the matter over."""
    order = await visible_order(session, orders, principal, order_id)
    wish = Wish(act, _known(kind), principal.actor, body.reason, body.for_s)

    async def steer() -> Outlooks:
        await control.steer(session, order.id, wish)
        return Outlooks(order_id=order.id, ladders=[_outlook(row) for row in await forecasts.running(session, order)])

    return await intent.once(session, body, Outlooks, steer)


def _known(kind: TimerKind) -> TimerKind:
    """Return the kind where it is one of a ladder; other timers chase nobody."""
    if kind not in KINDS:
        raise NotFoundError
    return kind


def _outlook(row: LadderOutlook) -> Outlook:
    steps = [
        ExpectedStep(
            step=step.step,
            after_s=step.after_s,
            in_s=round(step.in_s, 1),
            rungs=[ExpectedRung(rung=str(verdict.rung), withheld=verdict.withheld) for verdict in step.verdicts],
        )
        for step in row.steps
    ]
    return Outlook(
        ladder=row.kind,
        callee=row.callee,
        version=row.version,
        waits=row.waits,
        due_at=row.due_at,
        hold=dict(row.hold),
        steps=steps,
    )
