"""Connections and transactions."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, cast

import orjson
import psycopg
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import SessionTransaction

from backend.platform.db.arrays import QuickListDumper
from backend.platform.db.driver import Rows
from backend.platform.db.fetch import fetch
from backend.platform.db.lookout import Lookout
from backend.platform.errors import UnavailableError

_POOL_TIMEOUT_S = 10
_OPTIONS = ("-c idle_in_transaction_session_timeout=15000", "-c lock_timeout=8000")


def async_url(url: str) -> str:
    """Return the URL with the driver that Duka uses, psycopg 3."""
    return make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


class Transaction(AsyncSession):
    """A session that also runs statements in the driver's form; see `run_sql`."""

    _root: SessionTransaction | None = None
    _opened: AsyncConnection

    async def run(self, statement: str, parameters: Mapping[str, Any]) -> Rows:
        """Run one statement on this transaction's connection.

        Raises:
            DBAPIError: As from any other statement.
        """
        connection = await self._of_transaction()
        try:
            return await fetch(_driver_of(connection), statement, parameters)
        except DBAPIError as error:
            if error.connection_invalidated:
                await connection.exec_driver_sql("SELECT 1")  # SQLAlchemy sees for itself, and forgets the whole pool.
            raise

    async def _of_transaction(self) -> AsyncConnection:
        """Return the transaction's connection, asked for once: asking takes half as long as a statement."""
        root = self.sync_session.get_transaction()
        if root is None or root is not self._root:
            self._opened = await self.connection()
            self._root = self.sync_session.get_transaction()
        return self._opened


class Database:
    """Pools of connections; each transaction is committed at its edge or rolled back whole."""

    refuses_with: Final = (UnavailableError,)

    def __init__(self, url: str, *, pool_size: int = 10, application: str = "duka") -> None:
        self.url = url
        self.engine = _engine(url, pool_size, application)
        self._unhurried = _engine(url, pool_size, application, "-c synchronous_commit=off")
        self._lone = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._lookout = Lookout(url, _connect_arguments(application))
        self.sessions = async_sessionmaker(self.engine, expire_on_commit=False, class_=Transaction)
        self._unhurried_sessions = async_sessionmaker(self._unhurried, expire_on_commit=False, class_=Transaction)

    @asynccontextmanager
    async def transaction(self, *, durable: bool = True) -> AsyncIterator[AsyncSession]:
        """Open a session whose work is committed on leaving, or rolled back on an error.

        Args:
            durable: False leaves without waiting for the disk. For steps between a stored webhook and a leased send: if
                Postgres loses its last moments they are done again from the webhook, and nothing has left the machine,
                since commits reach the disk in their order and the lease waits for it
                (https://www.postgresql.org/docs/current/wal-async-commit.html).
        """
        async with (self.sessions if durable else self._unhurried_sessions)() as session, session.begin():
            yield session

    async def look(self, statement: str, parameters: Mapping[str, Any] | None = None) -> Sequence[Any]:
        """Return the rows of one reading statement (`%(name)s`) outside of a transaction: one trip instead of three.

        For loops that look now and then whether there is work; what they find is claimed in a transaction.
        """
        return await self._lookout.rows(statement, parameters or {})

    async def write_alone(self, statement: str, parameters: Mapping[str, Any]) -> None:
        """Run one writing statement (`%(name)s`) as a transaction of its own: committed on return, in one trip."""
        async with self._lone.connect() as connection:
            await connection.exec_driver_sql(statement, dict(parameters))

    async def close(self) -> None:
        """Close all connections."""
        await self._lookout.close()
        await self.engine.dispose()
        await self._unhurried.dispose()


def _driver_of(connection: AsyncConnection) -> psycopg.AsyncConnection[Any]:
    pooled = connection.sync_connection and connection.sync_connection.connection
    return cast("psycopg.AsyncConnection[Any]", pooled and pooled.driver_connection)


def _engine(url: str, pool_size: int, application: str, *options: str) -> AsyncEngine:
    engine = create_async_engine(
        async_url(url),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=_POOL_TIMEOUT_S,
        pool_use_lifo=True,  # A few warm connections, whose statements are prepared, rather than all in turn.
        hide_parameters=True,
        json_deserializer=orjson.loads,
        connect_args=_connect_arguments(application, *options),
    )
    event.listen(engine.sync_engine, "connect", _prepare)
    return engine


def _connect_arguments(application: str, *options: str) -> dict[str, Any]:
    return {
        "application_name": application,
        "keepalives_idle": 5,
        "options": " ".join((*_OPTIONS, *options)),
    }


def _prepare(connection: Any, _record: object) -> None:
    connection.driver_connection.adapters.register_dumper(list, QuickListDumper)
