"""Fixtures for all tests: a real Postgres, migrated once, with one database to roll back in and others to keep."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Generator, Iterator
from itertools import count
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
_NUMBERS = count(1)
_SERVERS = {"redis": "redis-server", "nats": "nats-server", "rabbitmq": "rabbitmq-server"}
_NEEDS = {**_SERVERS, "browser": "Chromium"}
_ALL_REQUIRED = os.environ.get("DUKA_REQUIRE_ALL_TESTS") == "1"  # noqa: TID251 - CI's way to say it


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave out what needs a server that is not here; the browser's own fixture says whether there is one."""
    for mark, program in _SERVERS.items():
        if item.get_closest_marker(mark) and shutil.which(program) is None:
            pytest.skip(f"{program} is not on the path; install the {program} package")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where all tests are required, as in CI, one that was left out for want of a program has failed."""
    report = yield
    wanted = [program for mark, program in _NEEDS.items() if item.get_closest_marker(mark)]
    if _ALL_REQUIRED and wanted and report.skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"DUKA_REQUIRE_ALL_TESTS is 1 and this needs {' and '.join(wanted)}. {reason}"
    return report


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """A throw-away Postgres whose template database has the migrated schema.

    Each worker has its own: which events may be read depends on the oldest transaction of a whole server.
    """
    folder = Path(tempfile.mkdtemp(prefix="duka-test-pg-"))
    try:
        with EmbeddedPostgres(folder, free_port(), durable=False).running() as server:
            upgrade(server.create_database(_TEMPLATE))
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def database_url(postgres: EmbeddedPostgres) -> str:
    """The URL of the database that all tests share which roll back."""
    return postgres.create_database("duka_shared", _TEMPLATE)


@pytest.fixture
def fresh_database_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """The URL of a database of this test alone, for tests that commit."""
    name = f"duka_{next(_NUMBERS)}"
    yield postgres.create_database(name, _TEMPLATE)
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


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
