"""HTTP of the books: open receipts, refunds, trial balance, settlements."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query

from backend.payments.errors import RefundNotFoundError
from backend.payments.models import Receipt, Refund
from backend.payments.repository.lists import ReceiptFilter
from backend.payments.router.access import (
    Desk,
    MoneyStaff,
    OrdersDep,
    Owner,
    PayoutsDep,
    ReceiptsDep,
    RefundsDep,
    SettlementsDep,
    VendorsDep,
    check_books,
    check_order,
    check_receipt,
    cities_of,
    platform_only,
)
from backend.payments.schemas import (
    AcceptReceipt,
    AskPayout,
    AskRefund,
    FeeTerms,
    MakeSettlement,
    MismatchView,
    OpenReceipts,
    OpenReceiptView,
    PaidUnder,
    PayoutView,
    ReceiptView,
    RefundDecision,
    RefundView,
    SettlementView,
    SumView,
    TrialBalanceView,
)
from backend.payments.service import ledger
from backend.platform.auth.principal import Principal, Role
from backend.platform.errors import NotFoundError
from backend.platform.intents import IntentDep
from backend.platform.web import Page, PageDep, SessionDep

router = APIRouter()
At = Annotated[datetime | None, Query(description="The last instant that counts, with its zone; now where absent.")]
Days = Annotated[int, Query(ge=1, le=90, description="Over how many days until now.")]
Search = Annotated[
    str,
    Query(max_length=60, description="Part of a code or reference, the end of a payer's number, or a whole amount."),
]
Merchant = Annotated[str | None, Query(description="One merchant's books; all where absent.")]


@router.get("/payments/receipts/open")
async def open_receipts(
    session: SessionDep, receipts: ReceiptsDep, page: PageDep, principal: MoneyStaff, search: Search = ""
) -> OpenReceipts:
    """List the receipts that wait for a person, oldest first, with the orders that they could be for.

    Who serves some cities sees what may be for an order there; what may be anybody's is for those who serve all.
    """
    platform_only(principal)
    wanted = ReceiptFilter(cities=cities_of(principal), search=search)
    found = await receipts.page(session, wanted, limit=page.limit, offset=page.offset)
    return OpenReceipts(
        items=[OpenReceiptView.of(receipt, suggestions) for receipt, suggestions in found.rows],
        sums=[SumView(currency=currency, receipts=count, sum_minor=minor) for currency, count, minor in found.sums],
        total=found.total,
        limit=page.limit,
        offset=page.offset,
    )


@router.get("/payments/mismatch")
async def mismatch(session: SessionDep, receipts: ReceiptsDep, principal: MoneyStaff, days: Days = 30) -> MismatchView:
    """Say how many of the payments of the last days still have no order; below two in a hundred is the goal."""
    platform_only(principal)
    return MismatchView.model_validate(await receipts.mismatch(session, days))


@router.post("/payments/receipts/{receipt_id}/match")
async def match_receipt(
    receipt_id: str,
    body: AcceptReceipt,
    session: SessionDep,
    receipts: ReceiptsDep,
    orders: OrdersDep,
    principal: MoneyStaff,
    intent: IntentDep,
) -> ReceiptView:
    """Give an open receipt to an order, as the caller decides."""
    platform_only(principal)
    principal.check_city((await orders.get(session, body.order_id)).city)

    async def accept() -> Receipt:
        await check_receipt(session, receipts, principal, receipt_id)
        return await receipts.accept(session, receipt_id, body.order_id, principal.actor)

    return await intent.once(session, body, ReceiptView, accept)


@router.post("/payments/receipts/{receipt_id}/give-back")
async def give_receipt_back(
    receipt_id: str, session: SessionDep, receipts: ReceiptsDep, principal: MoneyStaff, intent: IntentDep
) -> ReceiptView:
    """Queue an open receipt to be paid back to whoever sent it."""
    platform_only(principal)

    async def give_back() -> Receipt:
        await check_receipt(session, receipts, principal, receipt_id)
        return await receipts.give_back(session, receipt_id, principal.actor)

    return await intent.once(session, None, ReceiptView, give_back)


@router.get("/refunds")
async def refunds(
    session: SessionDep, service: RefundsDep, page: PageDep, principal: MoneyStaff, state: str | None = "due"
) -> Page[RefundView]:
    """List refunds by state, oldest first."""
    rows, total = await service.page(
        session,
        state=state,
        merchant_id=principal.merchant_id,
        cities=cities_of(principal),
        limit=page.limit,
        offset=page.offset,
    )
    items = [RefundView.model_validate(row) for row in rows]
    return Page(items=items, total=total, limit=page.limit, offset=page.offset)


@router.post("/orders/{order_id}/refunds", status_code=201)
async def ask_refund(
    order_id: str,
    body: AskRefund,
    session: SessionDep,
    service: RefundsDep,
    orders: OrdersDep,
    principal: Desk,
    intent: IntentDep,
) -> RefundView:
    """Ask to give back some of a payment; nothing moves until somebody else approves."""
    await check_order(session, orders, principal, order_id)

    async def ask() -> Refund:
        who = principal.actor
        refund = await service.request(session, body.receipt_id, body.amount_minor, body.cause, body.note, who)
        if refund.order_id != order_id:
            raise NotFoundError
        return refund

    return await intent.once(session, body, RefundView, ask)


async def _visible(
    session: SessionDep, service: RefundsDep, orders: OrdersDep, principal: Principal, refund_id: str
) -> Refund:
    refund = await service.get_unlocked(session, refund_id)
    if refund.order_id is not None:
        principal.check_city((await orders.get(session, refund.order_id)).city)
    if principal.merchant_id is not None and refund.merchant_id != principal.merchant_id:
        raise RefundNotFoundError(refund_id=refund_id)
    return refund


@router.post("/refunds/{refund_id}/decision")
async def decide_refund(
    refund_id: str,
    body: RefundDecision,
    session: SessionDep,
    service: RefundsDep,
    orders: OrdersDep,
    principal: MoneyStaff,
    intent: IntentDep,
) -> RefundView:
    """Approve or reject a refund; a large one is the owner's, and nobody approves their own."""
    await _visible(session, service, orders, principal, refund_id)

    async def decide() -> Refund:
        is_owner = Role.OWNER in principal.roles
        return await service.decide(
            session, refund_id, approve=body.approve, note=body.note, actor=principal.actor, is_owner=is_owner
        )

    return await intent.once(session, body, RefundView, decide)


@router.post("/refunds/{refund_id}/paid")
async def refund_paid(
    refund_id: str,
    body: PaidUnder,
    session: SessionDep,
    service: RefundsDep,
    orders: OrdersDep,
    principal: MoneyStaff,
    intent: IntentDep,
) -> RefundView:
    """Record that an approved refund was paid out, under the provider's code."""
    await _visible(session, service, orders, principal, refund_id)
    return await intent.once(
        session, body, RefundView, lambda: service.pay(session, refund_id, body.code, principal.actor)
    )


@router.post("/refunds/{refund_id}/payout", status_code=202)
async def pay_refund_out(
    refund_id: str,
    session: SessionDep,
    service: RefundsDep,
    payouts: PayoutsDep,
    orders: OrdersDep,
    principal: MoneyStaff,
    intent: IntentDep,
    body: AskPayout | None = None,
) -> PayoutView:
    """Pay an approved refund out by API, again where that failed or its end is not known; never twice at once."""
    await _visible(session, service, orders, principal, refund_id)
    unpaid = body is not None and body.is_surely_unpaid
    return await intent.once(
        session,
        body,
        PayoutView,
        lambda: payouts.begin(session, refund_id, principal.actor, is_surely_unpaid=unpaid),
    )


@router.get("/refunds/{refund_id}/payouts")
async def payouts_of_refund(
    refund_id: str,
    session: SessionDep,
    service: RefundsDep,
    payouts: PayoutsDep,
    orders: OrdersDep,
    principal: MoneyStaff,
) -> list[PayoutView]:
    """List what was done by API to pay a refund out, the newest first."""
    await _visible(session, service, orders, principal, refund_id)
    return [PayoutView.model_validate(row) for row in await payouts.of_refund(session, refund_id)]


@router.get("/payments/trial-balance")
async def trial_balance(
    session: SessionDep, vendors: VendorsDep, principal: MoneyStaff, merchant: Merchant = None, at: At = None
) -> TrialBalanceView:
    """Show what every account holds in every currency, at any instant; debits and credits are always equal.

    All merchants' books together are for those who serve all cities.
    """
    wanted = merchant or principal.merchant_id
    if wanted is not None:
        await check_books(session, vendors, principal, wanted)
    elif cities_of(principal) is not None:
        raise NotFoundError("Say whose books: they are shown merchant by merchant to those who serve some cities.")
    return TrialBalanceView.of(wanted, at, await ledger.trial_balance(session, wanted, at))


@router.post("/payments/settlements", status_code=201)
async def make_settlement(
    body: MakeSettlement,
    session: SessionDep,
    service: SettlementsDep,
    vendors: VendorsDep,
    principal: MoneyStaff,
    intent: IntentDep,
) -> SettlementView:
    """Make payable what a merchant's delivered orders have brought until an instant, less fees."""
    await check_books(session, vendors, principal, body.merchant_id)
    return await intent.once(
        session,
        body,
        SettlementView,
        lambda: service.settle(session, body.merchant_id, body.currency, body.until, principal.actor),
    )


@router.get("/payments/settlements")
async def settlements(
    session: SessionDep,
    service: SettlementsDep,
    vendors: VendorsDep,
    page: PageDep,
    principal: MoneyStaff,
    merchant: Merchant = None,
) -> Page[SettlementView]:
    """List settlements, the newest first."""
    wanted = merchant or principal.merchant_id
    if wanted is not None:
        await check_books(session, vendors, principal, wanted)
    whose = None if wanted is None else {wanted}
    if wanted is None and cities_of(principal) is not None:
        whose = {one.id for one in await vendors.merchants(session) if principal.serves(one.city)}
    rows, total = await service.page(session, whose, limit=page.limit, offset=page.offset)
    items = [SettlementView.model_validate(row) for row in rows]
    return Page(items=items, total=total, limit=page.limit, offset=page.offset)


@router.post("/payments/settlements/{settlement_id}/paid")
async def settlement_paid(
    settlement_id: str,
    body: PaidUnder,
    session: SessionDep,
    service: SettlementsDep,
    vendors: VendorsDep,
    principal: Owner,
    intent: IntentDep,
) -> SettlementView:
    """Record that a settlement was paid out, under the bank's code; again changes nothing."""
    found = await service.get(session, settlement_id)
    await check_books(session, vendors, principal, found.merchant_id)
    return await intent.once(
        session, body, SettlementView, lambda: service.pay(session, settlement_id, body.code, principal.actor)
    )


@router.put("/payments/fees/{merchant_id}")
async def set_fee(
    merchant_id: str, body: FeeTerms, session: SessionDep, service: SettlementsDep, principal: Owner
) -> FeeTerms:
    """Set what a merchant pays of each order from the next settlement on; the platform's to say."""
    platform_only(principal)
    fee = await service.set_fee(session, merchant_id, body.basis_points, body.fixed_minor, principal.actor)
    return FeeTerms(basis_points=fee.basis_points, fixed_minor=fee.fixed_minor)
