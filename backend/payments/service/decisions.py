"""What people decided about receipts, written down once each."""

from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from backend.payments import repository
from backend.payments.models import Receipt, ReceiptDecision
from backend.platform.actors import Actor


class Decided(StrEnum):
    """What a person may decide about a receipt."""

    GIVEN = "given"
    SPLIT = "split"
    UNDONE = "undone"
    GIVEN_BACK = "given_back"


async def decided(
    session: AsyncSession, receipt: Receipt, kind: Decided, actor: Actor, reason: str = "", order_id: str | None = None
) -> None:
    """Write a decision down, with who and why."""
    decision = ReceiptDecision(
        receipt_id=receipt.id,
        order_id=order_id,
        kind=kind,
        amount_minor=receipt.amount_minor,
        currency=receipt.currency,
        actor=str(actor),
        reason=reason,
    )
    await repository.add_decision(session, decision)
