"""What the worker's loops share."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from backend.platform.backoff import pause_s
from backend.platform.observability.logging import get_logger

log = get_logger(__name__)

_BASE_S: Final = 0.1
_CAP_S: Final = 2.0


class ErrorPause:
    """Keeps a loop alive while the database is away: notes the error, waits a little longer each time."""

    def __init__(self, event: str, **context: Any) -> None:
        self._event = event
        self._context = context
        self._failures = 0

    @asynccontextmanager
    async def around(self) -> AsyncIterator[None]:
        """Run one round of the loop; a failure of the database ends the round, not the loop."""
        try:
            yield
        except (DBAPIError, InterfaceError, PoolTimeoutError, OSError) as error:
            self._failures += 1
            log.warning(self._event, error=type(error).__name__, failures=self._failures, **self._context)
            await asyncio.sleep(pause_s(self._failures, base_s=_BASE_S, cap_s=_CAP_S))
        else:
            self._failures = 0
