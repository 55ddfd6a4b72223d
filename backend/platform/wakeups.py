"""Bells that wake a loop before its next look at the tables; a bell that is lost only costs that wait."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

import redis.asyncio as redis
from redis.exceptions import RedisError
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from backend.platform.ids import opaque_token
from backend.platform.observability.logging import get_logger

log = get_logger(__name__)

_CHANNEL: Final = "duka:bells"
_RECONNECT_S: Final = 2.0
_UNHURRIED_S: Final = 0.2
_BETWEEN_S: Final = 0.005  # Each message wakes every process: those of a busy moment go as one.


class Bell:
    """Remembers that it was rung until somebody has waited for it."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Ring, from any thread."""
        with suppress(RuntimeError):  # The listener's loop has ended, so nobody is waiting any more.
            self._loop.call_soon_threadsafe(self._rung.set)

    async def wait(self, timeout_s: float) -> bool:
        """Wait until it has rung since the last wait, at most `timeout_s`; return whether it did."""
        try:
            await asyncio.wait_for(self._rung.wait(), max(timeout_s, 0))
        except TimeoutError:
            return False
        finally:
            self._rung.clear()
        return True


_listeners: Final[defaultdict[str, set[Bell]]] = defaultdict(set)
_unhurried: Final[set[str]] = set()


def unhurried(name: str) -> str:
    """Declare and return a bell for screens alone: other processes hear it a little later, many rings as one."""
    _unhurried.add(name)
    return name


@contextmanager
def listen(*names: str) -> Iterator[Bell]:
    """Give a bell that rings whenever one of the names is notified."""
    bell = Bell()
    for name in names:
        _listeners[name].add(bell)
    try:
        yield bell
    finally:
        for name in names:
            _listeners[name].discard(bell)


def notify_here(name: str) -> None:
    """Wake those who wait for the name in this process alone."""
    for bell in tuple(_listeners[name]):
        bell.ring()


def notify(name: str) -> None:
    """Wake those who wait for the name, here and, through the relay, in other processes."""
    notify_here(name)
    for relay in tuple(_relays):
        relay.tell(name)


async def wait(name: str, timeout_s: float) -> bool:
    """Wait for one notification of the name, at most `timeout_s`; return whether it came."""
    with listen(name) as bell:
        return await bell.wait(timeout_s)


class RedisRelay:
    """Carries bells between processes over Redis; while Redis is away, each process looks by itself now and then."""

    def __init__(self, url: str) -> None:
        self._client: Any = redis.from_url(url, socket_connect_timeout=2)
        self._origin = opaque_token(64)
        self._names: set[str] = set()
        self._told = asyncio.Event()
        self._later: asyncio.TimerHandle | None = None

    def tell(self, name: str) -> None:
        """Pass a name on; names told while a message is on its way go together as the next one.

        One that nobody is in a hurry for goes with the next that is, or after a short time.
        """
        self._names.add(name)
        if name not in _unhurried:
            self._told.set()
        elif self._later is None:
            self._later = asyncio.get_running_loop().call_later(_UNHURRIED_S, self._told.set)

    async def run(self, stop: asyncio.Event) -> None:
        """Relay until told to stop; reconnect for ever."""
        _relays.add(self)
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._for_ever(part)) for part in (self._send, self._receive)]
                await stop.wait()
                for task in tasks:
                    task.cancel()
        finally:
            _relays.discard(self)
            await self._client.aclose()

    async def _for_ever(self, part: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await part()
            except (RedisError, OSError) as error:
                log.warning("wakeups.redis_away", error=type(error).__name__)
                await asyncio.sleep(_RECONNECT_S)

    async def _send(self) -> None:
        while True:
            await self._told.wait()
            self._told.clear()
            names, self._names = self._names, set()
            if self._later is not None:
                self._later.cancel()
                self._later = None
            try:
                await self._client.publish(_CHANNEL, f"{self._origin} {' '.join(sorted(names))}")
            except (RedisError, OSError):
                self._names |= names
                self._told.set()
                raise
            await asyncio.sleep(_BETWEEN_S)

    async def _receive(self) -> None:
        async with self._client.pubsub() as channel:
            await channel.subscribe(_CHANNEL)
            async for message in channel.listen():
                if message["type"] == "message":
                    self._hear(message["data"].decode())

    def _hear(self, text: str) -> None:
        origin, *names = text.split(" ")
        if origin != self._origin:
            for name in names:
                notify_here(name)


_relays: Final[set[RedisRelay]] = set()


def after_commit(session: AsyncSession, act: Callable[[], object]) -> None:
    """Let something begin in this process once the transaction has committed; a rollback forgets it."""
    session.info.setdefault("afterwards", []).append(act)


@event.listens_for(Session, "after_commit")
def _ring_after_commit(session: Session) -> None:
    """Ring the bells that the transaction's writes asked for, once others can see them."""
    if session.in_nested_transaction():
        return
    for name in session.info.pop("bells", ()):
        notify(name)
    for act in session.info.pop("afterwards", ()):
        act()


@event.listens_for(Session, "after_rollback")
def _forget_after_rollback(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info.pop("bells", None)
        session.info.pop("afterwards", None)
