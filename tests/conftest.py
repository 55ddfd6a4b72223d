"""Fixtures for all tests: a real Postgres, migrated once, with a database for each worker."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from backend.platform.db.embedded import EmbeddedPostgres, free_port
from backend.platform.db.migrate import upgrade
from backend.platform.db.session import Database
from tests.support.clock import FixedClock

_TEMPLATE = "duka_template"


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """A throw-away Postgres whose template database has the migrated schema."""
    folder = Path(tempfile.mkdtemp(prefix="duka-test-pg-"))
    try:
        with EmbeddedPostgres(folder, free_port(), durable=False).running() as server:
            upgrade(server.create_database(_TEMPLATE))
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def database_url(postgres: EmbeddedPostgres) -> str:
    """The URL of this worker's database; rolled-back tests share it."""
    return postgres.create_database(f"duka_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}", _TEMPLATE)  # noqa: TID251


@pytest.fixture
def fresh_database_url(postgres: EmbeddedPostgres, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a database of this test alone, for tests that commit."""
    name = f"duka_{abs(hash(request.node.nodeid)) % 10**12}"
    yield postgres.create_database(name, _TEMPLATE)
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')  # type: ignore[arg-type]


@pytest.fixture
async def database(fresh_database_url: str) -> AsyncIterator[Database]:
    """A database of this test alone; what it commits is gone afterwards."""
    opened = Database(fresh_database_url, pool_size=12)
    yield opened
    await opened.close()


@pytest.fixture
async def session(database_url: str) -> AsyncIterator[AsyncSession]:
    """A session whose work is rolled back after the test."""
    opened = Database(database_url, pool_size=2)
    async with opened.sessions() as current, current.begin() as transaction:
        yield current
        await transaction.rollback()
    await opened.close()


@pytest.fixture
def clock() -> FixedClock:
    """A clock that moves only when told."""
    return FixedClock()


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, Any]]:
    """Run coroutine tests on asyncio."""
    return "asyncio", {"loop_factory": asyncio.SelectorEventLoop}
