"""Single reading statements past SQLAlchemy, over a connection of their own."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from sqlalchemy.engine import make_url

from backend.platform.db.arrays import QuickListDumper
from backend.platform.db.fetch import fetch, translated


class Lookout:
    """One connection on which each statement is a transaction of its own; opened at the first, and after a cut again.

    Loops look several times a second whether there is work; SQLAlchemy's pool, connection and result took three
    quarters of the time of such a look.
    """

    def __init__(self, url: str, options: Mapping[str, Any]) -> None:
        """Prepare it; nothing is opened yet.

        Args:
            url: Of the database, in any of SQLAlchemy's forms.
            options: The driver's connection parameters.
        """
        self._url = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._options = options
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._opening = asyncio.Lock()

    async def rows(self, statement: str, parameters: Mapping[str, Any]) -> Sequence[Any]:
        """Return the rows of a statement (`%(name)s`) as named tuples.

        Raises:
            DBAPIError: As from any other statement; where the connection is lost, the next one opens another.
        """
        try:
            connection = await self._opened()
        except psycopg.Error as error:
            raise translated(statement, error, cut=True) from error
        return await fetch(connection, statement, parameters)

    async def _opened(self) -> psycopg.AsyncConnection[Any]:
        async with self._opening:
            if self._connection is None or self._connection.closed:
                self._connection = None  # Where the next is refused, nothing is there.
                self._connection = await psycopg.AsyncConnection.connect(self._url, autocommit=True, **self._options)
                self._connection.adapters.register_dumper(list, QuickListDumper)
            return self._connection

    async def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            await self._connection.close()
