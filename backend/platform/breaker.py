"""A circuit breaker for each channel: after failures in a row nothing is tried, then one probe decides."""

import time
from collections.abc import Awaitable, Callable
from typing import Final

from purgatory import AsyncCircuitBreakerFactory
from purgatory.domain.model import OpenedState
from purgatory.service._async.circuitbreaker import AsyncCircuitBreaker

from backend.platform.sends import SendOutcome, Throttled, Unavailable, Unknown

_CLOSED: Final = "closed"
_OPENED: Final = "opened"


class _CallFailedError(Exception):
    """Carries a failure that was returned out of the breaker's block, so that it counts as one."""

    def __init__(self, outcome: Unavailable | Unknown) -> None:
        self.outcome = outcome
        super().__init__(outcome.detail)


class ChannelBreaker:
    """The breaker of one channel in this process; a provider that was down is probed by a single call."""

    def __init__(self, channel: str, *, threshold: int, ttl_s: float) -> None:
        self._channel = channel
        self._ttl_s = ttl_s
        self._factory = AsyncCircuitBreakerFactory(default_threshold=threshold, default_ttl=ttl_s)
        self._under_way = 0

    async def room(self, wanted: int) -> int:
        """Return how many of the wanted calls may start now."""
        context = (await self._breaker()).context
        if context.state == _CLOSED:
            return wanted
        cooling = context.state == _OPENED and time.time() <= (context.opened_at or 0) + self._ttl_s
        return 0 if cooling or self._under_way else min(wanted, 1)

    async def is_open(self) -> bool:
        """Say whether the provider is taken to be down: it failed too often, and no probe has succeeded since."""
        return bool((await self._breaker()).context.state != _CLOSED)

    async def call(self, attempt: Callable[[], Awaitable[SendOutcome]]) -> SendOutcome:
        """Make a call through the breaker; where it opened meanwhile, ask to come back instead."""
        self._under_way += 1
        try:
            async with await self._breaker():
                return _checked(await attempt())
        except _CallFailedError as failed:
            return failed.outcome
        except OpenedState:
            return Throttled(self._ttl_s)
        finally:
            self._under_way -= 1

    async def _breaker(self) -> AsyncCircuitBreaker:
        return await self._factory.get_breaker(self._channel)


def _checked(outcome: SendOutcome) -> SendOutcome:
    """Return the outcome, unless it speaks against the provider; one that stops an account has answered."""
    if isinstance(outcome, Unknown) or (isinstance(outcome, Unavailable) and not outcome.of_account):
        raise _CallFailedError(outcome)
    return outcome
