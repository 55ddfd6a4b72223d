"""A place for effects, and orders that are nothing but rows to lock."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.platform.db.session import Database


class Effects:
    """What handlers did, kept in the transaction in which they did it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, session: AsyncSession, what: str, by: str = "") -> None:
        await session.execute(text("INSERT INTO effect (what, by) VALUES (:what, :by)"), {"what": what, "by": by})

    async def reach(self, count: int, within_s: float = 20) -> None:
        async with asyncio.timeout(within_s):
            while len(await self.all()) < count:  # noqa: ASYNC110 - other tasks and connections write it
                await asyncio.sleep(0.02)

    async def all(self) -> list[str]:
        async with self._database.transaction() as session:
            return list(await session.scalars(text("SELECT what FROM effect ORDER BY id")))


@pytest.fixture
async def effects(database: Database) -> Effects:
    """A table that handlers write to."""
    async with database.transaction() as session:
        await session.execute(text("CREATE TABLE effect (id serial PRIMARY KEY, what text, by text)"))
    return Effects(database)


@pytest.fixture
async def orders(database: Database) -> list[str]:
    """A hundred orders without any other column, which stand before the real table on the search path."""
    async with database.transaction() as session:
        name = await session.scalar(text("SELECT current_database()"))
        for statement in (
            "CREATE SCHEMA plain",
            "CREATE TABLE plain.orders (id text PRIMARY KEY, state text NOT NULL DEFAULT 'confirmed')",
            "INSERT INTO plain.orders SELECT 'ORD' || lpad(n::text, 3, '0') FROM generate_series(0, 99) n",
            f'ALTER DATABASE "{name}" SET search_path = plain, public',
        ):
            await session.execute(text(statement))
    await database.engine.dispose()
    return [f"ORD{number:03}" for number in range(100)]
