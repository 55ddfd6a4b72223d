"""Which commits wait for the disk, and what a statement of the driver gives and tells."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from backend.platform.db.driver import run_sql
from backend.platform.db.session import Database

_WHERE_SET = text("SELECT setting, source FROM pg_settings WHERE name = 'synchronous_commit'")

_CUT_OTHERS = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


@pytest.mark.parametrize(("durable", "by_us"), [(True, False), (False, True)])
async def test_only_steps_that_can_be_done_again_leave_before_the_disk_has_them(
    database: Database, *, durable: bool, by_us: bool
) -> None:
    """A durable transaction follows the server's own setting; the other kind switches the wait off for itself."""
    async with database.transaction(durable=durable) as session:
        setting, source = (await session.execute(_WHERE_SET)).one()
    assert (source == "client") is by_us
    assert setting == "off" or not by_us


async def test_a_statement_gives_its_rows_by_name_and_by_place(session: AsyncSession) -> None:
    """Rows are tuples whose columns have names; one without rows says how many it touched."""
    rows = await run_sql(
        session, "SELECT n AS number, n %% 2 = 0 AS even FROM generate_series(1, %(most)s) n", {"most": 2}
    )
    assert [(row.number, row.even) for row in rows] == rows == [(1, False), (2, True)]
    assert (rows.first(), rows.rowcount) == ((1, False), 2)
    nothing = await run_sql(session, "DELETE FROM rate_bucket WHERE name = 'nobody'")
    assert (nothing.first(), nothing.scalar_one_or_none(), nothing.rowcount) == (None, None, 0)


async def test_only_a_lone_row_has_a_lone_value(session: AsyncSession) -> None:
    """Nobody takes the first of several for the only one."""
    assert (await run_sql(session, "SELECT 7")).scalar_one() == 7
    for many in (0, 2):
        with pytest.raises(ValueError, match="unpack"):
            (await run_sql(session, "SELECT generate_series(1, %(many)s)", {"many": many})).scalar_one()


async def test_a_refused_statement_raises_as_any_other(session: AsyncSession) -> None:
    """The kind of error is SQLAlchemy's, and it does not hold what was given."""
    again = "INSERT INTO rate_bucket (name, tokens, refilled_at) VALUES (%(name)s, 1, now())"
    await run_sql(session, again, {"name": "secret"})
    with pytest.raises(IntegrityError) as refused:
        await run_sql(session, again, {"name": "secret"})
    assert (refused.value.connection_invalidated, refused.value.params) == (False, None)


async def test_after_a_cut_no_connection_of_the_pool_is_used_again(database: Database) -> None:
    """One statement finds that the database has ended all connections; the next transactions open others."""
    both_open = asyncio.Barrier(2)

    async def look(*, wait: bool) -> None:
        async with database.transaction() as session:
            await run_sql(session, "SELECT 1")
            if wait:
                await both_open.wait()

    await asyncio.gather(look(wait=True), look(wait=True))
    await database.look(_CUT_OTHERS)
    with pytest.raises(DBAPIError) as cut:
        await look(wait=False)
    assert cut.value.connection_invalidated
    await asyncio.gather(look(wait=True), look(wait=True))


async def test_each_transaction_of_a_session_has_a_connection_of_its_own(database: Database) -> None:
    """A session that begins anew runs its statements where the new transaction is, savepoints included."""
    backend = "SELECT pg_backend_pid()"
    async with database.sessions() as session, database.sessions() as other:
        first = (await run_sql(session, backend)).scalar_one()
        await session.commit()
        assert (await run_sql(other, backend)).scalar_one() == first  # It has taken the connection that was given back.
        second = (await run_sql(session, backend)).scalar_one()
        async with session.begin_nested():
            assert (await run_sql(session, backend)).scalar_one() == await session.scalar(text(backend)) == second
        assert second != first
