"""Queries of payouts: one refund has one that has not failed, at most."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.payments.models import PaymentAttempt, PaymentIntent, Payout, Refund

UNDER_WAY: Final = frozenset({"created", "sent", "unknown"})


async def payout(session: AsyncSession, payout_id: str, *, lock: bool = False) -> Payout | None:
    """Return a payout by our id."""
    query = select(Payout).where(Payout.id == payout_id)
    found: Payout | None = await session.scalar(
        query.with_for_update().execution_options(populate_existing=True) if lock else query
    )
    return found


async def of_refund(session: AsyncSession, refund_id: str) -> Sequence[Payout]:
    """Return a refund's payouts, the newest first, as they are now."""
    query = select(Payout).where(Payout.refund_id == refund_id).order_by(Payout.created_at.desc(), Payout.id.desc())
    return (await session.scalars(query.execution_options(populate_existing=True))).all()


async def prompted_phone(session: AsyncSession, attempt_id: str) -> str | None:
    """Return the number that an attempt's prompt went to."""
    query = select(PaymentIntent.payer_phone).join(PaymentAttempt, PaymentAttempt.intent_id == PaymentIntent.id)
    found: str | None = await session.scalar(query.where(PaymentAttempt.id == attempt_id))
    return found


async def is_paid_by(session: AsyncSession, receipt_id: str, code: str) -> bool:
    """True where a refund of a receipt was paid under this code, or by undoing the payment itself."""
    query = select(Refund.id).outerjoin(Payout, (Payout.refund_id == Refund.id) & (Payout.state == "paid"))
    paid = query.where(Refund.receipt_id == receipt_id, Refund.state == "paid_back")
    by_this = (Payout.way == "reversal") | (func.upper(Refund.paid_code) == code.upper())
    return await session.scalar(paid.where(by_this).limit(1)) is not None
