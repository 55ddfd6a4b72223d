"""HTTP of riders: paper two, section 6.3, and what a rider's own app needs beside it."""
# ruff: noqa: FAST003 - the path's rider_id is read by the dependency that finds the rider.

from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Query
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncSession

from backend.dispatch.errors import DeskRefusedError, NowhereToGoError, RiderNotFoundError, UnknownAreaError
from backend.dispatch.planning.ports import Aim, Offer, Plan
from backend.dispatch.ports import DeskResult, RiderView
from backend.dispatch.schemas import (
    AckIn,
    AssignIn,
    AvailableOut,
    BatchIn,
    BatchOut,
    DeliverIn,
    FiguresOut,
    OfferOut,
    PickUpIn,
    PositionIn,
    RiderOut,
    RouteIn,
    RouteOut,
    ShiftIn,
    StepOut,
    SuggestionOut,
    TroubleIn,
    UndeliveredIn,
    WaitingIn,
)
from backend.dispatch.service import BatchService, DispatchService, RidersService, RouteWatch, on_time_s
from backend.geo.geometry import length_m
from backend.geo.ports import Point
from backend.geo.service import GeoService, decode_line, encode_line, great_circle_m
from backend.orders.service import OrdersService
from backend.platform.actors import Source
from backend.platform.auth.dependencies import require
from backend.platform.auth.principal import Principal, Role
from backend.platform.db.session import Database
from backend.platform.errors import ForbiddenError
from backend.platform.idempotency import parse_key
from backend.platform.ids import new_uuid
from backend.platform.intents import IntentDep
from backend.platform.observability.trace import trace_id
from backend.platform.web import Problem, SessionDep, problem_response, provide

router = APIRouter()

_COUNTED: Final = frozenset({"dispatch.wrong_code", "dispatch.code_locked"})
_STAFF: Final = (Role.SERVICE, Role.ADMIN, Role.AGENT, Role.OWNER)

RidersDep = Annotated[RidersService, Depends(provide(RidersService))]
DeskDep = Annotated[DispatchService, Depends(provide(DispatchService))]
OrdersDep = Annotated[OrdersService, Depends(provide(OrdersService))]
WatchDep = Annotated[RouteWatch, Depends(provide(RouteWatch))]
GeoDep = Annotated[GeoService, Depends(provide(GeoService))]
DatabaseDep = Annotated[Database, Depends(provide(Database))]
BatchDep = Annotated[BatchService, Depends(provide(BatchService))]
CityStaff = Annotated[Principal, Depends(require(Role.SERVICE, Role.ADMIN))]
Staff = Annotated[Principal, Depends(require(*_STAFF))]
StaffOrRider = Annotated[Principal, Depends(require(*_STAFF, Role.RIDER))]


async def _key(
    header: Annotated[str | None, Header(alias="Idempotency-Key", description="Names one intent.")] = None,
) -> str:
    return parse_key(header) or new_uuid()


KeyDep = Annotated[str, Depends(_key)]


async def visible_rider(rider_id: str, session: SessionDep, riders: RidersDep, principal: StaffOrRider) -> RiderView:
    """Return the rider of the path, where the caller may see them."""
    principal.check_self(Role.RIDER, rider_id)
    rider = await riders.get(session, rider_id)
    principal.check_city(rider.city)
    if principal.merchant_id is not None and rider.merchant_id not in {None, principal.merchant_id}:
        raise RiderNotFoundError(rider_id=rider_id)
    return rider


RiderDep = Annotated[RiderView, Depends(visible_rider)]


def _step(order_id: str, result: DeskResult) -> StepOut:
    """Return what became of a step; a refusal becomes 409 with its own code as the reason."""
    if result.outcome == "refused":
        raise DeskRefusedError(reason=result.code, message_key=result.message_key, order_id=order_id)
    return StepOut(order_id=order_id, outcome=result.outcome, detail=dict(result.params))


async def check_order(session: AsyncSession, orders: OrdersService, principal: Principal, order_id: str) -> None:
    """Refuse, as if it did not exist, an order of another city or merchant."""
    order = await orders.get(session, order_id)
    principal.check_city(order.city)
    principal.check_merchant(order.merchant_id)


@router.get("/riders/available")
async def available(
    session: SessionDep,
    riders: RidersDep,
    geo: GeoDep,
    principal: Staff,
    area: Annotated[str, Query(min_length=2, max_length=80, description="A city, or a quarter or landmark of one.")],
) -> list[AvailableOut]:
    """List the riders on shift who can carry one more, the nearest to the area first."""
    place = geo.find(area)
    if place is None:
        raise UnknownAreaError(area=area)
    principal.check_city(place.city)
    found = await riders.available(session, place.city, principal.merchant_id)
    rows = [_available(rider, place.at) for rider in found if rider.load < rider.capacity]
    return sorted(rows, key=lambda row: (row.distance_m is None, row.distance_m or 0, row.id))


def _available(rider: RiderView, centre: Point) -> AvailableOut:
    row = AvailableOut.model_validate(rider)
    if rider.lat is not None and rider.lng is not None:
        row.distance_m = round(great_circle_m(Point(rider.lat, rider.lng), centre), 1)
    return row


@router.get("/riders/{rider_id}")
async def get_rider(rider: RiderDep) -> RiderOut:
    """Return a rider's profile, shift and capacity."""
    return RiderOut.model_validate(rider)


@router.get("/riders/{rider_id}/metrics")
async def metrics(
    session: SessionDep,
    riders: RidersDep,
    rider: RiderDep,
    days: Annotated[int, Query(ge=1, le=365, description="The last so many days.")] = 30,
) -> FiguresOut:
    """Return how a rider did: acceptance, deliveries on time, earnings."""
    return FiguresOut.model_validate(await riders.figures(session, rider.id, on_time_s=on_time_s(), days=days))


@router.get("/orders/{order_id}/suggestions")
async def suggestions(
    order_id: str, session: SessionDep, desk: DeskDep, orders: OrdersDep, principal: Staff
) -> list[SuggestionOut]:
    """Say who could carry an order, the best first, with the reasons."""
    await check_order(session, orders, principal, order_id)
    return [SuggestionOut.model_validate(row) for row in await desk.suggest(session, order_id)]


@router.get("/dispatch/batches/preview")
async def preview_batch(
    database: DatabaseDep,
    batches: BatchDep,
    principal: CityStaff,
    city: Annotated[str, Query(min_length=2, max_length=80, description="The city.")],
    aim: Annotated[Aim, Query(description="fast for short waits, few_riders to save riders.")] = Aim.FAST,
) -> BatchOut:
    """Say which riders the packed orders of a city would be offered to, with the reasons; nothing changes."""
    _check_whole_city(principal, city)
    planned = await batches.preview(database, city, aim)
    return _batch(planned, aim, planned.offers)


@router.post("/dispatch/batches")
async def run_batch(body: BatchIn, database: DatabaseDep, batches: BatchDep, principal: CityStaff) -> BatchOut:
    """Offer the packed orders of a city as the plan says; again, it offers what still waits."""
    _check_whole_city(principal, body.city)
    result = await batches.run(database, body.city, body.aim, actor=principal.actor, source=Source.API)
    answer = _batch(result.plan, body.aim, result.applied)
    answer.refused = dict(result.refused)
    return answer


def _check_whole_city(principal: Principal, city: str) -> None:
    """Refuse who does not serve the city, and who serves one merchant of it alone."""
    principal.check_city(city)
    if principal.merchant_id is not None:
        raise ForbiddenError


def _batch(planned: Plan, aim: Aim, offers: Sequence[Offer]) -> BatchOut:
    return BatchOut(
        aim=aim,
        offers=[OfferOut.model_validate(offer) for offer in offers],
        left=list(planned.left),
        riders=planned.riders,
        travel_s=round(planned.travel_s, 1),
        mean_s=None if planned.mean_s is None else round(planned.mean_s, 1),
    )


@router.post("/riders/{rider_id}/assign")
async def assign(
    body: AssignIn,
    session: SessionDep,
    desk: DeskDep,
    orders: OrdersDep,
    principal: Staff,
    rider: RiderDep,
    key: KeyDep,
) -> StepOut:
    """Offer an order to a rider; the same key again answers the same."""
    await check_order(session, orders, principal, body.order_id)
    actor = principal.actor
    result = await desk.assign(
        session, body.order_id, rider.id, actor=actor, source=Source.API, command_id=f"{actor}:{key}"
    )
    return _step(body.order_id, DeskResult(result.outcome, result.code, result.message_key, result.params))


@router.post("/riders/{rider_id}/ack")
async def acknowledge(body: AckIn, session: SessionDep, desk: DeskDep, rider: RiderDep, key: KeyDep) -> StepOut:
    """Take or refuse an offered order."""
    result = await desk.acknowledge(
        session,
        body.order_id,
        rider.id,
        accept=body.action == "accept",
        reason=body.reason,
        source=Source.API,
        command_id=f"rider:{rider.id}:{key}",
    )
    return _step(body.order_id, result)


@router.post("/riders/{rider_id}/waiting")
async def wait_at_counter(body: WaitingIn, session: SessionDep, desk: DeskDep, rider: RiderDep) -> StepOut:
    """Record that the rider stands at the counter; the outlet and the desk are told, once for each rider."""
    return _step(body.order_id, await desk.waits(session, body.order_id, rider.id, source=Source.API))


@router.post("/riders/{rider_id}/pickup")
async def pick_up(body: PickUpIn, session: SessionDep, desk: DeskDep, rider: RiderDep, key: KeyDep) -> StepOut:
    """Record that the rider has the goods."""
    command_id = f"rider:{rider.id}:{key}"
    result = await desk.picked_up(session, body.order_id, rider.id, source=Source.API, command_id=command_id)
    return _step(body.order_id, result)


@router.post("/riders/{rider_id}/deliver", response_model=StepOut)
async def deliver(
    body: DeliverIn, session: SessionDep, desk: DeskDep, rider: RiderDep, key: KeyDep
) -> StepOut | JSONResponse:
    """Record that the customer has the goods, proven by their code, or of a paid order by a photo or signature.

    Cash that was agreed on is booked with the code.
    """
    command_id = f"rider:{rider.id}:{key}"
    if body.proof_id is not None:
        result = await desk.deliver_with_picture(
            session, body.order_id, rider.id, proof_id=body.proof_id, source=Source.API, command_id=command_id
        )
    else:
        result = await desk.deliver(
            session, body.order_id, rider.id, otp=body.otp or "", source=Source.API, command_id=command_id
        )
    return _wrong_try(result) if result.code in _COUNTED else _step(body.order_id, result)


def _wrong_try(result: DeskResult) -> JSONResponse:
    """Answer a wrong code without an exception, so that the transaction commits and the try counts."""
    return problem_response(
        Problem(
            title=DeskRefusedError.title,
            status=DeskRefusedError.http_status,
            detail="The code is not the customer's.",
            code=DeskRefusedError.code,
            trace_id=trace_id(),
            context={"reason": result.code, "message_key": result.message_key},
        )
    )


@router.post("/riders/{rider_id}/undelivered")
async def fail_delivery(
    body: UndeliveredIn, session: SessionDep, desk: DeskDep, rider: RiderDep, key: KeyDep
) -> StepOut:
    """Record that the goods could not be handed over; the customer hears of it, and a person decides what follows."""
    command_id = f"rider:{rider.id}:{key}"
    result = await desk.fail(
        session, body.order_id, rider.id, reason=body.reason, source=Source.API, command_id=command_id
    )
    return _step(body.order_id, result)


@router.post("/riders/{rider_id}/route")
async def set_route(
    body: RouteIn,
    session: SessionDep,
    desk: DeskDep,
    orders: OrdersDep,
    geo: GeoDep,
    rider: RiderDep,
    intent: IntentDep,
) -> RouteOut:
    """Give a rider their way, or plan it anew to the order's drop."""
    planned = await _way_of(session, orders, geo, rider, body)

    async def keep() -> RouteOut:
        _step(body.order_id, await desk.set_route(session, body.order_id, rider.id, planned.polyline))
        return planned

    return await intent.once(session, body, RouteOut, keep)


async def _way_of(
    session: SessionDep, orders: OrdersService, geo: GeoService, rider: RiderView, body: RouteIn
) -> RouteOut:
    if body.polyline is None:
        return await _planned(session, orders, geo, rider, body.order_id)
    length = round(length_m(decode_line(body.polyline)), 1)
    return RouteOut(order_id=body.order_id, polyline=body.polyline, distance_m=length, duration_s=None)


async def _planned(
    session: AsyncSession, orders: OrdersService, geo: GeoService, rider: RiderView, order_id: str
) -> RouteOut:
    drop = (await orders.get(session, order_id)).drop
    if drop is None or drop.lat is None or drop.lng is None or rider.lat is None or rider.lng is None:
        raise NowhereToGoError(order_id=order_id)
    way = await geo.way([Point(rider.lat, rider.lng), Point(drop.lat, drop.lng)])
    line = encode_line(way.points)
    return RouteOut(order_id=order_id, polyline=line, distance_m=way.distance_m, duration_s=way.duration_s)


@router.post("/riders/{rider_id}/exception")
async def report_trouble(
    body: TroubleIn, session: SessionDep, desk: DeskDep, rider: RiderDep, intent: IntentDep
) -> StepOut:
    """Say that the rider can't go on; a card opens for the people of the city."""

    async def report() -> StepOut:
        result = await desk.report_trouble(session, body.order_id, rider.id, kind=body.kind, note=body.note)
        return _step(body.order_id, result)

    return await intent.once(session, body, StepOut, report)


@router.post("/riders/{rider_id}/shift")
async def set_shift(body: ShiftIn, session: SessionDep, riders: RidersDep, rider: RiderDep) -> RiderOut:
    """Begin or end a shift."""
    return RiderOut.model_validate(await riders.set_shift(session, rider.id, on_shift=body.on_shift))


@router.post("/riders/{rider_id}/position")
async def set_position(body: PositionIn, session: SessionDep, watch: WatchDep, rider: RiderDep) -> RiderOut:
    """Record where a rider is; one who has left their way to the customer is told."""
    return RiderOut.model_validate(await watch.report(session, rider.id, Point(body.lat, body.lng)))
