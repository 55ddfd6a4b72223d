"""Postings: every movement of money, twice."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.payments import repository
from backend.payments.models import LedgerEntry, Receipt
from backend.platform.ids import new_uuid

CUSTOMER_FUNDS: Final = "customer_funds"
SUSPENSE: Final = "suspense"
REFUNDS_PAYABLE: Final = "refunds_payable"


@dataclass(frozen=True, slots=True)
class Movement:
    """From one account to another; both are named by what they hold."""

    debit: str
    credit: str
    amount_minor: int


def clearing(provider: str) -> str:
    """Return the account of money that a provider, or a rider's pocket, holds for us."""
    return f"clearing.{provider}"


def post(session: AsyncSession, receipt: Receipt, movement: Movement, cause: str) -> None:
    """Record one movement of a receipt's money, and why it moved."""
    posting_id = new_uuid()
    common = {
        "posting_id": posting_id,
        "merchant_id": receipt.merchant_id,
        "order_id": receipt.order_id,
        "receipt_id": receipt.id,
        "currency": receipt.currency,
        "cause": cause,
    }
    repository.add_posting(
        session,
        [
            LedgerEntry(account=movement.debit, debit_minor=movement.amount_minor, credit_minor=0, **common),
            LedgerEntry(account=movement.credit, debit_minor=0, credit_minor=movement.amount_minor, **common),
        ],
    )
