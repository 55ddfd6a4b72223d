"""Fixtures for all tests: one real Postgres, migrated once, with a database for each worker."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import ExitStack, contextmanager
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
_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")  # noqa: TID251 - xdist's own way to say it
_NUMBERS = count(1)
_NEEDS = {"redis": "redis-server", "browser": "Chromium"}
_ALL_REQUIRED = os.environ.get("DUKA_REQUIRE_ALL_TESTS") == "1"  # noqa: TID251 - CI's way to say it


@contextmanager
def _migrated_server() -> Iterator[EmbeddedPostgres]:
    folder = Path(tempfile.mkdtemp(prefix="duka-test-pg-"))
    try:
        with EmbeddedPostgres(folder, free_port(), durable=False).running() as server:
            upgrade(server.create_database(_TEMPLATE))
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class _SharedServer:
    """Where tests run in several processes, the first of them serves one Postgres to all."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._server: EmbeddedPostgres | None = None

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Start it before the first worker, and tell each worker where it is."""
        if self._server is None:
            self._server = self._open.enter_context(_migrated_server())
        node.workerinput["postgres"] = (str(self._server.data_dir), self._server.port)

    def pytest_unconfigure(self) -> None:
        """Stop it when all workers are done."""
        self._open.close()


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(_SharedServer(), "duka-shared-postgres")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave out what needs a Redis where there is none; the browser's own fixture says whether there is one."""
    if item.get_closest_marker("redis") and shutil.which("redis-server") is None:
        pytest.skip("redis-server is not on the path; install the redis-server package")


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
def postgres(request: pytest.FixtureRequest) -> Iterator[EmbeddedPostgres]:
    """A throw-away Postgres whose template database has the migrated schema."""
    shared = getattr(request.config, "workerinput", {}).get("postgres")
    if shared is not None:
        folder, port = shared
        yield EmbeddedPostgres(Path(folder), port, durable=False)
        return
    with _migrated_server() as server:
        yield server


@pytest.fixture(scope="session")
def database_url(postgres: EmbeddedPostgres) -> str:
    """The URL of this worker's database; rolled-back tests share it."""
    return postgres.create_database(f"duka_{_WORKER}", _TEMPLATE)


@pytest.fixture
def fresh_database_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """The URL of a database of this test alone, for tests that commit."""
    name = f"duka_{_WORKER}_{next(_NUMBERS)}"
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
