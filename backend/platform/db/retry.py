"""Doing a transaction again that another one stood in the way of."""

from collections.abc import Awaitable, Callable
from typing import Final

import stamina
from psycopg import errors
from sqlalchemy.exc import OperationalError

ATTEMPTS: Final = 5
_WAIT_S: Final = 0.05
_LONGEST_WAIT_S: Final = 1.0
_IN_THE_WAY: Final = (errors.DeadlockDetected, errors.LockNotAvailable, errors.SerializationFailure)


def _is_in_the_way(error: Exception) -> bool:
    return isinstance(error, OperationalError) and isinstance(error.orig, _IN_THE_WAY)


async def until_free[T](work: Callable[[], Awaitable[T]]) -> T:
    """Do a whole transaction, and again where Postgres ended it for a lock; five times at most.

    Args:
        work: Opens the transaction and commits it; nothing of it may stay outside where it fails.

    Raises:
        OperationalError: It was in somebody's way each time, or something else is wrong.
    """
    attempts = stamina.retry_context(
        on=_is_in_the_way, attempts=ATTEMPTS, timeout=None, wait_initial=_WAIT_S, wait_max=_LONGEST_WAIT_S
    )
    async for attempt in attempts:
        with attempt:
            done = await work()
    return done
