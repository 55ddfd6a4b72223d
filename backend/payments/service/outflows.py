"""Books what leaves a provider's hands other than to a payer: its own charges, and what it pays to our bank."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.payments import repository
from backend.payments.errors import MoreThanHeldError, OutflowDiffersError
from backend.payments.repository import outflows as rows
from backend.payments.service.ledger import BANK, PROVIDER_CHARGES, Movement, Subject, clearing, post_for
from backend.payments.statement_ports import OutflowKind, OutflowTold

_GOES_TO: Final[Mapping[OutflowKind, str]] = {OutflowKind.CHARGE: PROVIDER_CHARGES, OutflowKind.TO_BANK: BANK}


async def book(session: AsyncSession, told: OutflowTold) -> None:
    """Book an outflow once, whoever tells of it and however often; it is ours, and no merchant's or customer's.

    Raises:
        OutflowDiffersError: Another amount is booked under its code.
    """
    if await rows.add(session, told):
        movement = Movement(_GOES_TO[told.kind], clearing(told.rail), told.amount_minor)
        post_for(session, Subject(told.currency), movement, told.kind)
        await session.flush()
        return
    known = await rows.find(session, told)
    if known is not None and (known.amount_minor, known.currency) != (told.amount_minor, told.currency):
        raise OutflowDiffersError(code=told.code, known_minor=known.amount_minor)


async def bank(session: AsyncSession, told: OutflowTold) -> None:
    """Book what a person says went to the bank; no more than is held there.

    Raises:
        MoreThanHeldError: More than is held for us.
        OutflowDiffersError: Another amount is booked under its code.
    """
    account = clearing(told.rail)
    found = await repository.balances(session)
    held = sum(row.balance_minor for row in found if (row.account, row.currency) == (account, told.currency))
    if told.amount_minor > held and await rows.find(session, told) is None:
        raise MoreThanHeldError(account=account, held_minor=held)
    await book(session, told)
