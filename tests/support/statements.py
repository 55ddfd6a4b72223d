"""What a test's code asks of the database, whichever way it goes there."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest


@contextmanager
def statements() -> Iterator[list[str]]:
    """Give the statements that the driver runs in a block, in one line each; commits are none of them."""
    said: list[str] = []
    execute = psycopg.AsyncCursor.execute

    async def noting(self: Any, query: Any, *rest: Any, **more: Any) -> Any:
        said.append(" ".join((query.decode() if isinstance(query, bytes) else str(query)).split()))
        return await execute(self, query, *rest, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg.AsyncCursor, "execute", noting)
        yield said
