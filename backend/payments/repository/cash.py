"""Queries of the cash that riders carry; the ledger says how much, the counts say who counted and what was expected."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.payments.models import POCKETS, CashCount, LedgerEntry

_A_POCKET: Final = text(f"account LIKE '{POCKETS}%'")  # As the index says it, so that it is used.
_HELD: Final = func.sum(LedgerEntry.debit_minor - LedgerEntry.credit_minor)


async def hold_pocket(session: AsyncSession, rider_id: str) -> None:
    """Make others that count this rider's cash wait until the transaction ends."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"pocket:{rider_id}", 0))))


async def held(session: AsyncSession, rider_ids: Collection[str]) -> dict[tuple[str, str], int]:
    """Return what riders carry, in minor units, by (rider, currency); below zero where they handed in too much."""
    accounts = {f"{POCKETS}{rider_id}": rider_id for rider_id in rider_ids}
    query = (
        select(LedgerEntry.account, LedgerEntry.currency, _HELD)
        .where(_A_POCKET, LedgerEntry.account.in_(sorted(accounts)))
        .group_by(LedgerEntry.account, LedgerEntry.currency)
        .order_by(LedgerEntry.account, LedgerEntry.currency)
    )
    rows = await session.execute(query)
    return {(accounts[account], currency): int(minor) for account, currency, minor in rows}


async def held_by_merchant(session: AsyncSession, rider_id: str, currency: str) -> Sequence[tuple[str | None, int]]:
    """Return (merchant, minor units) of what a rider carries for each."""
    query = (
        select(LedgerEntry.merchant_id, _HELD)
        .where(_A_POCKET, LedgerEntry.account == f"{POCKETS}{rider_id}", LedgerEntry.currency == currency)
        .group_by(LedgerEntry.merchant_id)
        .order_by(LedgerEntry.merchant_id)
    )
    return [(merchant_id, int(minor)) for merchant_id, minor in await session.execute(query)]


async def add_count(session: AsyncSession, values: Mapping[str, object]) -> CashCount | None:
    """Keep a count; None where this rider's cash of this order was counted before."""
    statement = (
        insert(CashCount)
        .values(values)
        .on_conflict_do_nothing(index_elements=["order_id", "rider_id"], index_where=text("order_id IS NOT NULL"))
    )
    found: CashCount | None = await session.scalar(statement.returning(CashCount))
    return found


async def counted_at_door(session: AsyncSession, order_id: str, rider_id: str) -> bool:
    """True where this rider has told of this order's cash."""
    query = select(CashCount.id).where(CashCount.order_id == order_id, CashCount.rider_id == rider_id)
    return await session.scalar(query) is not None


async def last_count(session: AsyncSession, rider_id: str) -> str:
    """Return the id of a rider's newest count; empty where there is none."""
    query = select(CashCount.id).where(CashCount.rider_id == rider_id)
    newest = query.order_by(CashCount.created_at.desc(), CashCount.id.desc()).limit(1)
    return str(await session.scalar(newest) or "")


async def counts_of(
    session: AsyncSession, rider_id: str, *, limit: int, offset: int
) -> tuple[Sequence[CashCount], int]:
    """Return a page of a rider's counts, the newest first, and how many there are."""
    total = await session.scalar(select(func.count()).where(CashCount.rider_id == rider_id))
    query = select(CashCount).where(CashCount.rider_id == rider_id)
    query = query.order_by(CashCount.created_at.desc(), CashCount.id.desc()).limit(limit).offset(offset)
    return (await session.scalars(query)).all(), int(total or 0)
