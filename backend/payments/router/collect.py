"""HTTP of collecting: begin, look up, switch, cash, and an order's receipts."""

from fastapi import APIRouter

from backend.payments import repository
from backend.payments.router.access import Door, OrdersDep, PaymentsDep, Staff, check_order
from backend.payments.schemas import BeginPayment, CashTaken, ClaimReceipt, ClaimView, PaymentView, ReceiptView
from backend.platform.actors import Source
from backend.platform.auth.principal import Role
from backend.platform.intents import IntentDep
from backend.platform.web import SessionDep

router = APIRouter()


@router.get("/orders/{order_id}/payment")
async def payment_status(
    order_id: str, session: SessionDep, payments: PaymentsDep, orders: OrdersDep, principal: Staff
) -> PaymentView:
    """Say how an order is being paid."""
    await check_order(session, orders, principal, order_id)
    return PaymentView.model_validate(await payments.status(session, order_id))


@router.post("/orders/{order_id}/payment", status_code=202)
async def begin_payment(
    order_id: str,
    body: BeginPayment,
    session: SessionDep,
    payments: PaymentsDep,
    orders: OrdersDep,
    principal: Staff,
    intent: IntentDep,
) -> PaymentView:
    """Start to collect what is due, or return what is under way; asking again never prompts twice."""
    await check_order(session, orders, principal, order_id)
    return await intent.once(
        session, body, PaymentView, lambda: payments.begin(session, order_id, body.method, body.payer_phone)
    )


@router.post("/orders/{order_id}/payment/claim")
async def claim_receipt(
    order_id: str,
    body: ClaimReceipt,
    session: SessionDep,
    payments: PaymentsDep,
    orders: OrdersDep,
    principal: Staff,
    intent: IntentDep,
) -> ClaimView:
    """Look up a receipt code that a customer has pasted."""
    await check_order(session, orders, principal, order_id)
    return await intent.once(session, body, ClaimView, lambda: payments.claim_receipt(session, order_id, body.code))


@router.post("/orders/{order_id}/payment/switch-to-upi", status_code=202)
async def switch_to_upi(
    order_id: str, session: SessionDep, payments: PaymentsDep, orders: OrdersDep, principal: Door, intent: IntentDep
) -> PaymentView:
    """Ask for UPI at the door in place of cash."""
    await check_order(session, orders, principal, order_id)
    return await intent.once(
        session,
        None,
        PaymentView,
        lambda: payments.switch_to_upi(session, order_id, actor=principal.actor, source=Source.API),
    )


@router.post("/orders/{order_id}/payment/return-to-cash", status_code=202)
async def return_to_cash(
    order_id: str, session: SessionDep, payments: PaymentsDep, orders: OrdersDep, principal: Door, intent: IntentDep
) -> PaymentView:
    """Take cash at the door after all; it can be booked once the provider has closed the open code."""
    await check_order(session, orders, principal, order_id)
    return await intent.once(
        session,
        None,
        PaymentView,
        lambda: payments.return_to_cash(session, order_id, actor=principal.actor, source=Source.API),
    )


@router.post("/orders/{order_id}/payment/cash")
async def take_cash(
    order_id: str,
    body: CashTaken,
    session: SessionDep,
    payments: PaymentsDep,
    orders: OrdersDep,
    principal: Door,
    intent: IntentDep,
) -> ReceiptView:
    """Book cash that a rider has taken; booking it again changes nothing."""
    await check_order(session, orders, principal, order_id)
    principal.check_self(Role.RIDER, body.rider_id)
    return await intent.once(
        session,
        body,
        ReceiptView,
        lambda: payments.record_cash(session, order_id, body.amount_minor, body.rider_id),
    )


@router.get("/orders/{order_id}/receipts")
async def receipts(order_id: str, session: SessionDep, orders: OrdersDep, principal: Staff) -> list[ReceiptView]:
    """List the receipts of an order, oldest first."""
    await check_order(session, orders, principal, order_id)
    return [ReceiptView.model_validate(row) for row in await repository.receipts_of(session, order_id)]
