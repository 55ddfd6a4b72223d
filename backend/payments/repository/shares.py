"""How much of a receipt stands where: still to be claimed, counted for its order, paid back."""

from collections.abc import Collection

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.payments.models import LedgerEntry, Receipt, Refund


async def left_of(session: AsyncSession, receipt: Receipt) -> int:
    """Return how much of a receipt no refund has claimed."""
    claimed = select(func.coalesce(func.sum(Refund.amount_minor), 0)).where(
        Refund.receipt_id == receipt.id, Refund.state != "rejected"
    )
    return receipt.amount_minor - int(await session.scalar(claimed) or 0)


async def counted_of(session: AsyncSession, receipt: Receipt, *, is_closed: bool) -> int:
    """Return how much of a receipt its order still shows as paid.

    Not what it brought too much, nor what was given back as a person asked; of a closed order's money, which counts
    whole, all that was given back.
    """
    given_back = Refund.state == "paid_back"
    if not is_closed:
        given_back = or_(Refund.cause == "paid_too_much", and_(given_back, Refund.requested_by.is_not(None)))
    gone = select(func.coalesce(func.sum(Refund.amount_minor), 0)).where(Refund.receipt_id == receipt.id, given_back)
    return receipt.amount_minor - int(await session.scalar(gone) or 0)


async def refunded_minor(session: AsyncSession, receipt_id: str) -> int:
    """Return how much of a receipt was paid back."""
    paid = select(func.coalesce(func.sum(Refund.amount_minor), 0)).where(
        Refund.receipt_id == receipt_id, Refund.state == "paid_back"
    )
    return int(await session.scalar(paid) or 0)


async def counted_minor(session: AsyncSession, order_ids: Collection[str]) -> dict[str, int]:
    """Return by order what its receipts brought that count for it, without what was too much; none where none does."""
    brought = func.sum(LedgerEntry.credit_minor).filter(LedgerEntry.cause == "paid")
    too_much = func.sum(LedgerEntry.debit_minor).filter(LedgerEntry.cause == "paid_too_much")
    query = (
        select(LedgerEntry.order_id, func.coalesce(brought, 0) - func.coalesce(too_much, 0))
        .join(Receipt, Receipt.id == LedgerEntry.receipt_id)
        .where(Receipt.state == "matched", Receipt.order_id == LedgerEntry.order_id)
        .where(LedgerEntry.order_id.in_(order_ids), LedgerEntry.account == "customer_funds")
        .group_by(LedgerEntry.order_id)
    )
    return {str(order_id): int(minor) for order_id, minor in await session.execute(query)}
