"""Endpoints of orders, and those of vendors that change an order."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Query, Response, status
from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders.commands import AcceptOrder, Command, MarkReady, RejectOrder
from backend.orders.errors import (
    CommandRefusedError,
    OrderNotFoundError,
    OrderRefusedError,
)
from backend.orders.events import OrderState, PaymentStatus
from backend.orders.ports import NoteFiles, NoteView, OrderFilter, OrderView
from backend.orders.requests import command_for
from backend.orders.schemas import (
    AckIn,
    AddressIn,
    CommandOut,
    NoteIn,
    NoteOut,
    OrderIn,
    OrderOut,
    ReadyIn,
    StateIn,
    TimelineOut,
    VendorMetricsOut,
    command_out,
    metrics_out,
    note_out,
    order_out,
    timeline_out,
)
from backend.orders.service import OrdersService
from backend.orders.service.note_files import check_file, file_of
from backend.platform.actors import Actor, ActorKind, Source
from backend.platform.auth.dependencies import require
from backend.platform.auth.principal import ALL_CITIES, Principal, Role
from backend.platform.errors import UnprocessableError
from backend.platform.idempotency import KeyMissingError, parse_key
from backend.platform.ids import new_uuid
from backend.platform.web import Page, PageDep, SessionDep, provide
from backend.vendors.service import VendorsService

router = APIRouter(prefix="/api/v1", tags=["orders"])

_STAFF = (Role.SERVICE, Role.AGENT, Role.ADMIN, Role.OWNER)
_DESK: Final = frozenset(_STAFF)
_QUOTES: Final = frozenset({Role.SERVICE, Role.BOT, Role.ADMIN, Role.AGENT})
_ACTS_FOR_VENDORS: Final = frozenset({Role.SERVICE, Role.BOT})

Orders = Annotated[OrdersService, Depends(provide(OrdersService))]
Files = Annotated[NoteFiles, Depends(provide(NoteFiles))]
Vendors = Annotated[VendorsService, Depends(provide(VendorsService))]
Reader = Annotated[
    Principal, Depends(require(*_STAFF, Role.BOT, Role.DEVELOPER, Role.VENDOR, Role.RIDER, Role.CUSTOMER))
]
Buyer = Annotated[Principal, Depends(require(*_STAFF, Role.BOT, Role.DEVELOPER, Role.CUSTOMER))]
Mover = Annotated[Principal, Depends(require(*_STAFF, Role.BOT, Role.VENDOR, Role.RIDER))]
Support = Annotated[Principal, Depends(require(*_STAFF, Role.BOT))]
Watcher = Annotated[Principal, Depends(require(*_STAFF, Role.BOT, Role.DEVELOPER, Role.TRAINER))]
Outlet = Annotated[Principal, Depends(require(*_STAFF, Role.BOT, Role.VENDOR))]


async def _key(
    header: Annotated[str | None, Header(alias="Idempotency-Key", description="Names one intent.")] = None,
) -> str:
    return parse_key(header) or new_uuid()


KeyDep = Annotated[str, Depends(_key)]


async def _named_key(
    header: Annotated[str | None, Header(alias="Idempotency-Key", description="Names one intent; required.")] = None,
) -> str:
    key = parse_key(header)
    if key is None:
        raise KeyMissingError
    return key


NamedKeyDep = Annotated[str, Depends(_named_key)]


def _check_theirs(principal: Principal, order: OrderView) -> None:
    """Refuse, as if it did not exist, an order that is not the caller's to see."""
    principal.check_city(order.city)
    principal.check_merchant(order.merchant_id)
    principal.check_self(Role.VENDOR, order.vendor_id)
    principal.check_self(Role.RIDER, order.rider_id or "")
    principal.check_self(Role.CUSTOMER, order.user_id)


async def _theirs(session: AsyncSession, orders: OrdersService, principal: Principal, order_id: str) -> OrderView:
    order = await orders.get(session, order_id)
    _check_theirs(principal, order)
    return order


async def _handle(
    session: AsyncSession,
    orders: OrdersService,
    order: OrderView,
    command: Command,
    actor: Actor,
    key: str,
    source: Source = Source.API,
) -> CommandOut:
    """Give a command; a refusal becomes 409 with its own code in the context."""
    result = await orders.handle(session, order.id, command, actor=actor, source=source, command_id=f"{actor}:{key}")
    if not result.accepted:
        raise CommandRefusedError(
            result.message, reason=result.code, message_key=result.message_key, **dict(result.params)
        )
    return command_out(result)


@router.post("/orders", status_code=status.HTTP_201_CREATED)
async def create_order(
    body: OrderIn, session: SessionDep, orders: Orders, vendors: Vendors, principal: Buyer, key: NamedKeyDep
) -> OrderOut:
    """Place an order: its stock is held and payment is awaited; the same key again answers the same order."""
    principal.check_self(Role.CUSTOMER, body.user_id)
    if body.vendor_id is not None:
        merchant_id = await vendors.merchant_of(session, body.vendor_id)
    elif body.merchant_id is not None:
        merchant_id = body.merchant_id
    else:
        raise UnprocessableError("Say whose shop: vendor_id or merchant_id.")
    principal.check_merchant(merchant_id)
    principal.check_city(await vendors.city_of(session, merchant_id))
    quoted = not principal.roles.isdisjoint(_QUOTES)
    command = body.command(merchant_id, f"{principal.actor}:{key}", quoted=quoted)
    return order_out(await orders.place(session, command, actor=principal.actor, source=Source.API))


@router.get("/orders")
async def list_orders(
    session: SessionDep,
    orders: Orders,
    principal: Reader,
    page: PageDep,
    state: Annotated[list[OrderState] | None, Query(description="Any of these states.")] = None,
    city: Annotated[str | None, Query(description="Only of this city.")] = None,
    vendor_id: Annotated[str | None, Query(description="Only of this outlet.")] = None,
    user_id: Annotated[str | None, Query(description="Only of this customer.")] = None,
    rider_id: Annotated[str | None, Query(description="Only with this rider.")] = None,
    payment_status: Annotated[PaymentStatus | None, Query(description="Only paid so far.")] = None,
) -> Page[OrderOut]:
    """Orders that the caller may see, the newest first."""
    wanted = OrderFilter(
        states=tuple(state) if state else None,
        cities=_cities(principal, city),
        merchant_id=principal.merchant_id,
        vendor_id=_own(principal, Role.VENDOR) or vendor_id,
        rider_id=_own(principal, Role.RIDER) or rider_id,
        user_id=_own(principal, Role.CUSTOMER) or user_id,
        payment_status=payment_status,
    )
    rows, total = await orders.list_orders(session, wanted, limit=page.limit, offset=page.offset)
    return Page(items=[order_out(row) for row in rows], total=total, limit=page.limit, offset=page.offset)


def _cities(principal: Principal, city: str | None) -> frozenset[str] | None:
    if city is None:
        return None if principal.cities == ALL_CITIES else principal.cities
    return frozenset({city}) if principal.serves(city) else frozenset()


def _own(principal: Principal, role: Role) -> str | None:
    return principal.actor.id if principal.roles == frozenset({role}) else None


@router.get("/orders/{order_id}")
async def get_order(order_id: str, session: SessionDep, orders: Orders, principal: Reader) -> OrderOut:
    """An order with its lines, both ends of its way and what is paid."""
    return order_out(await _theirs(session, orders, principal, order_id))


@router.patch("/orders/{order_id}/state")
async def patch_state(
    order_id: str, body: StateIn, session: SessionDep, orders: Orders, principal: Mover, key: KeyDep
) -> CommandOut:
    """Bring an order to a state; from where it is, exactly one command leads there, or none (409)."""
    order = await _theirs(session, orders, principal, order_id)
    meta = body.meta.model_dump(exclude_none=True)
    try:
        command = command_for(order, body.to, principal.actor, body.reason, meta)
    except OrderRefusedError as refusal:
        raise CommandRefusedError(
            refusal.message, reason=refusal.code, message_key=refusal.message_key, **refusal.context
        ) from refusal
    return await _handle(session, orders, order, command, principal.actor, key)


@router.post("/orders/{order_id}/address")
async def change_address(
    order_id: str, body: AddressIn, session: SessionDep, orders: Orders, principal: Support, key: KeyDep
) -> CommandOut:
    """Deliver somewhere else; a rider who is on the way is told and must confirm."""
    order = await _theirs(session, orders, principal, order_id)
    return await _handle(session, orders, order, body.command(), principal.actor, key)


@router.post("/orders/{order_id}/notes", status_code=status.HTTP_201_CREATED)
async def add_note(
    order_id: str, body: NoteIn, session: SessionDep, orders: Orders, files: Files, principal: Mover, key: KeyDep
) -> CommandOut:
    """Keep a remark with an order; it may name a file that its customer sent."""
    order, command = await _theirs(session, orders, principal, order_id), body.command()
    await check_file(session, files, order, command)
    return await _handle(session, orders, order, command, principal.actor, key)


@router.get("/orders/{order_id}/notes")
async def list_notes(
    order_id: str, session: SessionDep, orders: Orders, files: Files, principal: Reader, page: PageDep
) -> Page[NoteOut]:
    """The remarks on an order, the first first; to others than its staff those alone that are for them to heed."""
    order = await _theirs(session, orders, principal, order_id)
    notes = await _notes_for(session, orders, principal, order_id)
    part = notes[page.offset : page.offset + page.limit]
    kinds = await files.kinds_for(session, order, [note.file for note in part if note.file])
    items = [note_out(note, kinds) for note in part]
    return Page(items=items, total=len(notes), limit=page.limit, offset=page.offset)


@router.get(
    "/orders/{order_id}/notes/{note_id}/file",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}, "description": "The file, under its own kind."}},
)
async def get_note_file(
    order_id: str, note_id: int, session: SessionDep, orders: Orders, files: Files, principal: Reader
) -> Response:
    """The voice note or picture that a remark names, as it came; 404 once its customer has taken it back."""
    await _theirs(session, orders, principal, order_id)
    notes = await _notes_for(session, orders, principal, order_id)
    found = await file_of(session, files, order_id, notes, note_id)
    return Response(found.content, headers=dict(found.headers))


async def _notes_for(
    session: AsyncSession, orders: OrdersService, principal: Principal, order_id: str
) -> list[NoteView]:
    """Return the remarks that the caller may see: the desk's own are not for those who sell, carry and buy."""
    notes = await orders.notes(session, order_id)
    return [note for note in notes if note.kind == "instruction" or not principal.roles.isdisjoint(_DESK)]


@router.get("/orders/{order_id}/timeline")
async def get_timeline(
    order_id: str, session: SessionDep, orders: Orders, principal: Watcher, page: PageDep
) -> Page[TimelineOut]:
    """Everything that happened around an order, steps, messages, calls and money, the first first."""
    await _theirs(session, orders, principal, order_id)
    entries = await orders.timeline(session, order_id)
    part = entries[page.offset : page.offset + page.limit]
    return Page(items=[timeline_out(entry) for entry in part], total=len(entries), limit=page.limit, offset=page.offset)


async def _for_outlet(
    session: AsyncSession, orders: OrdersService, principal: Principal, vendor_id: str, order_id: str
) -> OrderView:
    """Return an order of the outlet, if the caller may speak for it."""
    principal.check_self(Role.VENDOR, vendor_id)
    order = await _theirs(session, orders, principal, order_id)
    if order.vendor_id != vendor_id:
        raise OrderNotFoundError(order_id=order_id)
    return order


def _speaker(principal: Principal, vendor_id: str) -> Actor:
    """Return who answers: the outlet itself where a service passes its word on, else the caller."""
    passes_on = not principal.roles.isdisjoint(_ACTS_FOR_VENDORS)
    return Actor(ActorKind.VENDOR, vendor_id) if passes_on else principal.actor


def _door(principal: Principal, source: Source | None) -> Source:
    return source or (Source.APP if principal.roles == frozenset({Role.VENDOR}) else Source.API)


@router.post("/vendors/{vendor_id}/ack", tags=["vendors"])
async def ack_order(
    vendor_id: str, body: AckIn, session: SessionDep, orders: Orders, principal: Outlet, key: KeyDep
) -> CommandOut:
    """A vendor's answer to a new order: accept with the time it needs, or reject."""
    order = await _for_outlet(session, orders, principal, vendor_id, body.order_id)
    command: Command = AcceptOrder(body.prep_min) if body.action == "accept" else RejectOrder(body.reason)
    speaker, door = _speaker(principal, vendor_id), _door(principal, body.source)
    return await _handle(session, orders, order, command, speaker, key, door)


@router.post("/vendors/{vendor_id}/ready", tags=["vendors"])
async def mark_ready(
    vendor_id: str, body: ReadyIn, session: SessionDep, orders: Orders, principal: Outlet, key: KeyDep
) -> CommandOut:
    """A vendor has packed an order; a rider may take it."""
    order = await _for_outlet(session, orders, principal, vendor_id, body.order_id)
    speaker, door = _speaker(principal, vendor_id), _door(principal, body.source)
    return await _handle(session, orders, order, MarkReady(), speaker, key, door)


@router.get("/vendors/{vendor_id}/metrics", tags=["vendors"])
async def vendor_metrics(
    vendor_id: str,
    session: SessionDep,
    orders: Orders,
    vendors: Vendors,
    principal: Outlet,
    days: Annotated[int, Query(ge=1, le=366, description="Over how many days.")] = 30,
) -> VendorMetricsOut:
    """Fulfilment, misses and times of an outlet."""
    principal.check_self(Role.VENDOR, vendor_id)
    vendor = await vendors.get(session, vendor_id)
    principal.check_city(vendor.city)
    principal.check_merchant(vendor.merchant_id)
    figures = await orders.vendor_figures(session, vendor_id, days=days)
    return metrics_out(vendor_id, days, figures, active=vendor.active, misses=vendor.misses)
