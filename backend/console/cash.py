"""A rider's cash at the desk: what they should hand in, what was counted, and what the owner gives up."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import text

from backend.console.access import StaffDep
from backend.console.pages import page
from backend.console.queries import names_of
from backend.console.routes import ConsoleRoute
from backend.console.steps import refusal_of
from backend.dispatch.errors import RiderNotFoundError
from backend.dispatch.ports import RiderView
from backend.dispatch.service import RidersService
from backend.payments.ports import CashHandIn
from backend.payments.service.rider_cash import RiderCashService
from backend.platform.auth.principal import Role
from backend.platform.money import minor_of
from backend.platform.web import SessionDep, provide

router = APIRouter(prefix="/console/money/riders", include_in_schema=False, route_class=ConsoleRoute)
COUNTERS: Final = (Role.AGENT, Role.ADMIN, Role.OWNER)
_PAGE: Final = 20

AmountForm = Annotated[str, Form(min_length=1, max_length=15)]
CurrencyForm = Annotated[str, Form(pattern="^[A-Z]{3}$")]
SeenForm = Annotated[str, Form(max_length=40)]


@dataclass(frozen=True)
class CashDesk:
    """The parts that the page is made of."""

    session: SessionDep
    principal: StaffDep
    riders: Annotated[RidersService, Depends(provide(RidersService))]
    cash: Annotated[RiderCashService, Depends(provide(RiderCashService))]

    async def rider(self, rider_id: str) -> RiderView:
        """Return the rider, whose cash the person may count.

        Raises:
            RiderNotFoundError: There is none, or they carry for others than the person's shop.
        """
        self.principal.check_role(*COUNTERS)
        rider = await self.riders.get(self.session, rider_id)
        self.principal.check_city(rider.city)
        if self.principal.merchant_id not in {None, rider.merchant_id}:
            raise RiderNotFoundError(rider_id=rider_id)
        return rider

    async def hand_in(self, rider: RiderView, given: "TypedHandIn") -> None:
        """Take over what the person has counted."""
        counted = CashHandIn(
            rider_id=rider.id,
            city=rider.city,
            merchant_id=rider.merchant_id,
            currency=given.currency,
            counted_minor=minor_of(given.counted),
            keeps_minor=minor_of(given.keeps or "0"),
            note=given.note,
            seen=given.seen,
        )
        await self.cash.hand_in(self.session, counted, self.principal.actor)

    async def write_off(self, rider: RiderView, currency: str, amount: str, note: str) -> None:
        """Give up a difference, as the owner decides."""
        await self.cash.write_off(
            self.session, rider.id, currency, minor_of(amount), note, self.principal.actor, rider.city
        )


@dataclass(frozen=True)
class TypedHandIn:
    """A count as it was typed; `seen` is the last count that the person saw."""

    currency: CurrencyForm
    counted: AmountForm
    keeps: Annotated[str, Form(max_length=15)] = ""
    note: Annotated[str, Form(max_length=300)] = ""
    seen: SeenForm = ""


CashDeskDep = Annotated[CashDesk, Depends()]


def _path(rider_id: str) -> str:
    return f"{router.prefix}/{rider_id}"


@router.get("/{rider_id}")
async def book(request: Request, rider_id: str, desk: CashDeskDep) -> Response:
    """Show what a rider carries, how it came to that, and where to count it."""
    return await _book(request, desk, await desk.rider(rider_id))


@router.post("/{rider_id}/hand-ins")
async def hand_in(
    request: Request, rider_id: str, desk: CashDeskDep, given: Annotated[TypedHandIn, Depends()]
) -> Response:
    """Take over cash that was counted; a difference becomes a card of who counted."""
    rider = await desk.rider(rider_id)
    return await _step(request, desk, rider, desk.hand_in(rider, given))


@router.post("/{rider_id}/write-offs")
async def write_off(
    request: Request,
    rider_id: str,
    desk: CashDeskDep,
    currency: CurrencyForm,
    amount: AmountForm,
    note: Annotated[str, Form(min_length=3, max_length=300)],
) -> Response:
    """Give up what is missing, or take over what is too much; the owner's to do."""
    desk.principal.check_role(Role.OWNER)
    rider = await desk.rider(rider_id)
    return await _step(request, desk, rider, desk.write_off(rider, currency, amount, note))


async def _step(request: Request, desk: CashDesk, rider: RiderView, step: Awaitable[object]) -> Response:
    refusal = await refusal_of(desk.session, step)
    if refusal:
        return await _book(request, desk, rider, notice=refusal, status=409)
    return RedirectResponse(_path(rider.id), status_code=303)


async def _book(request: Request, desk: CashDesk, rider: RiderView, *, notice: str = "", status: int = 200) -> Response:
    counts, total = await desk.cash.counts(desk.session, rider.id, limit=_PAGE, offset=0)
    values = {
        "notice": notice,
        "rider": rider,
        "path": _path(rider.id),
        "pockets": await desk.cash.pockets(desk.session, rider.id),
        "counts": counts,
        "total": total,
        "is_owner": Role.OWNER in desk.principal.roles,
        "names": await names_of(desk.session, [count.counted_by for count in counts]),
        "now": await desk.session.scalar(text("SELECT duka_now()")),
    }
    return page(request, "rider_cash.html", values, principal=desk.principal, status=status)
