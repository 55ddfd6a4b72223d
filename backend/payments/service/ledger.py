"""Postings: every movement of money, twice; balances are sums, at any instant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.payments import repository
from backend.payments.lifecycle import OPEN
from backend.payments.models import POCKETS, LedgerEntry, Receipt
from backend.payments.ports import AccountBalance
from backend.platform.ids import new_uuid

CASH: Final = "cash"
CUSTOMER_FUNDS: Final = "customer_funds"
SUSPENSE: Final = "suspense"
REFUNDS_PAYABLE: Final = "refunds_payable"
REFUNDS_DECLINED: Final = "refunds_declined"
MERCHANT_PAYABLE: Final = "merchant_payable"
FEES_EARNED: Final = "fees_earned"
BANK: Final = "bank"
PROVIDER_CHARGES: Final = "provider_charges"  # What providers take for carrying money.
CASH_DIFFERENCES: Final = "cash_differences"
OWED_BY_PAYERS: Final = "owed_by_payers"  # What went back to them twice.


@dataclass(frozen=True, slots=True)
class Movement:
    """From one account to another; both are named by what they hold."""

    debit: str
    credit: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose money moves, and for what."""

    currency: str
    merchant_id: str | None = None
    order_id: str | None = None
    receipt_id: str | None = None
    settlement_id: str | None = None


def clearing(provider: str) -> str:
    """Return the account of money that a provider, or our own till, holds for us."""
    return f"clearing.{provider}"


def pocket(rider_id: str) -> str:
    """Return the account of the cash that a rider carries."""
    return f"{POCKETS}{rider_id}"


def holder(receipt: Receipt) -> str:
    """Return the account of whoever holds a receipt's money: a rider until they hand it in, else the provider."""
    _, told_by_rider, rider_id = receipt.evidence.partition("rider:")
    return pocket(rider_id) if receipt.provider == CASH and told_by_rider else clearing(receipt.provider)


def post(session: AsyncSession, receipt: Receipt, movement: Movement, cause: str) -> None:
    """Record one movement of a receipt's money, and why it moved."""
    post_for(session, Subject(receipt.currency, receipt.merchant_id, receipt.order_id, receipt.id), movement, cause)


def post_for(session: AsyncSession, subject: Subject, movement: Movement, cause: str) -> None:
    """Record one movement, and why it moved."""
    common = {
        "posting_id": new_uuid(),
        "merchant_id": subject.merchant_id,
        "order_id": subject.order_id,
        "receipt_id": subject.receipt_id,
        "settlement_id": subject.settlement_id,
        "currency": subject.currency,
        "cause": cause,
    }
    repository.add_posting(
        session,
        [
            LedgerEntry(account=movement.debit, debit_minor=movement.amount_minor, credit_minor=0, **common),
            LedgerEntry(account=movement.credit, debit_minor=0, credit_minor=movement.amount_minor, **common),
        ],
    )


async def make_payable(session: AsyncSession, receipt: Receipt, amount_minor: int, cause: str) -> None:
    """Make some of a receipt's money payable to its payer: what counts for its order first, then what was declined."""
    held = await repository.held_by(session, receipt.id, receipt.order_id)
    own = min(held.get(CUSTOMER_FUNDS, 0), amount_minor)
    for account, part in ((CUSTOMER_FUNDS, own), (REFUNDS_DECLINED, amount_minor - own)):
        if part:
            post(session, receipt, Movement(account, REFUNDS_PAYABLE, part), cause)


async def write_contrary(session: AsyncSession, receipt: Receipt, why: str) -> int:
    """Give up what each account holds of a receipt whose money went back; return how much had gone back before."""
    held = {SUSPENSE: receipt.amount_minor}
    if receipt.state not in OPEN:
        held = await repository.held_by(session, receipt.id, receipt.order_id)
    left = receipt.amount_minor
    for account in (REFUNDS_PAYABLE, REFUNDS_DECLINED, SUSPENSE, CUSTOMER_FUNDS):
        part = min(held.get(account, 0), left)
        left -= part
        if part:
            post(session, receipt, Movement(account, holder(receipt), part), why)
    if left:
        post(session, receipt, Movement(OWED_BY_PAYERS, holder(receipt), left), why)
    return left


async def trial_balance(
    session: AsyncSession, merchant_id: str | None = None, at: datetime | None = None
) -> Sequence[AccountBalance]:
    """Return what every account holds in every currency: all that was posted up to an instant.

    Args:
        session: The transaction.
        merchant_id: One merchant's books; all books where None.
        at: The last instant that counts, by the database's clock; now where None. Postings of transactions that are
            still open at a very recent instant may yet appear.
    """
    return await repository.balances(session, merchant_id, at)
