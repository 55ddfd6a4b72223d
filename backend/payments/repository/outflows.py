"""Queries of what left a provider's hands other than to a payer."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.payments.models import Outflow
from backend.payments.statement_ports import OutflowTold


async def add(session: AsyncSession, told: OutflowTold) -> bool:
    """Write an outflow down; False where one of its code and kind is known."""
    values = {
        "provider": told.rail,
        "code": told.code,
        "kind": told.kind,
        "amount_minor": told.amount_minor,
        "currency": told.currency,
        "told_by": told.told_by,
        "moved_at": told.moved_at,
    }
    made = insert(Outflow).values(values).on_conflict_do_nothing().returning(Outflow.code)
    return await session.scalar(made) is not None


async def find(session: AsyncSession, told: OutflowTold) -> Outflow | None:
    """Return what is known under the code and kind of an outflow."""
    return await session.scalar(
        select(Outflow).where(Outflow.provider == told.rail, Outflow.code == told.code, Outflow.kind == told.kind)
    )
