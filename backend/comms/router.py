"""HTTP of comms: kick off ladders, bridge people, read the log, work on cards; the voice provider's webhooks."""

import asyncio
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Header, Request, Response, status
from fastapi.responses import JSONResponse, PlainTextResponse

from backend.comms import repository
from backend.comms.errors import HungUpError, MissingDigitError
from backend.comms.ivr import GATHER_TIMEOUT_S, REPEATS
from backend.comms.ladders import Rung, Step, steps_from_json
from backend.comms.ports import Contact, RiderDesk, VoiceWebhooks
from backend.comms.schemas import (
    BridgeRequest,
    BridgeView,
    CardView,
    CommsLine,
    DtmfWebhook,
    LadderStep,
    LadderView,
    NewLadder,
    NotifyRequest,
    Resolution,
    Started,
)
from backend.comms.service.calls import CallsService
from backend.comms.service.cards import CardsService
from backend.comms.service.ladders import LadderService
from backend.comms.settings import CommsSettings
from backend.customers.service import CustomersService
from backend.orders.ports import OrderView
from backend.orders.service import OrdersService
from backend.platform.auth.dependencies import require
from backend.platform.auth.principal import Principal, Role
from backend.platform.errors import NotFoundError, UnprocessableError
from backend.platform.idempotency import (
    IdempotencyScope,
    KeyMissingError,
    StoredResponse,
    begin,
    fingerprint,
    parse_key,
    record,
)
from backend.platform.inbox import EventIntake, IntakeRow
from backend.platform.observability.metrics import WEBHOOKS
from backend.platform.timers import TimerKind, arm
from backend.platform.web import Page, PageDep, SessionDep, provide
from backend.vendors.service import VendorsService

router = APIRouter(prefix="/api/v1", tags=["comms"])
webhooks = APIRouter(prefix="/webhooks/exotel", tags=["webhooks"])

OrdersDep = Annotated[OrdersService, Depends(provide(OrdersService))]
VendorsDep = Annotated[VendorsService, Depends(provide(VendorsService))]
CustomersDep = Annotated[CustomersService, Depends(provide(CustomersService))]
CallsDep = Annotated[CallsService, Depends(provide(CallsService))]
CardsDep = Annotated[CardsService, Depends(provide(CardsService))]
LaddersDep = Annotated[LadderService, Depends(provide(LadderService))]
DeskDep = Annotated[RiderDesk, Depends(provide(RiderDesk))]
IntakeDep = Annotated[EventIntake, Depends(provide(EventIntake))]
VoiceDep = Annotated[VoiceWebhooks, Depends(provide(VoiceWebhooks))]
SettingsDep = Annotated[CommsSettings, Depends(provide(CommsSettings))]
Ops = Annotated[Principal, Depends(require(Role.ADMIN, Role.AGENT, Role.OWNER, Role.SERVICE))]
Admin = Annotated[Principal, Depends(require(Role.ADMIN, Role.OWNER))]

_NOTIFY = {
    "vendor/order": TimerKind.VENDOR_ACCEPT,
    "vendor/reminder": TimerKind.PROCESSING_REMINDER,
    "rider/assign": TimerKind.RIDER_ACK,
    "rider/address-update": TimerKind.ADDRESS_CONFIRM,
}


_ASK_NOTHING = {"gather_prompt": {"text": "."}, "max_input_digits": 1, "input_timeout": 1, "repeat_menu": 0}
_WAIT_S = 0.05
_WAITS = 30


async def _waiting_digits(session: SessionDep, voice: VoiceWebhooks, call_id: str) -> str:
    """Return the digits of a call that are stored and that the worker has not acted on yet."""
    bodies = await repository.waiting_digits(session, call_id)
    news = [voice.read("dtmf", call_id, body) for body in bodies]
    return "".join(row.digit for row in news if row is not None and row.digit)


async def _digits_applied(session: SessionDep, call_id: str) -> None:
    """Wait a moment until the worker has acted on the digits that are stored; the caller hears the right words then."""
    for _ in range(_WAITS):
        if not await repository.waiting_digits(session, call_id):
            return
        await asyncio.sleep(_WAIT_S)


async def _visible(session: SessionDep, orders: OrdersService, principal: Principal, order_id: str) -> OrderView:
    order = await orders.get(session, order_id)
    principal.check_city(order.city)
    principal.check_merchant(order.merchant_id)
    return order


@router.post("/comms/notify/{who}/{what}", status_code=202)
async def notify(
    who: str,
    what: str,
    body: NotifyRequest,
    session: SessionDep,
    orders: OrdersDep,
    principal: Ops,
    key: Annotated[str | None, Header(alias="Idempotency-Key")] = None,
) -> Started:
    """Start a ladder for an order; one that runs already stays as it is."""
    kind = _NOTIFY.get(f"{who}/{what}")
    if kind is None:
        raise NotFoundError
    parsed = parse_key(key)
    if parsed is None:
        raise KeyMissingError
    order = await _visible(session, orders, principal, body.order_id)
    started = Started(order_id=order.id, ladder=kind)
    scope = IdempotencyScope(str(principal.actor), f"POST /comms/notify/{who}/{what}", parsed)
    if await begin(session, scope, fingerprint(order.id.encode())) is None:
        if not await repository.ladder_runs(session, order.id, kind):
            await arm(session, kind, order.id, delay_s=0)
        answer = StoredResponse(status.HTTP_202_ACCEPTED, {}, started.model_dump_json().encode())
        await record(session, scope, fingerprint(order.id.encode()), answer)
    return started


@router.post("/comms/bridge", status_code=202)
async def bridge(
    body: BridgeRequest,
    session: SessionDep,
    orders: OrdersDep,
    vendors: VendorsDep,
    customers: CustomersDep,
    desk: DeskDep,
    calls: CallsDep,
    settings: SettingsDep,
    principal: Ops,
    key: Annotated[str | None, Header(alias="Idempotency-Key")] = None,
) -> BridgeView:
    """Join two people of an order by phone; neither sees the other's number."""
    order = await _visible(session, orders, principal, body.order_id)
    contacts = [
        await _contact(session, who, order, vendors, customers, desk, settings) for who in (body.first, body.second)
    ]
    idem = f"bridge:{order.id}:{body.first}:{body.second}:{key or principal.actor}"
    return BridgeView(call_id=await calls.bridge(session, order, contacts[0], contacts[1], idem))


async def _contact(
    session: SessionDep,
    who: str,
    order: OrderView,
    vendors: VendorsService,
    customers: CustomersService,
    desk: RiderDesk,
    settings: CommsSettings,
) -> Contact:
    if who == "vendor":
        vendor = await vendors.get(session, order.vendor_id)
        return Contact(f"vendor:{vendor.id}", vendor.name, vendor.phone, vendor.language, vendor.city)
    if who == "rider":
        if order.rider_id is None:
            message = "No rider is assigned to this order yet."
            raise UnprocessableError(message)
        return await desk.contact(session, order.rider_id)
    if who == "admin":
        return Contact("admin:desk", "Admin", settings.admin_number, "en", order.city)
    customer = await customers.get(session, order.user_id)
    phone = order.contact_phone or customer.phone
    if phone is None:
        message = "We have no number of this customer; ask in the chat."
        raise UnprocessableError(message)
    return Contact(f"customer:{customer.id}", customer.name or "", phone, customer.language or "en", order.city)


@router.get("/comms/timeline/{order_id}")
async def comms_timeline(order_id: str, session: SessionDep, orders: OrdersDep, principal: Ops) -> list[CommsLine]:
    """Return every message and call about an order, oldest first."""
    await _visible(session, orders, principal, order_id)
    return [CommsLine.model_validate(row) for row in await repository.log_of(session, order_id)]


@router.get("/exceptions")
async def cards(
    session: SessionDep, service: CardsDep, page: PageDep, principal: Ops, *, live: bool = True
) -> Page[CardView]:
    """List exception cards, oldest first."""
    rows, total = await service.page(session, principal, live=live, limit=page.limit, offset=page.offset)
    items = [CardView.model_validate(row) for row in rows]
    return Page(items=items, total=total, limit=page.limit, offset=page.offset)


@router.post("/exceptions/{card_id}/take")
async def take_card(card_id: str, session: SessionDep, service: CardsDep, principal: Ops) -> CardView:
    """Become the owner of a card."""
    return CardView.model_validate(await service.take(session, card_id, principal))


@router.post("/exceptions/{card_id}/resolve")
async def resolve_card(
    card_id: str, body: Resolution, session: SessionDep, service: CardsDep, principal: Ops
) -> CardView:
    """Close a card with what was done."""
    return CardView.model_validate(await service.resolve(session, card_id, principal, body.resolution))


@router.get("/ladders")
async def ladders(session: SessionDep, _: Ops) -> list[LadderView]:
    """List the active ladders."""
    return [_ladder_view(row) for row in await repository.policies(session)]


@router.put("/ladders/{kind}")
async def save_ladder(
    kind: TimerKind, body: NewLadder, session: SessionDep, service: LaddersDep, principal: Admin
) -> LadderView:
    """Make a new version of a ladder; running ladders keep theirs."""
    try:
        steps = tuple(sorted((_step(row) for row in body.steps), key=lambda step: step.after_s))
    except ValueError as error:
        raise UnprocessableError(str(error)) from error
    row = await service.save_policy(session, kind, steps, by=str(principal.actor), city=body.city, tier=body.tier)
    return _ladder_view(row)


def _step(row: LadderStep) -> Step:
    return Step(row.after_s, tuple(Rung(rung) for rung in row.rungs))


def _ladder_view(row: Any) -> LadderView:
    steps = [
        LadderStep(after_s=step.after_s, rungs=[str(rung) for rung in step.rungs])
        for step in steps_from_json(row.steps)
    ]
    return LadderView(kind=row.kind, city=row.city, tier=row.tier, version=row.version, steps=steps)


@webhooks.post("/call-status/{context}")
async def call_status(context: str, request: Request, intake: IntakeDep, voice: VoiceDep) -> dict[str, str]:
    """Take how a call stands."""
    call_id = _call_of(voice, context)
    fields = await _fields(request)
    event = f"{fields.get('CallSid', '')}:{fields.get('EventType') or fields.get('Status', '')}"
    await intake.store("exotel", [_row(event, "call-status", call_id, fields)])
    return {"status": "ok"}


@webhooks.post("/dtmf")
async def dtmf(body: DtmfWebhook, request: Request, intake: IntakeDep, voice: VoiceDep) -> dict[str, str]:
    """Take a digit, in paper two's form."""
    call_id = _call_of(voice, body.signature)
    if not body.digit:
        raise MissingDigitError
    step = request.headers.get("x-duka-step", "0")
    await intake.store("exotel", [_row(f"{body.call_sid}:dtmf:{step}", "dtmf", call_id, body.model_dump())])
    return {"status": "ok"}


@webhooks.get("/gather")
@webhooks.post("/gather")
async def gather(request: Request, session: SessionDep, calls: CallsDep, voice: VoiceDep) -> Response:
    """Tell the provider what to ask now; a call whose question is settled is thanked and ended."""
    fields = await _fields(request)
    call_id = _call_of(voice, fields.get("CustomField", ""))
    prompt = await calls.prompt(session, call_id, await _waiting_digits(session, voice, call_id))
    if prompt is None:
        return JSONResponse(_ASK_NOTHING)
    return JSONResponse(
        {
            "gather_prompt": {"text": prompt["text"]},
            "max_input_digits": prompt["digits"],
            "finish_on_key": "",
            "input_timeout": GATHER_TIMEOUT_S,
            "repeat_menu": REPEATS,
            "repeat_gather_prompt": {"text": prompt["text"]},
        }
    )


@webhooks.get("/passthru")
@webhooks.post("/passthru")
async def passthru(
    request: Request, session: SessionDep, intake: IntakeDep, calls: CallsDep, voice: VoiceDep
) -> Response:
    """Take a digit from a running menu: 200 ends the menu, 302 asks on."""
    fields = await _fields(request)
    call_id = _call_of(voice, fields.get("CustomField", ""))
    digit = fields.get("digits", "").strip('" ')
    call = await repository.call(session, call_id)
    if call is None or not digit:
        await intake.store("exotel", [_row(f"{fields.get('CallSid', '')}:silent", "dtmf", call_id, fields)])
        if call is None:
            raise HungUpError
        return PlainTextResponse("done")
    waiting = await _waiting_digits(session, voice, call_id)
    more = await calls.still_wanted(session, call) and calls.wants_more(call, waiting + digit)
    step = len(call.digits + waiting)
    await intake.store("exotel", [_row(f"{fields.get('CallSid', '')}:dtmf:{step}", "dtmf", call_id, fields)])
    return PlainTextResponse("more", status_code=302) if more else PlainTextResponse("done")


@webhooks.get("/greeting")
@webhooks.post("/greeting")
async def greeting(request: Request, session: SessionDep, calls: CallsDep, voice: VoiceDep) -> PlainTextResponse:
    """Say goodbye, by what the call has come to."""
    fields = await _fields(request)
    call_id = _call_of(voice, fields.get("CustomField", ""))
    await _digits_applied(session, call_id)
    return PlainTextResponse(await calls.goodbye(session, call_id))


async def _fields(request: Request) -> dict[str, str]:
    """Return query, form or JSON fields as text; the provider uses all three."""
    fields = {name: str(value) for name, value in request.query_params.items()}
    if request.method == "POST":
        if "json" in request.headers.get("content-type", ""):
            fields |= {name: _text(value) for name, value in orjson.loads(await request.body()).items()}
        else:
            fields |= {name: str(value) for name, value in (await request.form()).items()}
    return fields


def _text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _call_of(voice: VoiceWebhooks, context: str) -> str:
    call_id = voice.call_of(context)
    if call_id is None:
        WEBHOOKS.labels(voice.provider, "refused").inc()
        raise NotFoundError
    return call_id


def _row(event_id: str, kind: str, call_id: str, fields: dict[str, Any]) -> IntakeRow:
    WEBHOOKS.labels("exotel", "stored").inc()
    return IntakeRow(event_id, kind, orjson.dumps(fields), {"call": call_id}, lane=call_id)
