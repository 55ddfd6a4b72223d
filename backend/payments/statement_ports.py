"""What statements tell of, beside payments: reversals, providers' charges, and what went to the bank."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from backend.payments.ports import Evidence


class OutflowKind(StrEnum):
    """Why money leaves what is held for us, other than to a payer."""

    CHARGE = "charge"
    TO_BANK = "to_bank"


@dataclass(frozen=True, slots=True)
class OutflowTold:
    """A provider's charge, or money that went from what it holds for us to our bank, under its code."""

    rail: str
    code: str
    kind: OutflowKind
    amount_minor: int
    currency: str
    told_by: str
    moved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A line of a statement: a payment, a reversal of one, a charge or withdrawal, a problem, or none of these.

    Attributes:
        number: The line in the file, from 1.
        told: The payment that it tells of.
        reverses: The receipt number of the payment that it takes back.
        outflow: What the provider took as its charge, or paid to our bank.
        problem: Why it could not be read.
    """

    number: int
    code: str = ""
    told: Evidence | None = None
    reverses: str = ""
    outflow: OutflowTold | None = None
    problem: str = ""
