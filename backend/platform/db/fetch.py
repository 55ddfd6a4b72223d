"""Statements over the driver's own connection, past SQLAlchemy's cursors and results."""

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg.rows import namedtuple_row
from sqlalchemy.exc import DBAPIError

from backend.platform.db.driver import Rows


async def fetch(driver: psycopg.AsyncConnection[Any], statement: str, parameters: Mapping[str, Any]) -> Rows:
    """Run one statement in the driver's form (`%(name)s`); return its rows as named tuples.

    Raises:
        DBAPIError: As SQLAlchemy tells of it, `connection_invalidated` where the connection is lost.
    """
    cursor = driver.cursor(row_factory=namedtuple_row)
    try:
        await cursor.execute(statement.encode(), parameters)
        return Rows(await cursor.fetchall() if cursor.description else (), cursor.rowcount)
    except psycopg.Error as error:
        raise translated(statement, error, cut=driver.broken) from error


def translated(statement: str, error: psycopg.Error, *, cut: bool) -> Exception:
    """Return the driver's error as SQLAlchemy would raise it; no parameters are told."""
    return DBAPIError.instance(statement, None, error, psycopg.Error, hide_parameters=True, connection_invalidated=cut)
