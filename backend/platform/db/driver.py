"""Plain SQL through a session's own connection, for modules that pure code imports."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

import orjson

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from backend.platform.db.session import Transaction


class Rows(list[Any]):
    """The rows that a statement gave, as named tuples; `rowcount` says how many it gave or touched."""

    __slots__ = ("rowcount",)

    def __init__(self, rows: Iterable[Any], rowcount: int) -> None:
        super().__init__(rows)
        self.rowcount = rowcount

    def first(self) -> Any:
        """Return the first row, None where there is none."""
        return self[0] if self else None

    def scalar_one(self) -> Any:
        """Return the first value of the only row.

        Raises:
            ValueError: There is none, or more than one.
        """
        [row] = self
        return row[0]

    def scalar_one_or_none(self) -> Any:
        """Return the first value of the only row, None where there is none.

        Raises:
            ValueError: There is more than one.
        """
        return self.scalar_one() if self else None


async def run_sql(session: "AsyncSession", statement: str, parameters: Mapping[str, Any] | None = None) -> Rows:
    """Run one statement in the driver's form (`%(name)s`), inside the session's transaction.

    Events, timers and sends are named by lifecycles and ports, which must not depend on SQLAlchemy; and a
    statement that passes its cursors and results by takes half of the processor's time.

    Raises:
        DBAPIError: As from any other statement.
    """
    return await cast("Transaction", session).run(statement, parameters or {})


def to_json(value: Any) -> str:
    """Write a value as JSON text for a `::jsonb` parameter; what JSON lacks becomes text."""
    return orjson.dumps(value, default=str).decode()
