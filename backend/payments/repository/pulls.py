"""Queries of the pull feed: how far each shortcode was read, and whose turn it is to read on."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.payments.models import PullCursor


async def add(session: AsyncSession, shortcode: str) -> None:
    """Begin to read a shortcode, at once, unless it is read already."""
    await session.execute(insert(PullCursor).values(shortcode=shortcode).on_conflict_do_nothing())


async def claim(session: AsyncSession, shortcode: str, hold: timedelta) -> tuple[PullCursor, datetime] | None:
    """Take a shortcode that is due, with the database's time; nobody else reads it until `hold` is over."""
    query = select(PullCursor, func.duka_now()).where(
        PullCursor.shortcode == shortcode, PullCursor.next_at <= func.duka_now()
    )
    found = (await session.execute(query.with_for_update(skip_locked=True))).first()
    if found is None:
        return None
    cursor, now = found
    cursor.next_at = now + hold
    await session.flush()
    return cursor, now


async def cursor_of(session: AsyncSession, shortcode: str) -> PullCursor:
    """Return how far a shortcode was read, locked."""
    query = select(PullCursor).where(PullCursor.shortcode == shortcode).with_for_update()
    return (await session.scalars(query.execution_options(populate_existing=True))).one()
