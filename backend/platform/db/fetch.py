"""Statements past SQLAlchemy's cursor, through a session's own connection."""

from collections.abc import Mapping
from typing import Any, cast

import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession


async def fetch_rows(session: AsyncSession, statement: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Run one statement in the driver's form (`%(name)s`) inside the session's transaction; return its rows.

    For statements that hold what many wait for: making SQLAlchemy's result of a row takes longer than the statement.

    Raises:
        DBAPIError: As from any other statement.
    """
    connection = (await session.connection()).sync_connection
    driver = cast("psycopg.AsyncConnection", connection and connection.connection.driver_connection)
    try:
        return await (await driver.execute(statement.encode(), parameters)).fetchall()
    except psycopg.Error as error:
        cut = driver.broken
        raise DBAPIError.instance(
            statement, None, error, psycopg.Error, hide_parameters=True, connection_invalidated=cut
        ) from error
