"""HTTP of the cash that riders carry: what they have, what the desk counted, what the owner gives up."""
# ruff: noqa: FAST003 - the path's rider_id is read by the dependency that finds the rider.

from typing import Annotated

from fastapi import APIRouter, Depends

from backend.dispatch.errors import RiderNotFoundError
from backend.dispatch.ports import RiderView
from backend.dispatch.router.desk import RiderDep, StaffOrRider
from backend.dispatch.schemas import CashBookOut, CashCountOut, HandInIn, PocketOut, WriteOffIn
from backend.payments.ports import CashHandIn
from backend.payments.service.rider_cash import RiderCashService
from backend.platform.auth.dependencies import require
from backend.platform.auth.principal import Principal, Role
from backend.platform.intents import NamedIntentDep
from backend.platform.web import PageDep, SessionDep, provide

router = APIRouter()
CashDep = Annotated[RiderCashService, Depends(provide(RiderCashService))]
Desk = Annotated[Principal, Depends(require(Role.AGENT, Role.ADMIN, Role.OWNER))]
Owner = Annotated[Principal, Depends(require(Role.OWNER))]


def _check_books(principal: Principal, rider: RiderView) -> None:
    """Refuse a merchant's people the cash of a rider who carries for others, too."""
    if principal.merchant_id is not None and rider.merchant_id != principal.merchant_id:
        raise RiderNotFoundError(rider_id=rider.id)


@router.get("/riders/{rider_id}/cash")
async def cash_book(
    session: SessionDep, cash: CashDep, page: PageDep, principal: StaffOrRider, rider: RiderDep
) -> CashBookOut:
    """Say what cash a rider carries, and how it came to that, the newest count first."""
    _check_books(principal, rider)
    rows, total = await cash.counts(session, rider.id, limit=page.limit, offset=page.offset)
    return CashBookOut(
        rider_id=rider.id,
        pockets=[PocketOut.model_validate(pocket) for pocket in await cash.pockets(session, rider.id)],
        counts=[CashCountOut.model_validate(row) for row in rows],
        total=total,
        limit=page.limit,
        offset=page.offset,
    )


@router.post("/riders/{rider_id}/cash/hand-ins", status_code=201)
async def hand_in(
    body: HandInIn, session: SessionDep, cash: CashDep, principal: Desk, rider: RiderDep, intent: NamedIntentDep
) -> CashCountOut:
    """Take over cash that the caller has counted; a difference becomes a card of theirs."""
    _check_books(principal, rider)
    given = CashHandIn(
        rider_id=rider.id,
        city=rider.city,
        merchant_id=rider.merchant_id,
        currency=body.currency,
        counted_minor=body.counted_minor,
        keeps_minor=body.keeps_minor,
        note=body.note,
        told={one.order_id: one.amount_minor for one in body.orders},
    )

    return await intent.once(session, body, CashCountOut, lambda: cash.hand_in(session, given, principal.actor))


@router.post("/riders/{rider_id}/cash/write-offs", status_code=201)
async def write_off(
    body: WriteOffIn, session: SessionDep, cash: CashDep, principal: Owner, rider: RiderDep, intent: NamedIntentDep
) -> CashCountOut:
    """Give up what is missing from a rider's cash, or take over what is too much, as the owner decides."""
    _check_books(principal, rider)
    who, city = principal.actor, rider.city
    return await intent.once(
        session,
        body,
        CashCountOut,
        lambda: cash.write_off(session, rider.id, body.currency, body.amount_minor, body.note, who, city),
    )
