"""Finds the orders that a receipt could be for: by what names them, then by slip, payer and amount."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders.ports import Receivable
from backend.orders.service import OrdersService
from backend.payments import repository
from backend.payments.policies import CLOSED_STATES, reference_key, reference_keys, reference_slips
from backend.payments.ports import Evidence
from backend.payments.service.matching import DAY, Candidate, is_decisive, payer_fullness
from backend.platform.clock import Clock

_SOON: Final = timedelta(minutes=10)
_WHOLE_NUMBER: Final = 2
_COUNTRY: Final = {"KES": "254", "INR": "91"}
_NATIONAL: Final = {"KES": 9, "INR": 10}


@dataclass(frozen=True, slots=True)
class _Named:
    """An order that something names."""

    row: Receivable
    candidate: Candidate


class Candidates:
    """Looks for a receipt's order; where one is named beyond doubt no other is looked for."""

    def __init__(self, orders: OrdersService, clock: Clock) -> None:
        self._orders = orders
        self._clock = clock

    async def of(self, session: AsyncSession, told: Evidence) -> list[Candidate]:
        """Return the orders that a receipt could be for, each once; unlocked."""
        return (await self.of_all(session, [told]))[0]

    async def of_all(self, session: AsyncSession, told: Sequence[Evidence]) -> list[list[Candidate]]:
        """Return the orders that each of several receipts could be for; unlocked."""
        keys = [reference_keys(one.reference) for one in told]
        named = await self._named(session, told, frozenset(chain.from_iterable(keys)))
        return [
            await self._complete(session, one, [named[wanted] for wanted in _wanted(one, those) if wanted in named])
            for one, those in zip(told, keys, strict=True)
        ]

    async def _named(self, session: AsyncSession, told: Sequence[Evidence], keys: frozenset[str]) -> dict[str, _Named]:
        """Return the orders that are named by our own ids, or by references, under both names."""
        ids = sorted({one.order_id for one in told if one.order_id is not None})
        if not ids and not keys:
            return {}
        rows = await self._orders.receivables(session, order_ids=ids, reference_keys=sorted(keys))
        found = [_Named(*pair) for pair in zip(rows, await _with_asked(session, rows), strict=True)]
        return {name: one for one in found for name in (one.row.id, f"={reference_key(one.row.id)}")}

    async def _complete(self, session: AsyncSession, told: Evidence, named: list[_Named]) -> list[Candidate]:
        """Add who else could be meant, unless what is named leaves no doubt."""
        known = {one.row.id: one.candidate for one in named if one.row.currency == told.currency}
        if any(is_decisive(told, one) for one in known.values()):
            return list(known.values())
        others = await self._others(session, told, slips=not reference_keys(told.reference))
        return [*known.values(), *await _with_asked(session, [one for one in others if one.id not in known])]

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


def _wanted(told: Evidence, keys: frozenset[str]) -> list[str]:
    """Return what names a receipt's orders: our id, and the references that were typed, marked by `=`."""
    return [*([told.order_id] if told.order_id else []), *(f"={key}" for key in sorted(keys))]


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
