"""Every query of payments; rows are locked order first, then attempt, then receipt.

A locked row is read afresh, since another transaction may have changed it while this one waited for the lock.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Row, column, delete, func, select, table, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders.ports import OrderView
from backend.payments.lifecycle import ReceiptState
from backend.payments.models import (
    LedgerEntry,
    PaymentAttempt,
    PaymentIntent,
    Receipt,
    ReceiptDecision,
    ReceiptSuggestion,
    Refund,
)
from backend.payments.policies import CLOSED_STATES
from backend.payments.ports import AccountBalance
from backend.payments.repository.lists import GIVEN as GIVEN
from backend.payments.repository.lists import ReceiptFilter as ReceiptFilter
from backend.payments.repository.lists import ReceiptPage as ReceiptPage
from backend.payments.repository.shares import counted_minor as counted_minor
from backend.payments.repository.shares import counted_of as counted_of
from backend.payments.repository.shares import left_of as left_of
from backend.payments.repository.shares import refunded_minor as refunded_minor
from backend.platform.db.types import blind_index

_MOST_OF_PAYER: Final = 20
_ORDERS: Final = table("orders", column("id"), column("city"))
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


async def count_attempts(session: AsyncSession, intent_id: str) -> int:
    """Return how often an intent was tried."""
    counted = select(func.count()).where(PaymentAttempt.intent_id == intent_id)
    return int(await session.scalar(counted) or 0)


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


async def asked(session: AsyncSession, order_ids: Sequence[str]) -> Sequence[Row[str, int, datetime, str | None]]:
    """Return (order, amount, when, payer's number) of everything that was asked for these orders."""
    columns = (PaymentIntent.order_id, PaymentIntent.amount_minor, PaymentIntent.created_at, PaymentIntent.payer_phone)
    return (await session.execute(select(*columns).where(PaymentIntent.order_id.in_(order_ids)))).all()


async def orders_of_payer(session: AsyncSession, phone: str, since: datetime, until: datetime) -> Sequence[str]:
    """Return the orders of a span that this number was asked to pay, the newest first."""
    query = (
        select(PaymentIntent.order_id)
        .where(PaymentIntent.payer_index == blind_index(phone), PaymentIntent.created_at.between(since, until))
        .order_by(PaymentIntent.created_at.desc())
        .limit(_MOST_OF_PAYER)
    )
    return (await session.scalars(query)).all()


async def close_intents(session: AsyncSession, order_ids: Sequence[str]) -> None:
    """Mark what was to be collected for these orders as paid."""
    if order_ids:
        await session.execute(
            update(PaymentIntent)
            .where(PaymentIntent.order_id.in_(order_ids), PaymentIntent.state == "open")
            .values(state="paid")
        )


async def supersede_intents(session: AsyncSession, order_id: str) -> None:
    """Mark that what was to be collected for an order is to be collected no more."""
    await session.execute(
        update(PaymentIntent)
        .where(PaymentIntent.order_id == order_id, PaymentIntent.state == "open")
        .values(state="superseded")
    )


async def insert_receipts(session: AsyncSession, rows: Sequence[Mapping[str, object]]) -> Sequence[Receipt]:
    """Insert receipts, each with the same fields; return those whose provider and code were not known already."""
    if not rows:
        return []
    statement = insert(Receipt).values(rows).on_conflict_do_nothing(index_elements=["provider", "code"])
    return (await session.scalars(statement.returning(Receipt))).all()


async def receipt_by_code(session: AsyncSession, provider: str, code: str, *, lock: bool = False) -> Receipt | None:
    """Return a receipt by its provider's code."""
    query = select(Receipt).where(Receipt.provider == provider, Receipt.code == code)
    found: Receipt | None = await session.scalar(
        query.with_for_update().execution_options(populate_existing=True) if lock else query
    )
    return found


async def receipts_by_codes(session: AsyncSession, provider: str, codes: Sequence[str]) -> Sequence[Receipt]:
    """Return the receipts among these codes that are known."""
    query = select(Receipt).where(Receipt.provider == provider, Receipt.code.in_(codes))
    return (await session.scalars(query)).all()


async def receipt(session: AsyncSession, receipt_id: str, *, lock: bool = False) -> Receipt | None:
    """Return a receipt by our id."""
    query = select(Receipt).where(Receipt.id == receipt_id)
    found: Receipt | None = await session.scalar(
        query.with_for_update().execution_options(populate_existing=True) if lock else query
    )
    return found


async def parts_of(session: AsyncSession, receipt_id: str) -> Sequence[Receipt]:
    """Return what stands in the place of a receipt: its parts, theirs where they were taken apart too, by code."""
    tree = select(Receipt.id).where(Receipt.part_of == receipt_id).cte(recursive=True)
    tree = tree.union_all(select(Receipt.id).where(Receipt.part_of == tree.c.id))
    query = select(Receipt).where(Receipt.id.in_(select(tree.c.id)), Receipt.state != ReceiptState.REPLACED)
    return (await session.scalars(query.order_by(Receipt.code).execution_options(populate_existing=True))).all()


async def orders_taken_from(session: AsyncSession, provider: str, code: str) -> frozenset[str]:
    """Return the orders that people took a payment, or parts of it, away from."""
    query = (
        select(ReceiptDecision.order_id)
        .join(Receipt, Receipt.id == ReceiptDecision.receipt_id)
        .where(ReceiptDecision.kind == "undone", Receipt.provider == provider)
        .where((Receipt.code == code) | Receipt.code.startswith(f"{code}/", autoescape=True))
    )
    return frozenset(found for found in await session.scalars(query) if found is not None)


async def taken_from(session: AsyncSession, order_ids: Sequence[str]) -> Sequence[tuple[str, str]]:
    """Return (order, receipt) of what people took away from some orders."""
    query = select(ReceiptDecision.order_id, ReceiptDecision.receipt_id).where(
        ReceiptDecision.kind == "undone", ReceiptDecision.order_id.in_(order_ids)
    )
    return [(str(order_id), receipt_id) for order_id, receipt_id in await session.execute(query)]


async def count_parts(session: AsyncSession, provider: str, code: str) -> int:
    """Return how many parts a payment has had, under its first code."""
    counted = select(func.count()).where(
        Receipt.provider == provider, Receipt.code.startswith(f"{code}/", autoescape=True)
    )
    return int(await session.scalar(counted) or 0)


async def held_by(session: AsyncSession, receipt_id: str, order_id: str | None) -> dict[str, int]:
    """Return what each account holds of a receipt's money, by its postings under an order; none that hold nothing."""
    total = func.sum(LedgerEntry.credit_minor - LedgerEntry.debit_minor)
    query = (
        select(LedgerEntry.account, total)
        .where(LedgerEntry.order_id == order_id, LedgerEntry.receipt_id == receipt_id)
        .group_by(LedgerEntry.account)
        .having(total > 0)
    )
    return {account: int(held) for account, held in await session.execute(query)}


async def funds_of(session: AsyncSession, order_id: str, account: str) -> int:
    """Return what an account holds of an order's money."""
    total = func.coalesce(func.sum(LedgerEntry.credit_minor - LedgerEntry.debit_minor), 0)
    query = select(total).where(LedgerEntry.order_id == order_id, LedgerEntry.account == account)
    return int(await session.scalar(query) or 0)


async def refunds_of_receipt(session: AsyncSession, receipt_id: str, *, lock: bool = True) -> Sequence[Refund]:
    """Return a receipt's refunds, locked where its own row is held."""
    query = select(Refund).where(Refund.receipt_id == receipt_id).order_by(Refund.id)
    query = query.with_for_update() if lock else query
    return (await session.scalars(query.execution_options(populate_existing=True))).all()


async def reopen_intent(session: AsyncSession, order_id: str, due_minor: int) -> None:
    """Await what an order owes again, the way it was asked for last, unless something is awaited already."""
    query = (
        select(PaymentIntent)
        .where(PaymentIntent.order_id == order_id, PaymentIntent.state.in_(("open", "paid")))
        .order_by(PaymentIntent.created_at.desc(), PaymentIntent.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    known = (await session.scalars(query)).all()
    if known and all(one.state == "paid" for one in known):
        known[0].state, known[0].amount_minor = "open", due_minor
        await session.flush()


async def add_decision(session: AsyncSession, decision: ReceiptDecision) -> None:
    """Add a decision."""
    session.add(decision)
    await session.flush()


async def suggest(session: AsyncSession, receipt_id: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Make these the receipt's suggestions, in place of any that it had."""
    await session.execute(delete(ReceiptSuggestion).where(ReceiptSuggestion.receipt_id == receipt_id))
    if rows:
        await session.execute(insert(ReceiptSuggestion), [{"receipt_id": receipt_id, **row} for row in rows])


async def suggestions_of(session: AsyncSession, receipt_ids: Sequence[str]) -> Sequence[ReceiptSuggestion]:
    """Return the suggestions of some receipts, best first."""
    query = select(ReceiptSuggestion).where(ReceiptSuggestion.receipt_id.in_(receipt_ids))
    return (await session.scalars(query.order_by(ReceiptSuggestion.points.desc(), ReceiptSuggestion.order_id))).all()


async def receipts_of(session: AsyncSession, *order_ids: str) -> Sequence[Receipt]:
    """Return the receipts of one or more orders, oldest first, as they are now."""
    query = select(Receipt).where(Receipt.order_id.in_(order_ids)).order_by(Receipt.created_at)
    return (await session.scalars(query.execution_options(populate_existing=True))).all()


async def paid_minor(session: AsyncSession, order_id: str) -> int:
    """Return what the receipts that count for the order brought it."""
    return (await counted_minor(session, [order_id])).get(order_id, 0)


async def due_minor(session: AsyncSession, order: OrderView) -> int:
    """Return what an order still has to be paid by its receipts; nothing where it is closed."""
    if order.state in CLOSED_STATES:
        return 0
    return max(order.amount_minor - await paid_minor(session, order.id), 0)


async def insert_refund(session: AsyncSession, values: dict[str, object]) -> str | None:
    """Queue a refund unless this receipt and cause has one; return its id where it is new."""
    statement = insert(Refund).values(values).on_conflict_do_nothing(index_elements=["receipt_id", "cause"])
    refund_id: str | None = await session.scalar(statement.returning(Refund.id))
    return refund_id


async def reject_refunds(session: AsyncSession, receipt_id: str, why: str) -> None:
    """Reject a receipt's refunds that nobody has paid out yet."""
    query = select(Refund).where(Refund.receipt_id == receipt_id, Refund.state.in_(("due", "approved")))
    for row in await session.scalars(query.with_for_update().execution_options(populate_existing=True)):
        row.state, row.note = "rejected", why
    await session.flush()


async def refund(session: AsyncSession, refund_id: str) -> Refund | None:
    """Return a refund, locked."""
    found: Refund | None = await session.scalar(
        select(Refund).where(Refund.id == refund_id).with_for_update().execution_options(populate_existing=True)
    )
    return found


async def refunds(
    session: AsyncSession,
    *,
    state: str | None,
    merchant_id: str | None,
    cities: frozenset[str] | None = None,
    limit: int,
    offset: int,
) -> tuple[Sequence[Refund], int]:
    """Return a page of refunds, oldest first, and how many there are; of orders in `cities`, or of all."""
    conditions: list[ColumnElement[bool]] = [Refund.state == state] if state else []
    if cities is not None:
        known = sorted(city.lower() for city in cities)
        conditions.append(Refund.order_id.in_(select(_ORDERS.c.id).where(func.lower(_ORDERS.c.city).in_(known))))
    if merchant_id:
        conditions.append(Refund.merchant_id == merchant_id)
    total = await session.scalar(select(func.count()).select_from(Refund).where(*conditions))
    query = select(Refund).where(*conditions).order_by(Refund.created_at, Refund.id).limit(limit).offset(offset)
    return (await session.scalars(query)).all(), int(total or 0)


def add_posting(session: AsyncSession, entries: Sequence[LedgerEntry]) -> None:
    """Add the sides of one posting."""
    session.add_all(entries)


async def balances(
    session: AsyncSession, merchant_id: str | None = None, at: datetime | None = None
) -> Sequence[AccountBalance]:
    """Return every account's sums up to an instant, by currency and name, all merchants' or one's."""
    debit, credit = func.sum(LedgerEntry.debit_minor), func.sum(LedgerEntry.credit_minor)
    query = select(LedgerEntry.account, LedgerEntry.currency, debit, credit)
    if merchant_id is not None:
        query = query.where(LedgerEntry.merchant_id == merchant_id)
    if at is not None:
        query = query.where(LedgerEntry.created_at <= at)
    grouped = query.group_by(LedgerEntry.account, LedgerEntry.currency)
    rows = await session.execute(grouped.order_by(LedgerEntry.currency, LedgerEntry.account))
    return [
        AccountBalance(account, currency, int(debits), int(credits_)) for account, currency, debits, credits_ in rows
    ]
