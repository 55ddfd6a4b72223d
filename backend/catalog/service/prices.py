"""Prices that begin at a date: planned, put in force by a timer, or withdrawn."""

from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.catalog import repository
from backend.catalog.errors import ItemNotFoundError, PriceNotFoundError, PriceNotPlannedError, PriceTimeError
from backend.catalog.models import ItemPrice
from backend.catalog.ports import ItemChanges
from backend.catalog.service import upkeep
from backend.platform.actors import Actor
from backend.platform.ids import new_id
from backend.platform.timers import TimerKind, arm, cancel

SUBJECT: Final = "item_price"


async def plan(
    session: AsyncSession, merchant_id: str, sku: str, price_minor: int, from_at: datetime, *, reason: str, actor: Actor
) -> ItemPrice:
    """Keep a price, and wait for its hour."""
    if await repository.item(session, merchant_id, sku) is None:
        raise ItemNotFoundError(sku=sku)
    now = await repository.now(session)
    if from_at <= now or await repository.planned_at(session, merchant_id, sku, from_at):
        raise PriceTimeError(from_at=from_at.isoformat())
    row = ItemPrice(
        id=new_id("PR", 8),
        merchant_id=merchant_id,
        sku=sku,
        price_minor=price_minor,
        from_at=from_at,
        reason=reason,
        actor=str(actor),
        state="planned",
        created_at=now,
    )
    await repository.add_price(session, row)
    delay_s = (from_at - now).total_seconds()
    await arm(session, TimerKind.PRICE_CHANGE, row.id, delay_s=delay_s, subject_kind=SUBJECT)
    return row


async def withdraw(session: AsyncSession, merchant_id: str, price_id: str, *, actor: Actor) -> ItemPrice:
    """Take back a price that has not begun."""
    row = await repository.lock_price(session, price_id)
    if row is None or row.merchant_id != merchant_id:
        raise PriceNotFoundError(price_id=price_id)
    if row.state != "planned":
        raise PriceNotPlannedError(state=row.state)
    row.state = "withdrawn"
    await cancel(session, price_id, (TimerKind.PRICE_CHANGE,), by=str(actor), subject_kind=SUBJECT)
    await session.flush()
    return row


async def begin(session: AsyncSession, price_id: str, *, actor: Actor) -> None:
    """Put a planned price in force; orders keep the price that they were placed at."""
    row = await repository.lock_price(session, price_id)
    if row is None or row.state != "planned":
        return
    row.state = "in_force"
    changes = ItemChanges(price_minor=row.price_minor)
    await upkeep.change_item(session, row.merchant_id, row.sku, changes, reason=row.reason, actor=actor)
