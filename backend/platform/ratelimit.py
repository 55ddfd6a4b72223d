"""Limits: token buckets in Postgres for what goes out, and counting windows for what comes in."""

from dataclasses import dataclass
from typing import Any, Final

from limits import RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from limits.errors import StorageError
from redis.asyncio import ConnectionPool
from redis.exceptions import RedisError
from sqlalchemy.ext.asyncio import AsyncSession

from backend.platform.db.driver import run_sql
from backend.platform.errors import TooManyRequestsError
from backend.platform.observability.logging import get_logger

log = get_logger(__name__)

_FILL: Final = """
INSERT INTO rate_bucket (name, tokens, refilled_at) VALUES (%(name)s, %(burst)s, duka_now())
ON CONFLICT (name) DO NOTHING
"""
_TAKE: Final = """
WITH bucket AS MATERIALIZED (
    SELECT b.name, least(
        %(burst)s, b.tokens + %(rate_per_s)s * greatest(0, extract(epoch FROM duka_now() - b.refilled_at)::float8)
    ) AS tokens
    FROM rate_bucket b WHERE b.name = %(name)s FOR NO KEY UPDATE
)
UPDATE rate_bucket b SET refilled_at = duka_now(), tokens = bucket.tokens - least(%(wanted)s, floor(bucket.tokens))
FROM bucket WHERE b.name = bucket.name
RETURNING bucket.tokens
"""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a bucket gave.

    Attributes:
        granted: How many of those asked for may go now.
        wait_s: When the next one may go, in seconds from now; each further one another `interval_s` later.
        interval_s: Seconds a token.
    """

    granted: int
    wait_s: float
    interval_s: float


async def take_tokens(session: AsyncSession, name: str, *, wanted: int, rate_per_s: float, burst: int) -> Grant:
    """Take up to `wanted` tokens from a bucket that all processes share; it stays locked until the commit."""
    parameters = {"name": name, "burst": float(burst), "rate_per_s": rate_per_s, "wanted": float(wanted)}
    tokens = (await run_sql(session, _TAKE, parameters)).scalar_one_or_none()
    if tokens is None:  # A bucket starts full.
        await run_sql(session, _FILL, {"name": name, "burst": float(burst)})
        tokens = (await run_sql(session, _TAKE, parameters)).scalar_one()
    granted = min(wanted, int(tokens))
    return Grant(granted, max(0.0, 1.0 - (tokens - granted)) / rate_per_s, 1.0 / rate_per_s)


class RequestLimiter:
    """Limits requests by a moving window: in Redis for all processes, else in this process alone."""

    refuses_with: Final = (TooManyRequestsError,)

    def __init__(self, redis_url: str | None = None) -> None:
        self._local = MovingWindowRateLimiter(MemoryStorage())
        self._pool = ConnectionPool.from_url(redis_url) if redis_url is not None else None
        self._shared = None
        if self._pool is not None:
            options: dict[str, Any] = {"connection_pool": self._pool}
            storage = RedisStorage(f"async+{redis_url}", wrap_exceptions=True, implementation="redispy", **options)
            self._shared = MovingWindowRateLimiter(storage)

    async def close(self) -> None:
        """Close the connections to Redis."""
        if self._pool is not None:
            await self._pool.aclose()

    async def check(self, name: str, *parts: str, most: int, per_s: int) -> None:
        """Count one request against a limit.

        Args:
            name: Names the limit, such as `vendor_notify`.
            parts: Whom it counts: a vendor's id, a principal, an address.
            most: Requests allowed.
            per_s: In this many seconds.

        Raises:
            TooManyRequestsError: The limit is reached.
        """
        item = RateLimitItemPerSecond(most, per_s, namespace="duka")
        if not await self._hit(item, name, *parts):
            raise TooManyRequestsError(limit=name, most=most, per_s=per_s)

    async def _hit(self, item: RateLimitItemPerSecond, *identifiers: str) -> bool:
        if self._shared is not None:
            try:
                return await self._shared.hit(item, *identifiers)
            except (StorageError, RedisError, OSError) as error:
                log.warning("ratelimit.redis_away", error=type(error).__name__)
        return await self._local.hit(item, *identifiers)
