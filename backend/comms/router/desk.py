"""HTTP of comms for people: kick off ladders, bridge people, read the log, work on cards."""

from typing import Final

from fastapi import APIRouter

from backend.comms import repository
from backend.comms.errors import LadderRefusedError, NobodyToChaseError
from backend.comms.ladders import KINDS, Callee
from backend.comms.ports import Contact, RiderDesk
from backend.comms.router.access import (
    CallsDep,
    CardsDep,
    CustomersDep,
    DeskDep,
    LimiterDep,
    Ops,
    OrdersDep,
    PlansDep,
    SettingsDep,
    VendorsDep,
    visible_order,
)
from backend.comms.schemas import (
    BridgeRequest,
    BridgeView,
    CardView,
    CommsLine,
    NotifyRequest,
    Resolution,
    Started,
)
from backend.comms.settings import CommsSettings
from backend.customers.service import CustomersService
from backend.orders.ports import OrderView
from backend.platform.errors import ExotelDownError, NotFoundError, UnprocessableError
from backend.platform.intents import NamedIntentDep
from backend.platform.timers import TimerKind, arm
from backend.platform.web import Page, PageDep, SessionDep
from backend.vendors.service import VendorsService

router = APIRouter(prefix="/api/v1", tags=["comms"])

_BRIDGE_WINDOW_S: Final = 600
_NOTIFY_WINDOW_S: Final = 60
_NOTIFY = {
    "vendor/order": TimerKind.VENDOR_ACCEPT,
    "vendor/reminder": TimerKind.PROCESSING_REMINDER,
    "rider/assign": TimerKind.RIDER_ACK,
    "rider/address-update": TimerKind.ADDRESS_CONFIRM,
}


@router.post("/comms/notify/{who}/{what}", status_code=202)
async def notify(
    who: str,
    what: str,
    body: NotifyRequest,
    session: SessionDep,
    orders: OrdersDep,
    principal: Ops,
    settings: SettingsDep,
    limiter: LimiterDep,
    intent: NamedIntentDep,
) -> Started:
    """Start a ladder for an order that waits for its answer; one that runs already stays as it is."""
    kind = _NOTIFY.get(f"{who}/{what}")
    if kind is None:
        raise NotFoundError
    order = await visible_order(session, orders, principal, body.order_id)
    await limiter.check("comms.notify", order.id, kind, most=settings.kick_offs_per_minute, per_s=_NOTIFY_WINDOW_S)

    async def start() -> Started:
        _check_waits(order, kind)
        if not await repository.ladder_runs(session, order.id, kind):
            await arm(session, kind, order.id, delay_s=0)
        return Started(order_id=order.id, ladder=kind)

    return await intent.once(session, body, Started, start)


def _check_waits(order: OrderView, kind: TimerKind) -> None:
    """Refuse to chase for what an order does not wait for."""
    if order.state not in KINDS[kind].waits_in:
        raise LadderRefusedError(reason="comms.nothing_to_chase_for", order_id=order.id, state=order.state)
    if KINDS[kind].callee is Callee.RIDER and order.rider_id is None:
        raise NobodyToChaseError(order_id=order.id, ladder=str(kind))


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
    plans: PlansDep,
    limiter: LimiterDep,
    intent: NamedIntentDep,
) -> BridgeView:
    """Join two people of an order by phone; neither sees the other's number."""
    order = await visible_order(session, orders, principal, body.order_id)
    if not await plans.calls_possible(session, order.city):
        raise ExotelDownError(order_id=order.id)
    first, second = [
        await _contact(session, who, order, vendors, customers, desk, settings) for who in (body.first, body.second)
    ]
    for contact in (first, second):
        await limiter.check("comms.bridge", contact.actor, most=settings.bridges_per_person, per_s=_BRIDGE_WINDOW_S)
    idem = f"bridge:{order.id}:{body.first}:{body.second}:{principal.actor}:{intent.key}"
    return BridgeView(call_id=await calls.bridge(session, order, first, second, idem))


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
    await visible_order(session, orders, principal, order_id)
    return [CommsLine.model_validate(row) for row in await repository.log_of(session, order_id)]


@router.get("/exceptions")
async def cards(
    session: SessionDep, service: CardsDep, page: PageDep, principal: Ops, *, live: bool = True
) -> Page[CardView]:
    """List exception cards, oldest first."""
    rows, total = await service.page(session, principal, live=live, limit=page.limit, offset=page.offset)
    items = [CardView.of(row) for row in rows]
    return Page(items=items, total=total, limit=page.limit, offset=page.offset)


@router.post("/exceptions/{card_id}/take")
async def take_card(card_id: str, session: SessionDep, service: CardsDep, principal: Ops) -> CardView:
    """Become the owner of a card."""
    return CardView.of(await service.take(session, card_id, principal))


@router.post("/exceptions/{card_id}/resolve")
async def resolve_card(
    card_id: str, body: Resolution, session: SessionDep, service: CardsDep, principal: Ops
) -> CardView:
    """Close a card with what was done."""
    return CardView.of(await service.resolve(session, card_id, principal, body.resolution))
