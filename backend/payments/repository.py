"""Every query of payments; rows are locked order first, then attempt, then receipt.

A locked row is read afresh, since another transaction may have changed it while this one waited for the lock.
"""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.payments.models import LedgerEntry, PaymentAttempt, PaymentIntent, Receipt, Refund

LIVE_STATES = ("created", "sent", "unknown")


async def attempt(session: AsyncSession, attempt_id: str, *, lock: bool = False) -> PaymentAttempt | None:
    """Return an attempt by our id."""
    query = select(PaymentAttempt).where(PaymentAttempt.id == attempt_id)
    found: PaymentAttempt | None = await session.scalar(
        query.with_for_update().execution_options(populate_existing=True) if lock else query
    )
    return found


async def attempt_by_ref(session: AsyncSession, provider_ref: str) -> PaymentAttempt | None:
    """Return an attempt by the provider's id."""
    query = select(PaymentAttempt).where(PaymentAttempt.provider_ref == provider_ref)
    found: PaymentAttempt | None = await session.scalar(query)
    return found


async def live_attempt(session: AsyncSession, order_id: str) -> PaymentAttempt | None:
    """Return the order's one live attempt, locked; None where there is none."""
    query = (
        select(PaymentAttempt)
        .where(PaymentAttempt.order_id == order_id, PaymentAttempt.state.in_(LIVE_STATES))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found: PaymentAttempt | None = await session.scalar(query)
    return found


async def attempts_of(session: AsyncSession, order_id: str) -> Sequence[PaymentAttempt]:
    """Return an order's attempts, newest first."""
    query = select(PaymentAttempt).where(PaymentAttempt.order_id == order_id).order_by(PaymentAttempt.created_at.desc())
    return (await session.scalars(query)).all()


async def intent(session: AsyncSession, intent_id: str) -> PaymentIntent:
    """Return an intent that is known to exist."""
    return await session.get_one(PaymentIntent, intent_id)


async def open_intent(session: AsyncSession, order_id: str) -> PaymentIntent | None:
    """Return the order's open intent, locked; None where there is none."""
    query = (
        select(PaymentIntent)
        .where(PaymentIntent.order_id == order_id, PaymentIntent.state == "open")
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found: PaymentIntent | None = await session.scalar(query)
    return found


async def insert_receipt(session: AsyncSession, values: dict[str, object]) -> bool:
    """Insert a receipt unless its provider and code are known; return whether it is new."""
    statement = insert(Receipt).values(values).on_conflict_do_nothing(index_elements=["provider", "code"])
    return await session.scalar(statement.returning(Receipt.id)) is not None


async def receipt_by_code(session: AsyncSession, provider: str, code: str) -> Receipt | None:
    """Return a receipt by its provider's code, locked."""
    query = (
        select(Receipt)
        .where(Receipt.provider == provider, Receipt.code == code)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found: Receipt | None = await session.scalar(query)
    return found


async def provisional_receipt(session: AsyncSession, order_id: str, amount_minor: int) -> Receipt | None:
    """Return the order's receipt that still waits for its code, of this amount, locked."""
    query = (
        select(Receipt)
        .where(Receipt.order_id == order_id, Receipt.provisional, Receipt.amount_minor == amount_minor)
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found: Receipt | None = await session.scalar(query)
    return found


async def receipt_without_attempt(
    session: AsyncSession, order_id: str, provider: str, amount_minor: int
) -> Receipt | None:
    """Return the order's matched receipt of this rail and amount that no attempt is known for, locked."""
    query = (
        select(Receipt)
        .where(Receipt.order_id == order_id, Receipt.provider == provider, Receipt.amount_minor == amount_minor)
        .where(Receipt.state == "matched", Receipt.attempt_id.is_(None))
        .order_by(Receipt.created_at)
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found: Receipt | None = await session.scalar(query)
    return found


async def receipts_of(session: AsyncSession, order_id: str) -> Sequence[Receipt]:
    """Return an order's receipts, oldest first."""
    query = select(Receipt).where(Receipt.order_id == order_id).order_by(Receipt.created_at)
    return (await session.scalars(query)).all()


async def paid_minor(session: AsyncSession, order_id: str) -> int:
    """Return the sum of the receipts that count for the order."""
    query = select(func.coalesce(func.sum(Receipt.amount_minor), 0)).where(
        Receipt.order_id == order_id, Receipt.state == "matched"
    )
    return int(await session.scalar(query) or 0)


async def insert_refund(session: AsyncSession, values: dict[str, object]) -> str | None:
    """Queue a refund unless this receipt and cause has one; return its id where it is new."""
    statement = insert(Refund).values(values).on_conflict_do_nothing(index_elements=["receipt_id", "cause"])
    refund_id: str | None = await session.scalar(statement.returning(Refund.id))
    return refund_id


async def refund(session: AsyncSession, refund_id: str) -> Refund | None:
    """Return a refund, locked."""
    found: Refund | None = await session.scalar(
        select(Refund).where(Refund.id == refund_id).with_for_update().execution_options(populate_existing=True)
    )
    return found


async def refunds(
    session: AsyncSession, *, state: str | None, merchant_id: str | None, limit: int, offset: int
) -> tuple[Sequence[Refund], int]:
    """Return a page of refunds, oldest first, and how many there are."""
    conditions = [Refund.state == state] if state else []
    if merchant_id:
        conditions.append(Refund.merchant_id == merchant_id)
    total = await session.scalar(select(func.count()).select_from(Refund).where(*conditions))
    query = select(Refund).where(*conditions).order_by(Refund.created_at, Refund.id).limit(limit).offset(offset)
    return (await session.scalars(query)).all(), int(total or 0)


def add_posting(session: AsyncSession, entries: Sequence[LedgerEntry]) -> None:
    """Add the sides of one posting."""
    session.add_all(entries)


async def balances(session: AsyncSession, merchant_id: str | None = None) -> Sequence[tuple[str, str, int]]:
    """Return (account, currency, debits less credits), all merchants' or one's."""
    total = func.sum(LedgerEntry.debit_minor - LedgerEntry.credit_minor)
    query = select(LedgerEntry.account, LedgerEntry.currency, total).group_by(LedgerEntry.account, LedgerEntry.currency)
    if merchant_id:
        query = query.where(LedgerEntry.merchant_id == merchant_id)
    rows = await session.execute(query.order_by(LedgerEntry.account))
    return [(account, currency, int(balance)) for account, currency, balance in rows]
