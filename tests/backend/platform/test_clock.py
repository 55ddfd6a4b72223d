"""The clock of a process follows the database's, and outlives its absence."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from backend.platform.clock import HostClock, SystemClock, move_clock
from backend.platform.db.session import Database


async def _cut(database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'follower'")
        )


@pytest.mark.concurrency
async def test_the_clock_is_followed_though_its_connections_are_cut(database: Database) -> None:
    """A database that goes away and comes back ends nobody's clock; it is read again as soon as it is there."""
    followed, clock, stop = Database(database.url, pool_size=1, application="follower"), SystemClock(), asyncio.Event()
    await clock.refresh(followed)
    following = asyncio.create_task(clock.follow(followed, stop))
    for _ in range(3):
        await _cut(database)
        async with database.transaction() as session:
            await move_clock(session, timedelta(hours=1))
        ahead = clock.now() - HostClock().now()
        async with asyncio.timeout(10):
            while clock.now() - HostClock().now() < ahead + timedelta(minutes=59):
                assert not following.done()
                await asyncio.sleep(0.02)
    stop.set()
    await following
    await followed.close()
