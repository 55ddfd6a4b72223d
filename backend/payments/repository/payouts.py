"""Queries of payouts: one refund has one that has not failed, at most."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.payments.models import PaymentAttempt, PaymentIntent, Payout

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
