"""The order board: orders by state, who is chased, and the cards that need a person."""

from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.comms.models import OpsException
from backend.comms.ports import NextStep
from backend.comms.service.cards import CardsService
from backend.console import cash, money
from backend.console.access import StaffDep
from backend.console.chases import chases_of
from backend.console.outages import outages_for
from backend.console.pages import page
from backend.console.queries import mark, names_of
from backend.console.routes import HOME, ConsoleRoute
from backend.console.steps import refusal_of
from backend.orders.events import AWAITING_MONEY, OrderState
from backend.orders.ports import OrderFilter, OrderView
from backend.orders.service import OrdersService
from backend.platform.auth.principal import ALL_CITIES, Principal
from backend.platform.web import SessionDep, provide

router = APIRouter(prefix="/console", include_in_schema=False, route_class=ConsoleRoute)
OrdersDep = Annotated[OrdersService, Depends(provide(OrdersService))]
CardsDep = Annotated[CardsService, Depends(provide(CardsService))]


@dataclass(frozen=True, slots=True)
class ColumnKind:
    """A column; an order's time in it turns amber after `soon_s` and red after `late_s`."""

    title: str
    states: tuple[OrderState, ...]
    empty: str
    soon_s: int = 0
    late_s: int = 0
    most: int = 40
    closed: bool = False


COLUMNS: Final = (
    ColumnKind("Waiting for payment", AWAITING_MONEY, "Nobody owes anything.", 600, 1500),
    ColumnKind("Waiting for vendor", (OrderState.CONFIRMED,), "Every order has been accepted.", 90, 180),
    ColumnKind("Preparing", (OrderState.PROCESSING,), "Nothing in preparation.", 1200, 2400),
    ColumnKind("Ready", (OrderState.HANDOVER,), "Nothing waits for a rider.", 300, 600),
    ColumnKind("On the way", (OrderState.OUT_FOR_DELIVERY,), "No rider is on the road.", 1800, 3600),
    ColumnKind("Delivered", (OrderState.DELIVERED,), "Nothing delivered yet.", most=12, closed=True),
    ColumnKind(
        "Cancelled and returned",
        (OrderState.CANCELLED, OrderState.RETURNED),
        "Nothing called off.",
        most=12,
        closed=True,
    ),
)
_MOST_EXCEPTIONS: Final = 8
_MOST_STEPS: Final = 3


async def _columns(session: AsyncSession, orders: OrdersService, principal: Principal) -> list[dict[str, Any]]:
    cities = None if principal.cities == ALL_CITIES else principal.cities
    columns: list[dict[str, Any]] = []
    for kind in COLUMNS:
        wanted = OrderFilter(states=kind.states, cities=cities, merchant_id=principal.merchant_id)
        rows, total = await orders.list_orders(session, wanted, limit=kind.most)
        columns.append({"kind": kind, "orders": rows, "total": total})
    return columns


def _people(orders: list[OrderView]) -> list[str]:
    found = [f"vendor:{order.vendor_id}" for order in orders] + [f"customer:{order.user_id}" for order in orders]
    return found + [f"rider:{order.rider_id}" for order in orders if order.rider_id]


def _steps(card: OpsException, principal: Principal) -> list[NextStep]:
    """Return what the person may do about a card here, the likeliest first, and one for each page."""
    by_page = {
        step.page: step for step in reversed(CardsService.steps(card)) if step.page and _opens_to(step.page, principal)
    }
    return list(reversed(by_page.values()))[:_MOST_STEPS]


def _opens_to(path: str, principal: Principal) -> bool:
    """Say whether a page is one that the person may open: the money desk is not everybody's, riders' cash is."""
    is_money = path.startswith(money.PATH) and not path.startswith(cash.router.prefix)
    return not is_money or not principal.roles.isdisjoint(money.READERS)


async def _board(
    request: Request,
    session: AsyncSession,
    orders: OrdersService,
    cards: CardsService,
    principal: Principal,
    *,
    notice: str = "",
    status: int = 200,
) -> Response:
    marked = await mark(session)
    exceptions, open_cards = await cards.page(session, principal, live=True, limit=_MOST_EXCEPTIONS, offset=0)
    columns = await _columns(session, orders, principal)
    shown = [order for column in columns for order in column["orders"]]
    values = {
        "mark": marked,
        "notice": notice,
        "columns": columns,
        "chases": await chases_of(session, shown),
        "names": await names_of(session, [*_people(shown), *(card.owner for card in exceptions if card.owner)]),
        "outages": await outages_for(session, principal),
        "exceptions": exceptions,
        "open_cards": open_cards,
        "steps": {card.id: _steps(card, principal) for card in exceptions},
        "many_cities": principal.cities == ALL_CITIES or len(principal.cities) > 1,
        "now": await session.scalar(text("SELECT duka_now()")),
    }
    template = "_board.html" if request.query_params.get("region") else "board.html"
    return page(request, template, values, principal=principal, status=status)


@router.get("/orders")
async def board(
    request: Request, session: SessionDep, orders: OrdersDep, cards: CardsDep, principal: StaffDep
) -> Response:
    """Show the orders by state; a request for the region alone gets only that."""
    return await _board(request, session, orders, cards, principal)


@router.post("/cards/{card_id}/take")
async def take_card(
    request: Request, card_id: str, session: SessionDep, orders: OrdersDep, cards: CardsDep, principal: StaffDep
) -> Response:
    """Take an exception card on; the second to come is told who has it."""
    card = await cards.take(session, card_id, principal)
    if card.owner == str(principal.actor):
        return RedirectResponse(HOME, status_code=303)
    names = await names_of(session, [str(card.owner)])
    notice = f"{names.get(str(card.owner), 'Somebody else')} has taken this on already."
    return await _board(request, session, orders, cards, principal, notice=notice, status=409)


@router.post("/cards/{card_id}/resolve")
async def resolve_card(
    request: Request,
    card_id: str,
    session: SessionDep,
    orders: OrdersDep,
    cards: CardsDep,
    principal: StaffDep,
    resolution: Annotated[str, Form(min_length=3, max_length=500)],
) -> Response:
    """Close an exception card with what was done."""
    refusal = await refusal_of(session, cards.resolve(session, card_id, principal, resolution))
    if refusal:
        return await _board(request, session, orders, cards, principal, notice=refusal, status=409)
    return RedirectResponse(HOME, status_code=303)
