"""HTTP of comms for people: kick off ladders, bridge people, read the log, work on cards."""

from typing import Final

from fastapi import APIRouter

from backend.comms import repository
from backend.comms.errors import LadderRefusedError, NobodyToChaseError
from backend.comms.ladders import KINDS, Callee
from backend.comms.router.access import (
    BridgesDep,
    CardsDep,
    LimiterDep,
    Ops,
    OrdersDep,
    SettingsDep,
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
from backend.orders.ports import OrderView
from backend.platform.errors import NotFoundError
from backend.platform.intents import NamedIntentDep
from backend.platform.timers import TimerKind, arm
from backend.platform.web import Page, PageDep, SessionDep

router = APIRouter(prefix="/api/v1", tags=["comms"])

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
    bridges: BridgesDep,
    principal: Ops,
    intent: NamedIntentDep,
) -> BridgeView:
    """Join two people of an order by phone; neither sees the other's number."""
    order = await visible_order(session, orders, principal, body.order_id)
    by, key = principal.actor, str(intent.key)
    return BridgeView(call_id=await bridges.join(session, order, body.first, body.second, by=by, key=key))


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
