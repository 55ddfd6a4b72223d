"""HTTP of receipts that people take apart, put together, or away from an order."""

from fastapi import APIRouter

from backend.payments import repository
from backend.payments.errors import ReceiptNotFoundError
from backend.payments.router.access import (
    MoneyStaff,
    OrdersDep,
    PartsDep,
    ReceiptsDep,
    check_order,
    check_receipt,
    platform_only,
)
from backend.payments.schemas import MergeReceipts, ReceiptsView, ReceiptView, SplitReceipt, UndoMatch
from backend.payments.service.parts import Part
from backend.platform.intents import IntentDep
from backend.platform.web import SessionDep

router = APIRouter()


@router.post("/payments/receipts/{receipt_id}/split")
async def split_receipt(
    receipt_id: str,
    body: SplitReceipt,
    session: SessionDep,
    parts: PartsDep,
    receipts: ReceiptsDep,
    orders: OrdersDep,
    principal: MoneyStaff,
    intent: IntentDep,
) -> ReceiptsView:
    """Give parts of an open receipt to orders; what is left of it stays open, as the last of the parts."""
    platform_only(principal)
    for part in body.parts:
        await check_order(session, orders, principal, part.order_id)
    wanted = [Part(part.order_id, part.amount_minor) for part in body.parts]

    async def split() -> ReceiptsView:
        await check_receipt(session, receipts, principal, receipt_id)
        return ReceiptsView.of(await parts.split(session, receipt_id, wanted, body.reason, principal.actor))

    return await intent.once(session, body, ReceiptsView, split)


@router.post("/payments/receipts/{receipt_id}/undo")
async def undo_match(
    receipt_id: str,
    body: UndoMatch,
    session: SessionDep,
    parts: PartsDep,
    orders: OrdersDep,
    principal: MoneyStaff,
    intent: IntentDep,
) -> ReceiptView:
    """Take a receipt away from the order that it was given to; it is open again, under its code with a number."""
    platform_only(principal)
    receipt = await repository.receipt(session, receipt_id)
    if receipt is None:
        raise ReceiptNotFoundError(receipt_id=receipt_id)
    if receipt.order_id is not None:
        await check_order(session, orders, principal, receipt.order_id)
    return await intent.once(
        session, body, ReceiptView, lambda: parts.undo(session, receipt_id, body.reason, principal.actor)
    )


@router.post("/orders/{order_id}/receipts")
async def merge_receipts(
    order_id: str,
    body: MergeReceipts,
    session: SessionDep,
    parts: PartsDep,
    receipts: ReceiptsDep,
    orders: OrdersDep,
    principal: MoneyStaff,
    intent: IntentDep,
) -> ReceiptsView:
    """Give several open receipts to one order: all of them, or none."""
    platform_only(principal)
    await check_order(session, orders, principal, order_id)

    async def merge() -> ReceiptsView:
        await check_receipt(session, receipts, principal, *body.receipt_ids)
        return ReceiptsView.of(await parts.merge(session, order_id, body.receipt_ids, body.reason, principal.actor))

    return await intent.once(session, body, ReceiptsView, merge)
