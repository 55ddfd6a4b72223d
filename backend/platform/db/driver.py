"""Plain SQL through a session's own connection, for modules that pure code imports."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from sqlalchemy.engine import CursorResult
    from sqlalchemy.ext.asyncio import AsyncSession


async def run_sql(
    session: "AsyncSession", statement: str, parameters: Mapping[str, Any] | None = None
) -> "CursorResult[Any]":
    """Run one statement in the driver's form (`%(name)s`), inside the session's transaction.

    Events, timers and sends are named by lifecycles and ports, which must not depend on SQLAlchemy; and a
    statement that is not compiled again each time is cheaper.
    """
    connection = await session.connection()
    return await connection.exec_driver_sql(statement, dict(parameters or {}))


def to_json(value: Any) -> str:
    """Write a value as JSON text for a `::jsonb` parameter; what JSON lacks becomes text."""
    return orjson.dumps(value, default=str).decode()
