"""The loops that send: lease a row, call the provider with no transaction open, record what became of it."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from functools import partial
from itertools import groupby
from typing import Final, NamedTuple

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from backend.platform import outages, send_queue, wakeups
from backend.platform.backoff import pause_s
from backend.platform.breaker import ChannelBreaker
from backend.platform.db.session import Database
from backend.platform.errors import OutcomeUnknownError, ProviderRejectedError, ProviderUnavailableError
from backend.platform.ids import opaque_token
from backend.platform.loops import ErrorPause
from backend.platform.observability.logging import get_logger
from backend.platform.observability.metrics import PROVIDER_DOWN, SENDS
from backend.platform.observability.trace import traced
from backend.platform.ratelimit import take_tokens
from backend.platform.send_rules import Conclusion, after_asking, after_delivery
from backend.platform.sends import (
    SEND_BELL,
    ClaimedSend,
    HearsOfStops,
    MayObject,
    Refused,
    SendHandler,
    SendOutcome,
    Throttled,
    Unavailable,
    Unknown,
    queued_by,
)

log = get_logger(__name__)

_POLL_S: Final = 0.25
_CALL_SHARE: Final = 0.8  # of the lease: a call is given up before anybody may take its row over.
_SETTLE_TRIES: Final = 3
_SETTLE_PAUSE_S: Final = 0.1

type Attempt = Callable[[ClaimedSend], Awaitable[SendOutcome]]
type CarryOut = Callable[[ClaimedSend], Awaitable[None]]


class Leased(NamedTuple):
    """A send that may go out, or of which its handler said by now why it must not."""

    send: ClaimedSend
    objection: Refused | None


class SenderLoop:
    """Sends for the channels it has handlers of; any number may run, sharing the rows by leases.

    A send whose owner died is unknown, never simply sent again: the handler asks the provider, and only a channel whose
    policy says so is sent a second time, marked as a possible duplicate.
    """

    def __init__(
        self,
        database: Database,
        handlers: Sequence[SendHandler],
        *,
        is_paused: Callable[[str], bool] = lambda _channel: False,
        poll_s: float = _POLL_S,
    ) -> None:
        """Prepare the sender.

        Args:
            database: Holds the sends.
            handlers: One a channel.
            is_paused: Whether a channel is switched off for now; its sends wait.
            poll_s: The longest time until a send is seen with no bell.
        """
        self._database = database
        self._is_paused = is_paused
        self._poll_s = poll_s
        self._owner = opaque_token(64)
        self._calls = 0
        self._channels = {handler.channel: _Channel(database, handler, self._owner) for handler in handlers}

    async def run(self, stop: asyncio.Event) -> None:
        """Send until told to stop; calls under way are finished and recorded."""
        pause = ErrorPause("sends.loop_failed")
        looked_at, rung = -math.inf, True
        with wakeups.listen(SEND_BELL) as bell:
            async with asyncio.TaskGroup() as group:
                while not stop.is_set():
                    look = time.monotonic() - looked_at >= self._poll_s
                    looked_at = time.monotonic() if look else looked_at
                    async with pause.around():
                        due = await self._look(group, bell.ring) if look else False
                        if rung or due:
                            await self.step(group, bell.ring)
                    rung = await bell.wait(self._poll_s)  # Each call that ends rings it.

    async def drain(self) -> int:
        """Send what is due now, and what that makes due at once; return how many calls were made."""
        total = 0
        while True:
            before = self._calls
            async with asyncio.TaskGroup() as group:
                await self._look(group, _nobody)
                await self.step(group, _nobody)
            total += self._calls - before
            if self._calls == before:
                return total

    async def step(self, group: asyncio.TaskGroup, when_done: Callable[[], None]) -> int:
        """Start what is due, as far as there is room; return how many calls were started.

        Args:
            group: Runs the calls.
            when_done: Called as each of them ends.
        """
        rooms = await self._rooms()
        if not rooms:
            return 0
        async with self._database.transaction() as session:
            leased = await self._granted(session, await send_queue.claim(session, rooms, owner=self._owner))
        for one in leased:
            channel = self._channels[one.send.channel]
            group.create_task(channel.deliver(one, when_done), name=f"send-{one.send.id}")
        self._calls += len(leased)
        return len(leased)

    async def lease_own(self, session: AsyncSession) -> list[Leased]:
        """Lease what this transaction has queued, so that no loop has to find it once it is committed.

        What the rate, an outage or older sends hold back stays queued for whoever comes to it. Hand what is returned to
        `deliver` after the commit, which must be durable: nothing may leave the machine that Postgres could forget.
        """
        ids, rooms = queued_by(session), await self._rooms()
        if not ids or not rooms:
            return []
        claimed = await send_queue.claim_own(session, rooms, ids, owner=self._owner)
        leased = await self._granted(session, claimed)
        if len(leased) == len(ids):
            session.info["bells"].discard(SEND_BELL)
        return leased

    async def deliver(self, leased: Sequence[Leased]) -> None:
        """Make the provider calls of what `lease_own` gave, and record what became of them."""
        ring = partial(wakeups.notify_here, SEND_BELL)
        await asyncio.gather(*(self._channels[one.send.channel].deliver(one, ring) for one in leased))

    async def _rooms(self) -> list[send_queue.Room]:
        rooms = [await channel.room() for channel in self._open_channels().values()]
        return [room for room in rooms if room.most > 0]

    async def _granted(self, session: AsyncSession, claimed: Sequence[ClaimedSend]) -> list[Leased]:
        return [one for name, its in _by_channel(claimed) for one in await self._channels[name].granted(session, its)]

    async def _look(self, group: asyncio.TaskGroup, when_done: Callable[[], None]) -> bool:
        """Ask about sends that nobody knows the end of, for no bell rings for these; return whether others are due."""
        channels = self._open_channels()
        found = await send_queue.look(self._database, list(channels))
        for one in found:
            if one.expired or one.unknown:
                self._calls += await channels[one.channel].ask(group, when_done, expired=one.expired)
        return any(one.due for one in found)

    def _open_channels(self) -> dict[str, "_Channel"]:
        return {name: channel for name, channel in self._channels.items() if not self._is_paused(name)}


class _Channel:
    """One channel: its handler, its breaker, its calls under way."""

    def __init__(self, database: Database, handler: SendHandler, owner: str) -> None:
        self._database = database
        self._handler = handler
        self._policy = handler.policy
        self._owner = owner
        self._under_way = 0
        self._down = False
        self._breaker = ChannelBreaker(
            handler.channel, threshold=self._policy.breaker_threshold, ttl_s=self._policy.breaker_ttl_s
        )

    async def room(self) -> send_queue.Room:
        """Return how many deliveries may start now."""
        most = await self._breaker.room(self._free)
        return send_queue.Room(self._handler.channel, most, self._policy.lease_s)

    async def granted(self, session: AsyncSession, sends: Sequence[ClaimedSend]) -> list[Leased]:
        """Return those of the leased sends that the rate allows now; the others are given back."""
        granted = list(sends) if self._policy.rate_per_s is None else []
        if self._policy.rate_per_s is not None:
            for scope, group in groupby(sorted(sends, key=_scope), key=_scope):
                granted += await self._within_limit(session, scope, list(group), self._policy.rate_per_s)
        return [Leased(send, await self._objection(session, send)) for send in granted]

    async def _objection(self, session: AsyncSession, send: ClaimedSend) -> Refused | None:
        return await self._handler.objection(session, send) if isinstance(self._handler, MayObject) else None

    def deliver(self, leased: Leased, when_done: Callable[[], None]) -> Coroutine[None, None, None]:
        """Make the provider call of a leased send, unless its handler objects, and record what became of it."""
        return self._one(leased.send, partial(self._deliver, objection=leased.objection), when_done)

    async def ask(self, group: asyncio.TaskGroup, when_done: Callable[[], None], *, expired: bool) -> int:
        """Take over what a dead owner left, and start to ask about what is unknown; return how many are asked about."""
        if expired:
            await self._take_over()
        if self._free <= 0:
            return 0
        async with self._database.transaction() as session:
            sends = await send_queue.claim_unknown(
                session, self._handler.channel, owner=self._owner, limit=self._free, lease_s=self._policy.lease_s
            )
        for send in sends:
            group.create_task(self._one(send, self._ask, when_done), name=f"send-{send.id}")
        return len(sends)

    @property
    def _free(self) -> int:
        return self._policy.concurrency - self._under_way

    def _one(
        self, send: ClaimedSend, carry_out: CarryOut, when_done: Callable[[], None]
    ) -> Coroutine[None, None, None]:
        """Return what carries one send out; it holds its room from now on."""
        self._under_way += 1
        return self._carry(send, carry_out, when_done)

    async def _carry(self, send: ClaimedSend, carry_out: CarryOut, when_done: Callable[[], None]) -> None:
        try:
            with traced(send.trace_id):
                await carry_out(send)
        finally:
            self._under_way -= 1
            when_done()

    async def _deliver(self, send: ClaimedSend, objection: Refused | None) -> None:
        if objection is not None:
            await self._record(send, objection, after_delivery(send, objection, self._policy))
            return
        outcome = await self._breaker.call(lambda: self._attempt(self._handler.deliver, send))
        await self._record(send, outcome, after_delivery(send, outcome, self._policy))
        await self._tell_outage()

    async def _tell_outage(self) -> None:
        """Tell all processes that the provider is down, each time that it shows, and once that it is up again."""
        known, self._down = self._down, await self._breaker.is_open()
        if not known and not self._down:
            return
        PROVIDER_DOWN.labels(self._handler.channel).set(self._down)
        async with self._database.transaction() as session:
            await (outages.note if self._down else outages.clear)(session, self._handler.channel)

    async def _ask(self, send: ClaimedSend) -> None:
        """Ask about an unknown send; the breaker counts deliveries alone, since many providers can't tell."""
        outcome = await self._attempt(self._handler.investigate, send)
        await self._record(send, outcome, after_asking(send, outcome, self._policy))

    async def _take_over(self) -> None:
        """Make sends unknown whose owner let the lease run out: they may have gone out or not."""
        async with self._database.transaction() as session:
            expired = await send_queue.claim_expired(
                session, self._handler.channel, owner=self._owner, limit=50, lease_s=self._policy.lease_s
            )
        for send in expired:
            log.warning("send.lease_expired", send_id=send.id, channel=send.channel)
            outcome = Unknown("the sender stopped before it told what became of it")
            await self._record(send, outcome, after_delivery(send, outcome, self._policy))

    async def _within_limit(
        self, session: AsyncSession, scope: str, sends: list[ClaimedSend], rate_per_s: float
    ) -> list[ClaimedSend]:
        """Keep as many as the scope's bucket grants; give the others back for when their tokens will be there."""
        name = f"{self._handler.channel}:{scope}"
        grant = await take_tokens(session, name, wanted=len(sends), rate_per_s=rate_per_s, burst=self._policy.burst)
        for place, send in enumerate(sends[grant.granted :]):
            wait_s = grant.wait_s + place * grant.interval_s
            await send_queue.conclude(session, send, "queued", pause_s=wait_s, uncounted=1)
        return sends[: grant.granted]

    async def _attempt(self, attempt: Attempt, send: ClaimedSend) -> SendOutcome:
        """Make the provider call; whatever is not surely refused or surely unsent is unknown."""
        try:
            async with asyncio.timeout(self._policy.lease_s * _CALL_SHARE):
                return await attempt(send)
        except ProviderRejectedError as error:
            return Refused(error.code, error.detail)
        except ProviderUnavailableError as error:
            away = Unavailable(str(error), of_account=error.of_account)
            return away if error.retry_after_s is None else Throttled(error.retry_after_s)
        except OutcomeUnknownError as error:
            return Unknown(str(error))
        except TimeoutError:
            return Unknown("no answer within the time that a call may take")
        except Exception as error:
            # An unforeseen failure may have come after the call went out.
            log.exception("send.attempt_failed", send_id=send.id, channel=send.channel)
            return Unknown(f"{type(error).__name__}: {error}"[:500])

    async def _record(self, send: ClaimedSend, outcome: SendOutcome, conclusion: Conclusion) -> None:
        """Record state and settlement in one commit; where settling fails for good, keep the state at least.

        Where even that fails, the lease runs out and the send is unknown.
        """
        SENDS.labels(send.channel, conclusion.state).inc()
        ends = time.monotonic() + self._policy.lease_s
        tries = [conclusion] * _SETTLE_TRIES if conclusion.settle else []
        for attempt, wanted in enumerate((*tries, conclusion.unsettled() if tries else conclusion), start=1):
            try:
                await self._commit_by(ends, send, outcome, wanted)
            except Exception:
                log.exception("send.not_recorded", send_id=send.id, channel=send.channel, attempt=attempt)
                await asyncio.sleep(pause_s(attempt, base_s=_SETTLE_PAUSE_S, cap_s=1.0))
            else:
                return

    async def _commit_by(self, ends: float, send: ClaimedSend, outcome: SendOutcome, conclusion: Conclusion) -> None:
        """Commit; a cut connection says nothing about settling, so that is tried again as long as the lease holds."""
        while True:
            try:
                await self._commit(send, outcome, conclusion)
            except DBAPIError as error:
                if not error.connection_invalidated or time.monotonic() >= ends:
                    raise
                await asyncio.sleep(_SETTLE_PAUSE_S)
            else:
                return

    async def _commit(self, send: ClaimedSend, outcome: SendOutcome, conclusion: Conclusion) -> None:
        async with self._database.transaction() as session:
            ours = await send_queue.conclude(
                session,
                send,
                conclusion.state,
                pause_s=conclusion.pause_s,
                uncounted=conclusion.uncounted,
                provider_ref=conclusion.provider_ref,
                error=conclusion.error,
                possible_duplicate=conclusion.possible_duplicate,
            )
            if not ours:
                log.warning("send.fenced_off", send_id=send.id, channel=send.channel, outcome=type(outcome).__name__)
            else:
                await self._tell(session, send, outcome, conclusion)
        if ours:
            log.info(
                "send.ended",
                send_id=send.id,
                channel=send.channel,
                order_id=send.order_id,
                state=conclusion.state,
                error=conclusion.error[0],
            )

    async def _tell(
        self, session: AsyncSession, send: ClaimedSend, outcome: SendOutcome, conclusion: Conclusion
    ) -> None:
        """Tell all processes of an account that is stopped, and the domain what became of its send."""
        if conclusion.stopped:
            await outages.note(session, send.channel, send.scope)
        if conclusion.settle:
            await self._handler.settle(session, send, outcome)
        elif conclusion.stopped and isinstance(self._handler, HearsOfStops):
            await self._handler.stopped(session, send)


def _nobody() -> None:
    """Tell nobody that a call has ended."""


def _by_channel(sends: Sequence[ClaimedSend]) -> Iterator[tuple[str, list[ClaimedSend]]]:
    by_name = sorted(sends, key=_channel)  # A stable sort: within a channel the order stays.
    return ((name, list(group)) for name, group in groupby(by_name, key=_channel))


def _channel(send: ClaimedSend) -> str:
    return send.channel


def _scope(send: ClaimedSend) -> str:
    return send.scope
