"""The order board and the page of one order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.comms.service.cards import CardsService
from backend.console.access import StaffDep
from backend.console.pages import page
from backend.console.timeline import order_story
from backend.dispatch.service import DispatchService
from backend.orders.events import OrderState
from backend.orders.ports import OrderFilter, OrderView
from backend.orders.service import OrdersService
from backend.payments.service import PaymentsService
from backend.platform.actors import Source
from backend.platform.auth.principal import ALL_CITIES, Principal
from backend.platform.errors import DukaError
from backend.platform.ids import new_uuid
from backend.platform.web import SessionDep, provide
from backend.vendors.service import VendorsService

router = APIRouter(prefix="/console", include_in_schema=False)
OrdersDep = Annotated[OrdersService, Depends(provide(OrdersService))]
PaymentsDep = Annotated[PaymentsService, Depends(provide(PaymentsService))]
DispatchDep = Annotated[DispatchService, Depends(provide(DispatchService))]
VendorsDep = Annotated[VendorsService, Depends(provide(VendorsService))]
CardsDep = Annotated[CardsService, Depends(provide(CardsService))]

COLUMNS: Final = (
    ("Waiting for payment", (OrderState.PENDING, OrderState.PARTIAL)),
    ("Waiting for vendor", (OrderState.CONFIRMED,)),
    ("Preparing", (OrderState.PROCESSING,)),
    ("Ready", (OrderState.HANDOVER,)),
    ("On the way", (OrderState.OUT_FOR_DELIVERY,)),
    ("Done", (OrderState.DELIVERED,)),
    ("Called off", (OrderState.CANCELLED, OrderState.RETURNED)),
)
_CLOSED: Final = frozenset({OrderState.DELIVERED, OrderState.CANCELLED, OrderState.RETURNED})
_CARDS_A_COLUMN: Final = 40
_CHASES: Final = {
    "vendor_accept": "vendor to accept",
    "processing_reminder": "vendor to be ready",
    "rider_ack": "rider to accept",
    "address_confirm": "rider to confirm the address",
    "handover_wait": "vendor to hand over",
    "rider_otd": "rider to deliver",
    "payment_pending": "payment",
    "reservation_expiry": "payment, or the stock is released",
}
_NEXT_TIMERS: Final = text(
    "SELECT DISTINCT ON (order_id) order_id, type, step, due_at FROM sla_timer"
    " WHERE state = 'pending' AND order_id = ANY(:ids) ORDER BY order_id, due_at"
)


@dataclass(frozen=True, slots=True)
class Chase:
    """Who is being chased for an order, and when the next step comes."""

    who: str
    step: int
    due_at: datetime


async def _chases(session: AsyncSession, orders: Sequence[OrderView]) -> dict[str, Chase]:
    rows = await session.execute(_NEXT_TIMERS, {"ids": [order.id for order in orders]})
    return {row.order_id: Chase(_CHASES.get(row.type, row.type), row.step, row.due_at) for row in rows}


def _filter(principal: Principal, states: tuple[OrderState, ...]) -> OrderFilter:
    cities = None if principal.cities == ALL_CITIES else principal.cities
    return OrderFilter(states=states, cities=cities, merchant_id=principal.merchant_id)


async def _columns(session: AsyncSession, orders: OrdersService, principal: Principal) -> list[dict[str, object]]:
    columns: list[dict[str, object]] = []
    for title, states in COLUMNS:
        rows, total = await orders.list_orders(session, _filter(principal, states), limit=_CARDS_A_COLUMN)
        chases = await _chases(session, rows)
        cards = [(order, chases.get(order.id)) for order in rows]
        columns.append({"title": title, "total": total, "cards": cards, "closed": _CLOSED.issuperset(states)})
    return columns


@router.get("/orders")
async def board(
    request: Request, session: SessionDep, orders: OrdersDep, cards: CardsDep, principal: StaffDep
) -> Response:
    """Show the orders by state; a request for the region alone gets only that."""
    exceptions, open_cards = await cards.page(session, principal, live=True, limit=8, offset=0)
    values = {
        "columns": await _columns(session, orders, principal),
        "exceptions": exceptions,
        "open_cards": open_cards,
        "now": await session.scalar(text("SELECT duka_now()")),
    }
    template = "_board.html" if request.query_params.get("region") else "board.html"
    return page(request, template, values, principal=principal)


async def _visible(session: AsyncSession, orders: OrdersService, order_id: str, principal: Principal) -> OrderView:
    order = await orders.get(session, order_id)
    principal.check_city(order.city)
    principal.check_merchant(order.merchant_id)
    return order


@router.get("/orders/{order_id}")
async def order_page(
    request: Request,
    order_id: str,
    session: SessionDep,
    orders: OrdersDep,
    payments: PaymentsDep,
    dispatch: DispatchDep,
    vendors: VendorsDep,
    principal: StaffDep,
) -> Response:
    """Show one order: lines, payment, who is chased, riders to choose from, and all that happened."""
    order = await _visible(session, orders, order_id, principal)
    choosing = order.state in {OrderState.PROCESSING, OrderState.HANDOVER} and order.rider_id is None
    values = {
        "order": order,
        "vendor": await vendors.get(session, order.vendor_id),
        "payment": await payments.status(session, order_id),
        "story": await order_story(session, orders, order_id),
        "chase": (await _chases(session, [order])).get(order_id),
        "suggestions": await dispatch.suggest(session, order_id) if choosing else [],
        "offers": await dispatch.history(session, order_id),
        "now": await session.scalar(text("SELECT duka_now()")),
        "notice": request.query_params.get("notice", ""),
    }
    template = "_order.html" if request.query_params.get("region") else "order.html"
    return page(request, template, values, principal=principal)


@router.post("/orders/{order_id}/rider")
async def choose_rider(
    order_id: str,
    session: SessionDep,
    orders: OrdersDep,
    dispatch: DispatchDep,
    principal: StaffDep,
    rider_id: Annotated[str, Form(max_length=40)],
) -> Response:
    """Offer the order to a rider that a person has chosen."""
    await _visible(session, orders, order_id, principal)
    try:
        result = await dispatch.assign(
            session,
            order_id,
            rider_id,
            actor=principal.actor,
            source=Source.CONSOLE,
            command_id=new_uuid(),
        )
        notice = "" if result.accepted else result.message
    except DukaError as error:
        notice = error.message
    return RedirectResponse(f"/console/orders/{order_id}?notice={notice}", status_code=303)


@router.post("/cards/{card_id}/take")
async def take_card(card_id: str, session: SessionDep, cards: CardsDep, principal: StaffDep) -> Response:
    """Take an exception card on."""
    await cards.take(session, card_id, principal)
    return RedirectResponse("/console/orders", status_code=303)


@router.post("/cards/{card_id}/resolve")
async def resolve_card(
    card_id: str,
    session: SessionDep,
    cards: CardsDep,
    principal: StaffDep,
    resolution: Annotated[str, Form(min_length=3, max_length=500)],
) -> Response:
    """Close an exception card with what was done."""
    await cards.resolve(session, card_id, principal, resolution)
    return RedirectResponse("/console/orders", status_code=303)
