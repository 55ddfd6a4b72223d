"""What callers are told where something behind the API is away."""

import pytest
from fastapi import APIRouter
from sqlalchemy import text

from backend.platform.db.embedded import free_port
from backend.platform.db.session import Database
from backend.platform.web import SessionDep
from tests.support.app import serving
from tests.support.clock import FixedClock

router = APIRouter()


@router.get("/now")
async def _now(session: SessionDep) -> str:
    """Ask the database for something."""
    return str(await session.scalar(text("SELECT duka_now()")))


async def test_a_database_that_is_away_is_told_as_a_passing_trouble(clock: FixedClock) -> None:
    """503 with a time to try again, and no error of the server: the caller's key makes the next try safe."""
    nowhere = Database(f"postgresql://nobody@127.0.0.1:{free_port()}/nothing")
    async with serving(nowhere, clock, router) as api:
        answer = await api.client.get("/now")
    await nowhere.close()
    assert (answer.status_code, answer.json()["code"]) == (503, "duka.store_away")
    assert answer.headers["retry-after"] == "5"


async def test_a_database_whose_connections_are_all_in_use_is_told_as_a_passing_trouble(
    database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request waits a while for a connection, and is then told to try again."""
    monkeypatch.setattr("backend.platform.db.session._POOL_TIMEOUT_S", 0.05)
    small = Database(database.url, pool_size=1)
    async with serving(small, clock, router) as api, small.transaction() as one, small.transaction() as other:
        for held in (one, other):
            await held.execute(text("SELECT 1"))
        answer = await api.client.get("/now")
    await small.close()
    assert (answer.status_code, answer.json()["code"]) == (503, "duka.store_away")
