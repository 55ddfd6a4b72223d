"""Queries of settlements: what merchants' orders hold, our fees, and what was settled."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.payments.models import LedgerEntry, MerchantFee, Settlement


async def funds_by_order(
    session: AsyncSession, merchant_id: str, currency: str, account: str, until: datetime
) -> Sequence[tuple[str, int]]:
    """Return (order, credits less debits) of an account that holds some of an order's money, or lacks some."""
    total = func.sum(LedgerEntry.credit_minor - LedgerEntry.debit_minor)
    query = (
        select(LedgerEntry.order_id, total)
        .where(LedgerEntry.merchant_id == merchant_id, LedgerEntry.currency == currency)
        .where(LedgerEntry.account == account, LedgerEntry.order_id.is_not(None), LedgerEntry.created_at <= until)
        .group_by(LedgerEntry.order_id)
        .having(total != 0)
    )
    rows = await session.execute(query.order_by(LedgerEntry.order_id))
    return [(str(order_id), int(held)) for order_id, held in rows]


async def hold_books(session: AsyncSession, merchant_id: str) -> None:
    """Make others that settle with this merchant wait until the transaction ends."""
    key = func.hashtextextended(f"settle:{merchant_id}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(key)))


async def fee_of(session: AsyncSession, merchant_id: str) -> MerchantFee | None:
    """Return what a merchant pays us."""
    return await session.get(MerchantFee, merchant_id)


async def settlement(session: AsyncSession, settlement_id: str) -> Settlement | None:
    """Return a settlement, locked."""
    query = select(Settlement).where(Settlement.id == settlement_id)
    found: Settlement | None = await session.scalar(query.with_for_update().execution_options(populate_existing=True))
    return found


async def settlements(
    session: AsyncSession, merchant_ids: Collection[str] | None, *, limit: int, offset: int
) -> tuple[Sequence[Settlement], int]:
    """Return a page of the settlements of some merchants, or of all, the newest first, and how many there are."""
    conditions = [] if merchant_ids is None else [Settlement.merchant_id.in_(sorted(merchant_ids))]
    total = await session.scalar(select(func.count()).select_from(Settlement).where(*conditions))
    query = select(Settlement).where(*conditions).order_by(Settlement.until.desc(), Settlement.id)
    return (await session.scalars(query.limit(limit).offset(offset))).all(), int(total or 0)


async def is_code_used(session: AsyncSession, code: str) -> bool:
    """True where a settlement was paid out under this code."""
    found = await session.scalar(select(Settlement.id).where(Settlement.paid_code == code))
    return found is not None
