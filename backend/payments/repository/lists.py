"""Lists of receipts for people: a page, how many there are and what they add up to, by one set of conditions."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, column, func, or_, select, table
from sqlalchemy.ext.asyncio import AsyncSession

from backend.payments.lifecycle import OPEN, ReceiptState
from backend.payments.models import Receipt, ReceiptSuggestion
from backend.platform.money import AmountUnreadableError, minor_of

_ORDERS: Final = table("orders", column("id"), column("city"), column("merchant_id"))
_TAIL: Final = 3  # Digits of a payer's number that are kept for people to see.
GIVEN: Final = frozenset({ReceiptState.MATCHED, ReceiptState.REFUND_DUE})


@dataclass(frozen=True, slots=True)
class ReceiptFilter:
    """Which receipts are wanted, and whose they must be for the asker to see them; None means any.

    Attributes:
        states: Any of these.
        cities: Only what is, or may be, for an order of these cities.
        merchant_id: Only what is, or may be, for an order of this merchant.
        search: Part of a code or reference, an order's id, the end of a payer's number, or an amount in whole units.
        newest_first: Else the oldest come first.
    """

    states: frozenset[ReceiptState] = OPEN
    cities: frozenset[str] | None = None
    merchant_id: str | None = None
    receipt_id: str | None = None
    search: str = ""
    newest_first: bool = False

    @property
    def is_limited(self) -> bool:
        """True where the asker does not see all: what may be anybody's is not shown to them."""
        return self.cities is not None or self.merchant_id is not None


@dataclass(frozen=True, slots=True)
class ReceiptPage:
    """A page of a list of receipts.

    Attributes:
        rows: Each with the orders that it may be for, best first.
        sums: (currency, how many, sum in minor units) of the whole list.
    """

    rows: Sequence[tuple[Receipt, Sequence[ReceiptSuggestion]]]
    sums: Sequence[tuple[str, int, int]]

    @property
    def total(self) -> int:
        """How many there are in the whole list."""
        return sum(count for _, count, _ in self.sums)


@dataclass(frozen=True, slots=True)
class Mismatch:
    """How many of the payments that came in over some days still have no order."""

    days: int
    payments: int
    open: int

    @property
    def percent(self) -> float:
        """Their share, to a hundredth of a per cent; nothing of no payments."""
        return round(100 * self.open / self.payments, 2) if self.payments else 0.0


async def mismatch(session: AsyncSession, days: int) -> Mismatch:
    """Count the payments of the last days that providers told of, and those of them that no order has; parts apart."""
    since = func.duka_now() - timedelta(days=days)
    counted = select(func.count(), func.count().filter(Receipt.state.in_(sorted(OPEN))))
    told = (Receipt.created_at > since, Receipt.state != ReceiptState.REPLACED, Receipt.provider != "cash")
    payments, unmatched = (await session.execute(counted.where(*told))).one()
    return Mismatch(days, int(payments), int(unmatched))


async def receipts(
    session: AsyncSession, wanted: ReceiptFilter, *, limit: int, offset: int
) -> tuple[Sequence[Receipt], list[tuple[str, int, int]]]:
    """Return a page of receipts, and (currency, how many, sum in minor units) of all of them.

    Those that wait come oldest first, those that have found their order newest first.
    """
    conditions = _conditions(wanted)
    age = Receipt.created_at.desc() if wanted.newest_first else Receipt.created_at
    page = select(Receipt).where(*conditions).order_by(age, Receipt.id).limit(limit).offset(offset)
    sums = select(Receipt.currency, func.count(), func.sum(Receipt.amount_minor)).where(*conditions)
    found = await session.execute(sums.group_by(Receipt.currency).order_by(Receipt.currency))
    rows = (await session.scalars(page.execution_options(populate_existing=True))).all()
    return rows, [(currency, int(count), int(minor)) for currency, count, minor in found]


async def suggestions(
    session: AsyncSession, receipt_ids: Sequence[str], wanted: ReceiptFilter
) -> Sequence[ReceiptSuggestion]:
    """Return those suggestions of some receipts that the asker may see, best first."""
    query = select(ReceiptSuggestion).where(ReceiptSuggestion.receipt_id.in_(receipt_ids))
    if wanted.is_limited:
        query = query.where(ReceiptSuggestion.order_id.in_(_orders(wanted)))
    return (await session.scalars(query.order_by(ReceiptSuggestion.points.desc(), ReceiptSuggestion.order_id))).all()


def _conditions(wanted: ReceiptFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Receipt.state.in_(sorted(wanted.states))]
    if wanted.receipt_id is not None:
        conditions.append(Receipt.id == wanted.receipt_id)
    if wanted.is_limited:
        likely = select(ReceiptSuggestion.receipt_id).where(ReceiptSuggestion.order_id.in_(_orders(wanted)))
        conditions.append(or_(Receipt.order_id.in_(_orders(wanted)), Receipt.id.in_(likely)))
    if wanted.search.strip():
        conditions.append(_matches(wanted.search.strip()))
    return conditions


def _orders(wanted: ReceiptFilter) -> Select[Any]:
    """The orders whose money the asker may see."""
    query = select(_ORDERS.c.id)
    if wanted.cities is not None:
        query = query.where(func.lower(_ORDERS.c.city).in_(sorted(city.lower() for city in wanted.cities)))
    if wanted.merchant_id is not None:
        query = query.where(_ORDERS.c.merchant_id == wanted.merchant_id)
    return query


def _matches(typed: str) -> ColumnElement[bool]:
    """Whether a code, reference or order holds what was typed, a payer's number ends in it, or it is the amount."""
    ways: list[ColumnElement[bool]] = [
        Receipt.code.icontains(typed, autoescape=True),
        Receipt.reference.icontains(typed, autoescape=True),
        Receipt.order_id == typed.upper(),
    ]
    digits = re.sub(r"[\s+\-]", "", typed)
    if digits.isdecimal() and len(digits) >= _TAIL:
        ways.append(Receipt.payer_hint == digits[-_TAIL:])
    with suppress(AmountUnreadableError):
        ways.append(Receipt.amount_minor == minor_of(typed))
    return or_(*ways)
