"""What the money desk reads across orders, receipts and riders."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders.events import OrderState
from backend.orders.models import Order
from backend.payments.models import Receipt, ReceiptSuggestion
from backend.platform.auth.principal import ALL_CITIES, Principal

_MOST: Final = 50
_CASH: Final = "cash"
_OPEN: Final = ("suggested", "orphan")
_A_DAY: Final = func.make_interval(0, 0, 0, 1)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An order that money could be for, and the reasons for and against it, best first."""

    order_id: str
    user_id: str
    due_minor: int
    currency: str
    points: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenReceipt:
    """Money that came in and is no order's yet; `payer_hint` is the end of the payer's number."""

    id: str
    code: str
    provider: str
    amount_minor: int
    currency: str
    reference: str
    payer_hint: str
    came_at: datetime
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class CashBag:
    """What a rider has to collect at doors, and what they have taken in the last 24 hours."""

    rider_id: str
    currency: str
    orders: int
    to_collect_minor: int
    taken_minor: int


def _theirs(principal: Principal) -> list[ColumnElement[bool]]:
    """The orders whose money a person may see."""
    conditions: list[ColumnElement[bool]] = []
    if principal.cities != ALL_CITIES:
        conditions.append(func.lower(Order.city).in_([city.lower() for city in principal.cities]))
    if principal.merchant_id is not None:
        conditions.append(Order.merchant_id == principal.merchant_id)
    return conditions


async def open_receipts(session: AsyncSession, principal: Principal) -> list[OpenReceipt]:
    """Return the receipts that wait for a person, the oldest first.

    Whoever has one city or merchant sees those that may be for an order of theirs, with these orders alone; orphans are
    for those who see all.
    """
    query = select(Receipt).where(Receipt.state.in_(_OPEN)).order_by(Receipt.created_at)
    rows = list(await session.scalars(query.limit(_MOST)))
    found = await _candidates(session, [row.id for row in rows], principal)
    sees_all = not _theirs(principal)
    return [_open(row, found.get(row.id, ())) for row in rows if sees_all or row.id in found]


async def _candidates(
    session: AsyncSession, receipt_ids: Sequence[str], principal: Principal
) -> dict[str, tuple[Candidate, ...]]:
    query = (
        select(ReceiptSuggestion, Order)
        .join(Order, Order.id == ReceiptSuggestion.order_id)
        .where(ReceiptSuggestion.receipt_id.in_(receipt_ids), *_theirs(principal))
        .order_by(ReceiptSuggestion.points.desc(), Order.id)
    )
    found: dict[str, tuple[Candidate, ...]] = {}
    for suggestion, order in await session.execute(query):
        due = max(order.amount_minor - order.paid_minor + order.refunded_minor, 0)
        reasons = tuple(suggestion.reasons)
        one = Candidate(order.id, order.user_id, due, order.currency, suggestion.points, reasons)
        found[suggestion.receipt_id] = (*found.get(suggestion.receipt_id, ()), one)
    return found


def _open(row: Receipt, candidates: tuple[Candidate, ...]) -> OpenReceipt:
    return OpenReceipt(
        id=row.id,
        code=row.code,
        provider=row.provider,
        amount_minor=row.amount_minor,
        currency=row.currency,
        reference=row.reference,
        payer_hint=row.payer_hint,
        came_at=row.paid_at or row.created_at,
        candidates=candidates,
    )


async def bags(session: AsyncSession, principal: Principal) -> list[CashBag]:
    """Return what each rider has to do with cash, the largest sum first."""
    on_the_way = (Order.payment_mode == "cod") & (Order.state == OrderState.OUT_FOR_DELIVERY)
    due = func.greatest(Order.amount_minor - Order.paid_minor + Order.refunded_minor, 0)
    taken = (
        select(func.coalesce(func.sum(Receipt.amount_minor), 0))
        .where(
            Receipt.order_id == Order.id,
            Receipt.provider == _CASH,
            Receipt.state == "matched",
            Receipt.created_at > func.duka_now() - _A_DAY,
        )
        .correlate(Order)
        .scalar_subquery()
    )
    sums: list[Any] = [func.sum(case((on_the_way, due), else_=0)), func.sum(taken)]
    query = (
        select(Order.rider_id, Order.currency, func.count(), *sums)
        .where(Order.rider_id.is_not(None), on_the_way | (taken > 0), *_theirs(principal))
        .group_by(Order.rider_id, Order.currency)
        .order_by((sums[0] + sums[1]).desc(), Order.rider_id)
        .limit(_MOST)
    )
    return [
        CashBag(rider, currency, orders, int(to_collect), int(had))
        for rider, currency, orders, to_collect, had in await session.execute(query)
    ]
