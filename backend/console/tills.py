"""What the money desk reads across orders, receipts and riders."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.dispatch.models import Rider
from backend.orders.events import OrderState
from backend.orders.models import Order
from backend.payments.models import CashCount, Receipt, ReceiptSuggestion
from backend.payments.repository import ReceiptPage
from backend.platform.auth.principal import ALL_CITIES, Principal

_CASH: Final = "cash"
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
class ShownReceipt:
    """Money that came in; `payer_hint` is the end of the payer's number, `reasons` why it is its order's."""

    id: str
    code: str
    provider: str
    amount_minor: int
    currency: str
    reference: str
    payer_hint: str
    came_at: datetime
    state: str
    order_id: str | None
    matched_by: str
    reasons: tuple[str, ...]
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class CashBag:
    """What a rider carries, has to collect at doors, and has taken in the last 24 hours."""

    rider_id: str
    currency: str
    orders: int
    to_collect_minor: int
    taken_minor: int
    held_minor: int = 0


def _theirs(principal: Principal) -> list[ColumnElement[bool]]:
    """The orders whose money a person may see."""
    conditions: list[ColumnElement[bool]] = []
    if principal.cities != ALL_CITIES:
        conditions.append(func.lower(Order.city).in_([city.lower() for city in principal.cities]))
    if principal.merchant_id is not None:
        conditions.append(Order.merchant_id == principal.merchant_id)
    return conditions


async def shown(session: AsyncSession, found: ReceiptPage) -> list[ShownReceipt]:
    """Return the receipts of a page as the desk shows them, with what is due on the orders that they may be for."""
    orders = await _orders(session, {one.order_id for _, suggestions in found.rows for one in suggestions})
    return [_shown(row, suggestions, orders) for row, suggestions in found.rows]


async def _orders(session: AsyncSession, order_ids: Collection[str]) -> Mapping[str, Order]:
    rows = await session.scalars(select(Order).where(Order.id.in_(sorted(order_ids))))
    return {row.id: row for row in rows}


def _shown(row: Receipt, suggestions: Sequence[ReceiptSuggestion], orders: Mapping[str, Order]) -> ShownReceipt:
    return ShownReceipt(
        id=row.id,
        code=row.code,
        provider=row.provider,
        amount_minor=row.amount_minor,
        currency=row.currency,
        reference=row.reference,
        payer_hint=row.payer_hint,
        came_at=row.paid_at or row.created_at,
        state=row.state,
        order_id=row.order_id,
        matched_by=row.matched_by or "",
        reasons=tuple(row.reasons),
        candidates=tuple(_candidate(one, orders[one.order_id]) for one in suggestions),
    )


def _candidate(suggestion: ReceiptSuggestion, order: Order) -> Candidate:
    due = max(order.amount_minor - order.paid_minor + order.refunded_minor, 0)
    return Candidate(order.id, order.user_id, due, order.currency, suggestion.points, tuple(suggestion.reasons))


async def bags(session: AsyncSession, principal: Principal) -> list[CashBag]:
    """Return what each rider has to do with cash, those who carry most first."""
    carried = await _carried(session, principal)
    found = {
        (bag.rider_id, bag.currency): replace(bag, held_minor=carried.pop((bag.rider_id, bag.currency), 0))
        for bag in await _on_the_way(session, principal)
    }
    rest = [CashBag(rider, currency, 0, 0, 0, held) for (rider, currency), held in carried.items()]
    return sorted((*found.values(), *rest), key=lambda bag: -bag.held_minor)


async def _carried(session: AsyncSession, principal: Principal) -> dict[tuple[str, str], int]:
    """Return what riders carry, by (rider, currency); a merchant's people see those of their own riders."""
    held = func.sum(CashCount.moved_minor)
    query = (
        select(CashCount.rider_id, CashCount.currency, held)
        .join(Rider, Rider.id == CashCount.rider_id)
        .group_by(CashCount.rider_id, CashCount.currency)
        .having(held != 0)
    )
    if principal.cities != ALL_CITIES:
        query = query.where(func.lower(Rider.city).in_([city.lower() for city in principal.cities]))
    if principal.merchant_id is not None:
        query = query.where(Rider.merchant_id == principal.merchant_id)
    return {(rider, currency): int(minor) for rider, currency, minor in await session.execute(query)}


async def _on_the_way(session: AsyncSession, principal: Principal) -> list[CashBag]:
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
    )
    return [
        CashBag(rider, currency, orders, int(to_collect), int(had))
        for rider, currency, orders, to_collect, had in await session.execute(query)
    ]
