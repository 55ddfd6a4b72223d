"""Finds the orders that a receipt could be for: by what names them, then by slip, payer and amount."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders.ports import Receivable
from backend.orders.service import OrdersService
from backend.payments import repository
from backend.payments.policies import CLOSED_STATES, reference_keys, reference_slips
from backend.payments.ports import Evidence
from backend.payments.service.matching import DAY, Candidate, is_decisive, payer_fullness
from backend.platform.clock import Clock

_SOON: Final = timedelta(minutes=10)
_WHOLE_NUMBER: Final = 2
_COUNTRY: Final = {"KES": "254", "INR": "91"}
_NATIONAL: Final = {"KES": 9, "INR": 10}


class Candidates:
    """Looks for a receipt's order; where one is named beyond doubt no other is looked for."""

    def __init__(self, orders: OrdersService, clock: Clock) -> None:
        self._orders = orders
        self._clock = clock

    async def of(self, session: AsyncSession, told: Evidence) -> list[Candidate]:
        """Return the orders that the receipt could be for, each once; unlocked."""
        keys = reference_keys(told.reference)
        named = [one for one in await self._named(session, told, keys) if one.currency == told.currency]
        found = await _with_asked(session, named)
        if any(is_decisive(told, one) for one in found):
            return found
        known = {one.id for one in named}
        others = [one for one in await self._others(session, told, slips=not keys) if one.id not in known]
        return [*found, *await _with_asked(session, others)]

    async def _named(self, session: AsyncSession, told: Evidence, keys: frozenset[str]) -> Sequence[Receivable]:
        if told.order_id is None and not keys:
            return []
        ids = [told.order_id] if told.order_id else []
        return await self._orders.receivables(session, order_ids=ids, reference_keys=sorted(keys))

    async def _others(self, session: AsyncSession, told: Evidence, *, slips: bool) -> Iterable[Receivable]:
        paid_at = told.paid_at or self._clock.now()
        since, until = paid_at - DAY, paid_at + _SOON
        near = sorted(reference_slips(told.reference)) if slips else []
        ids = await _of_payer(session, told, since, until)
        by_name = await self._orders.receivables(session, order_ids=ids, reference_keys=near) if near or ids else []
        by_amount = await self._orders.receivables_due(
            session, told.currency, told.amount_minor, since=since, until=until
        )
        rows = {one.id: one for one in (*by_name, *by_amount) if one.currency == told.currency}
        return rows.values()


async def _of_payer(session: AsyncSession, told: Evidence, since: datetime, until: datetime) -> Sequence[str]:
    """Return orders that the payer was asked to pay, where the feed tells the whole number."""
    digits = "".join(sign for sign in told.payer if sign.isdigit())
    national = _NATIONAL.get(told.currency, 0)
    if payer_fullness(told.payer) < _WHOLE_NUMBER or not national <= len(digits) <= national + 3:
        return []
    phone = f"+{_COUNTRY[told.currency]}{digits[-national:]}"
    return await repository.orders_of_payer(session, phone, since, until)


async def _with_asked(session: AsyncSession, rows: Sequence[Receivable]) -> list[Candidate]:
    if not rows:
        return []
    asked, phones = defaultdict(list), defaultdict(set)
    for order_id, amount_minor, at, phone in await repository.asked(session, [row.id for row in rows]):
        asked[order_id].append((amount_minor, at))
        phones[order_id].add(phone)
    return [_candidate(row, asked[row.id], {*phones[row.id], row.contact_phone}) for row in rows]


def _candidate(row: Receivable, asked: list[tuple[int, datetime]], phones: set[str | None]) -> Candidate:
    return Candidate(
        order_id=row.id,
        total_minor=row.amount_minor,
        due_minor=row.due_minor,
        closed=row.state in CLOSED_STATES,
        placed_at=row.created_at,
        asked=tuple(asked),
        phones=frozenset(phone for phone in phones if phone),
    )
