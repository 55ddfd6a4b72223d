"""HTTP of ladders: their versions, what they do to an order and would do, and a person's hand on a running one."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter

from backend.comms import repository
from backend.comms.ladders import KINDS, Rung, Step, steps_from_json
from backend.comms.router.access import (
    Admin,
    ControlDep,
    ForecastsDep,
    IntentDep,
    Ops,
    OrdersDep,
    PlansDep,
    visible_order,
)
from backend.comms.schemas import (
    ExpectedRung,
    ExpectedStep,
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
from backend.platform.errors import NotFoundError, UnprocessableError
from backend.platform.timers import TimerKind
from backend.platform.web import SessionDep

router = APIRouter(tags=["comms"])


@router.get("/ladders")
async def ladders(session: SessionDep, _: Ops) -> list[LadderView]:
    """List the active ladders."""
    return [_ladder_view(row) for row in await repository.policies(session)]


@router.put("/ladders/{kind}")
async def save_ladder(
    kind: TimerKind, body: NewLadder, session: SessionDep, plans: PlansDep, principal: Admin
) -> LadderView:
    """Make a new version of a ladder; running ladders keep theirs."""
    steps = _steps(body.steps)
    row = await plans.save(session, kind, steps, by=str(principal.actor), city=body.city, tier=body.tier)
    return _ladder_view(row)


def _steps(given: Sequence[LadderStep]) -> tuple[Step, ...]:
    try:
        steps = [Step(row.after_s, tuple(Rung(rung) for rung in row.rungs)) for row in given]
    except ValueError as error:
        raise UnprocessableError(str(error)) from error
    return tuple(sorted(steps, key=lambda step: step.after_s))


def _ladder_view(row: Any) -> LadderView:
    steps = [
        LadderStep(after_s=step.after_s, rungs=[str(rung) for rung in step.rungs])
        for step in steps_from_json(row.steps)
    ]
    return LadderView(kind=row.kind, city=row.city, tier=row.tier, version=row.version, steps=steps)


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
    steps = None if body.steps is None else _steps(body.steps)
    return _outlook(await forecasts.preview(session, order, _known(kind), steps))


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
    intent: IntentDep,
) -> Outlooks:
    """Hold a ladder, let it go on, skip its next step, take that step now, or take the matter over."""
    order = await visible_order(session, orders, principal, order_id)
    wish = Wish(act, _known(kind), principal.actor, body.reason, body.for_s)

    async def steer() -> Outlooks:
        await control.steer(session, order.id, wish)
        return Outlooks(order_id=order.id, ladders=[_outlook(row) for row in await forecasts.running(session, order)])

    return await intent.once(session, f"POST /comms/ladders/{order.id}/{kind}/{act}", body, Outlooks, steer)


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
