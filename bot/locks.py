"""A conversation lock in Redis that excludes across processes and wakes its waiters at once.

Rasa's own Redis store reads, changes and writes a lock in three steps, so two servers can hold it together, and a
waiter looks again only once a second. Here each step is one script inside Redis, and a waiter sleeps on a list of its
own until the one before it leaves.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import uuid
import weakref
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

from rasa.core.lock import TicketLock
from rasa.core.lock_store import LOCK_LIFETIME, LockError, LockStore
from redis.asyncio import Redis
from redis.exceptions import RedisError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from rasa.utils.endpoints import EndpointConfig

logger = logging.getLogger(__name__)

# A holder or waiter that stops renewing (its process died) loses its place after this long, and the next one sees it
# a third later: within the 5 s (`DUKA_RASA_TIMEOUT_S`) that a turn's second attempt on another server waits.
LEASE_S: Final = 3.0
_MS: Final = 1000

# All scripts: KEYS = queue, leases; ARGV = ticket, lease in ms, prefix of the wake lists. They return 1 where it
# is at the head, 0 where it waits, -1 where its place was lost. An expired head is dropped and the next one is woken.
_COMMON: Final = """
local now = redis.call('TIME')
local now_ms = now[1] * 1000 + math.floor(now[2] / 1000)
local function wake(head)
  redis.call('RPUSH', ARGV[3] .. head, '1')
  redis.call('PEXPIRE', ARGV[3] .. head, ARGV[2])
end
local function head_after_expiry()
  local head = redis.call('LINDEX', KEYS[1], 0)
  while head do
    local lease = redis.call('ZSCORE', KEYS[2], head)
    if lease and tonumber(lease) > now_ms then return head end
    redis.call('LPOP', KEYS[1])
    redis.call('ZREM', KEYS[2], head)
    head = redis.call('LINDEX', KEYS[1], 0)
    if head and head ~= ARGV[1] then wake(head) end
  end
  return false
end
local function renew()
  redis.call('ZADD', KEYS[2], now_ms + ARGV[2], ARGV[1])
  redis.call('PEXPIRE', KEYS[1], ARGV[2] * 4)
  redis.call('PEXPIRE', KEYS[2], ARGV[2] * 4)
end
"""
_ENTER: Final = (
    _COMMON
    + """
redis.call('RPUSH', KEYS[1], ARGV[1])
renew()
return head_after_expiry() == ARGV[1] and 1 or 0
"""
)
_RENEW: Final = (
    _COMMON
    + """
local lease = redis.call('ZSCORE', KEYS[2], ARGV[1])
if not lease then return -1 end
renew()
return head_after_expiry() == ARGV[1] and 1 or 0
"""
)
_LEAVE: Final = (
    _COMMON
    + """
redis.call('LREM', KEYS[1], 0, ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('DEL', ARGV[3] .. ARGV[1])
local head = head_after_expiry()
if head then wake(head) end
return 0
"""
)


class AtomicRedisLockStore(LockStore):
    """First come, first served, one holder at a time, over any number of Rasa servers.

    Configured in `endpoints.yml` with `type: bot.locks.AtomicRedisLockStore`; `url` is Redis' host, or a whole
    `redis://` URL; `port`, `db`, `username`, `password`, `use_ssl`, `key_prefix` and `lease_s` are optional.
    """

    def __init__(self, endpoint_config: EndpointConfig) -> None:
        options = endpoint_config.kwargs
        self._url = endpoint_config.url or "127.0.0.1"
        self._options: dict[str, Any] = {
            "port": int(options.get("port") or 6379),
            "db": int(options.get("db") or 0),
            "username": options.get("username") or None,
            "password": options.get("password") or None,
            "ssl": bool(options.get("use_ssl", False)),
        }
        self._prefix = options.get("key_prefix") or "rasa-lock"
        self._lease_s = float(options.get("lease_s") or LEASE_S)
        self._clients: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Redis] = weakref.WeakKeyDictionary()

    def _client(self) -> Redis:
        """Return this event loop's client; connections can't be shared between loops."""
        loop = asyncio.get_running_loop()
        client = self._clients.get(loop)
        if client is None:
            whole_url = "://" in self._url
            client = Redis.from_url(self._url) if whole_url else Redis(host=self._url, **self._options)
            self._clients[loop] = client
        return client

    @asynccontextmanager
    async def lock(
        self,
        conversation_id: str,
        lock_lifetime: float = LOCK_LIFETIME,
        wait_time_in_seconds: float = 1,  # noqa: ARG002 - Rasa's signature; nothing is polled here
    ) -> AsyncIterator[TicketLock]:
        """Hold the conversation's lock for the length of the block.

        Args:
            conversation_id: Rasa's sender id.
            lock_lifetime: How long to wait for the lock, in seconds; a holder keeps it for as long as it lives.
            wait_time_in_seconds: Unused.

        Raises:
            LockError: Redis failed, or the lock was not ours within `lock_lifetime`.
        """
        ticket = _Ticket(self._client(), f"{self._prefix}:{{{conversation_id}}}", self._lease_s)
        try:
            await asyncio.wait_for(ticket.take(), lock_lifetime)
        except (asyncio.TimeoutError, RedisError) as error:
            await ticket.leave_quietly()
            message = f"Could not acquire the lock: {type(error).__name__}."
            raise LockError(message) from error
        except BaseException:
            await ticket.leave_quietly()
            raise
        keeper = asyncio.ensure_future(ticket.keep())
        try:
            yield TicketLock(conversation_id)
        finally:
            keeper.cancel()
            await ticket.leave_quietly()


class _Ticket:
    """One place in one conversation's queue."""

    def __init__(self, redis: Redis, key: str, lease_s: float) -> None:
        self._redis = redis
        self._name = uuid.uuid4().hex
        self._wake_prefix = f"{key}:wake:"
        self._keys = (f"{key}:queue", f"{key}:leases")
        self._lease_s = lease_s

    async def take(self) -> None:
        """Return once the ticket is at the head of the queue."""
        turn = await self._run(_ENTER)
        while turn != 1:
            if turn == -1:  # Redis lost the queue, or this process stood still for longer than a lease.
                turn = await self._run(_ENTER)
                continue
            await self._redis.blpop([self._wake_prefix + self._name], timeout=self._lease_s / 3)
            turn = await self._run(_RENEW)

    async def keep(self) -> None:
        """Renew the lease until cancelled, so that a slow turn keeps what it holds."""
        while True:
            await asyncio.sleep(self._lease_s / 3)
            try:
                if await self._run(_RENEW) != 1:
                    logger.error("A conversation's lock was lost while it was held.")
            except RedisError:
                logger.warning("A conversation's lock could not be renewed.")

    async def leave_quietly(self) -> None:
        """Give the place up; where Redis can't be told, the lease runs out by itself."""
        with contextlib.suppress(RedisError):
            await asyncio.shield(self._run(_LEAVE))

    async def _run(self, script: str) -> int:
        arguments = (self._name, int(self._lease_s * _MS), self._wake_prefix)
        return int(await self._redis.eval(script, len(self._keys), *self._keys, *arguments))
