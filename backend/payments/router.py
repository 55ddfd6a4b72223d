"""HTTP of payments: begin, look up, cash, refunds, and the providers' webhooks."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from backend.orders.service import OrdersService
from backend.payments import repository
from backend.payments.errors import IntentNotFoundError
from backend.payments.ports import Callbacks
from backend.payments.schemas import (
    BeginPayment,
    CashTaken,
    ClaimReceipt,
    ClaimView,
    PaymentView,
    ReceiptView,
    RefundDecision,
    RefundView,
)
from backend.payments.service import PaymentsService
from backend.payments.service.refunds import RefundsService
from backend.platform.actors import Source
from backend.platform.auth.dependencies import require
from backend.platform.auth.principal import ALL_CITIES, Principal, Role
from backend.platform.errors import NotFoundError, UnauthorizedError
from backend.platform.inbox import EventIntake, IntakeRow
from backend.platform.observability.metrics import WEBHOOKS
from backend.platform.web import Page, PageDep, SessionDep, provide

router = APIRouter(prefix="/api/v1", tags=["payments"])
webhooks = APIRouter(prefix="/webhooks", tags=["webhooks"])

PaymentsDep = Annotated[PaymentsService, Depends(provide(PaymentsService))]
RefundsDep = Annotated[RefundsService, Depends(provide(RefundsService))]
OrdersDep = Annotated[OrdersService, Depends(provide(OrdersService))]
IntakeDep = Annotated[EventIntake, Depends(provide(EventIntake))]
Staff = Annotated[Principal, Depends(require(Role.AGENT, Role.ADMIN, Role.OWNER, Role.SERVICE, Role.BOT))]
MoneyStaff = Annotated[Principal, Depends(require(Role.ADMIN, Role.OWNER))]
Door = Annotated[Principal, Depends(require(Role.RIDER, Role.ADMIN, Role.SERVICE))]


class PaymentCallbacks(dict[str, Callbacks]):
    """The callbacks of each provider, by name."""


CallbacksDep = Annotated[PaymentCallbacks, Depends(provide(PaymentCallbacks))]


async def _check_order(session: SessionDep, orders: OrdersService, principal: Principal, order_id: str) -> None:
    order = await orders.get(session, order_id)
    principal.check_city(order.city)
    principal.check_merchant(order.merchant_id)


@router.get("/orders/{order_id}/payment")
async def payment_status(
    order_id: str, session: SessionDep, payments: PaymentsDep, orders: OrdersDep, principal: Staff
) -> PaymentView:
    """Say how an order is being paid."""
    await _check_order(session, orders, principal, order_id)
    return PaymentView.model_validate(await payments.status(session, order_id))


@router.post("/orders/{order_id}/payment", status_code=202)
async def begin_payment(
    order_id: str, body: BeginPayment, session: SessionDep, payments: PaymentsDep, orders: OrdersDep, principal: Staff
) -> PaymentView:
    """Start to collect what is due, or return what is under way; asking again never prompts twice."""
    await _check_order(session, orders, principal, order_id)
    return PaymentView.model_validate(await payments.begin(session, order_id, body.method, body.payer_phone))


@router.post("/orders/{order_id}/payment/claim")
async def claim_receipt(
    order_id: str, body: ClaimReceipt, session: SessionDep, payments: PaymentsDep, orders: OrdersDep, principal: Staff
) -> ClaimView:
    """Look up a receipt code that a customer has pasted."""
    await _check_order(session, orders, principal, order_id)
    return ClaimView.model_validate(await payments.claim_receipt(session, order_id, body.code))


@router.post("/orders/{order_id}/payment/switch-to-upi", status_code=202)
async def switch_to_upi(
    order_id: str, session: SessionDep, payments: PaymentsDep, orders: OrdersDep, principal: Door
) -> PaymentView:
    """Ask for UPI at the door in place of cash."""
    await _check_order(session, orders, principal, order_id)
    view = await payments.switch_to_upi(session, order_id, actor=principal.actor, source=Source.API)
    return PaymentView.model_validate(view)


@router.post("/orders/{order_id}/payment/cash")
async def take_cash(
    order_id: str, body: CashTaken, session: SessionDep, payments: PaymentsDep, orders: OrdersDep, principal: Door
) -> ReceiptView:
    """Book cash that a rider has taken; booking it again changes nothing."""
    await _check_order(session, orders, principal, order_id)
    principal.check_self(Role.RIDER, body.rider_id)
    return ReceiptView.model_validate(await payments.record_cash(session, order_id, body.amount_minor, body.rider_id))


@router.get("/orders/{order_id}/receipts")
async def receipts(order_id: str, session: SessionDep, orders: OrdersDep, principal: Staff) -> list[ReceiptView]:
    """List the receipts of an order, oldest first."""
    await _check_order(session, orders, principal, order_id)
    return [ReceiptView.model_validate(row) for row in await repository.receipts_of(session, order_id)]


@router.get("/refunds")
async def refunds(
    session: SessionDep, service: RefundsDep, page: PageDep, principal: MoneyStaff, state: str | None = "due"
) -> Page[RefundView]:
    """List refunds by state, oldest first."""
    rows, total = await service.page(
        session,
        state=state,
        merchant_id=principal.merchant_id,
        cities=None if principal.cities == ALL_CITIES else principal.cities,
        limit=page.limit,
        offset=page.offset,
    )
    items = [RefundView.model_validate(row) for row in rows]
    return Page(items=items, total=total, limit=page.limit, offset=page.offset)


@router.post("/refunds/{refund_id}/decision")
async def decide_refund(
    refund_id: str,
    body: RefundDecision,
    session: SessionDep,
    service: RefundsDep,
    orders: OrdersDep,
    principal: MoneyStaff,
) -> RefundView:
    """Approve or reject a refund."""
    order_id = await service.order_of(session, refund_id)
    if order_id is not None:
        await _check_order(session, orders, principal, order_id)
    refund = await service.decide(session, refund_id, approve=body.approve, note=body.note, actor=principal.actor)
    if principal.merchant_id is not None and refund.merchant_id != principal.merchant_id:
        raise IntentNotFoundError(refund_id=refund_id)
    return RefundView.model_validate(refund)


async def _take(request: Request, intake: EventIntake, callbacks: Callbacks, kind: str, subject: str) -> dict[str, str]:
    """Store a checked webhook and acknowledge it; a body that is none of theirs is counted and dropped."""
    body = await request.body()
    if not callbacks.is_genuine(body, request.headers.get("x-razorpay-signature", "")):
        WEBHOOKS.labels(callbacks.provider, "refused").inc()
        message = "The signature does not match the body."
        raise UnauthorizedError(message)
    try:
        event_id = callbacks.event_id(kind, body, request.headers.get("x-razorpay-event-id", ""))
    except ValueError:
        WEBHOOKS.labels(callbacks.provider, "unreadable").inc()
        return {"ResultCode": "0", "ResultDesc": "Accepted"}
    await intake.store(callbacks.provider, [IntakeRow(event_id, kind, body, {"subject": subject}, lane=subject)])
    WEBHOOKS.labels(callbacks.provider, "stored").inc()
    return {"ResultCode": "0", "ResultDesc": "Accepted"}


@webhooks.post("/daraja/{kind}/{token}")
async def daraja_callback(
    kind: str, token: str, request: Request, intake: IntakeDep, payments: CallbacksDep
) -> dict[str, str]:
    """Take a prompt's result, a payment made by hand, or the result of a look-up."""
    callbacks = payments["daraja"]
    subject = callbacks.subject_of(token)
    if subject is None or kind not in {"stk", "c2b", "result"}:
        WEBHOOKS.labels("daraja", "refused").inc()
        raise NotFoundError
    return await _take(request, intake, callbacks, kind, subject)


@webhooks.post("/daraja/c2b/{token}/confirmation")
async def daraja_confirmation(
    token: str, request: Request, intake: IntakeDep, payments: CallbacksDep
) -> dict[str, str]:
    """Take a payment made by hand, at the address registered for confirmations."""
    return await daraja_callback("c2b", token, request, intake, payments)


@webhooks.post("/daraja/c2b/{token}/validation")
async def daraja_validation(token: str, payments: CallbacksDep) -> dict[str, str]:
    """Accept a payment made by hand before it moves; what it is for is decided once it has."""
    if payments["daraja"].subject_of(token) is None:
        raise NotFoundError
    return {"ResultCode": "0", "ResultDesc": "Accepted"}


@webhooks.post("/upi")
async def upi_webhook(request: Request, intake: IntakeDep, payments: CallbacksDep) -> dict[str, str]:
    """Take what became of a payment link or code."""
    return await _take(request, intake, payments["upi"], "link", "")
