"""The loops that hand stored events to their subscribers, in order for each key, effects and progress in one commit."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from backend.platform import event_log, wakeups
from backend.platform.backoff import pause_s
from backend.platform.db.session import Database
from backend.platform.event_log import Cursor, LogRow, Parked
from backend.platform.events import CONSUMER_BELL, StoredEvent, Subscription, topic_bell
from backend.platform.loops import ErrorPause
from backend.platform.observability.logging import get_logger
from backend.platform.observability.metrics import EVENTS_HANDLED
from backend.platform.observability.trace import traced

log = get_logger(__name__)

_FIRST_LOOK_S: Final = 0.005
_LAST_LOOK_S: Final = 0.16
_GATHER_S: Final = 0.004  # What arrives meanwhile shares the next transaction.
_LAST_GATHER_S: Final = 0.032  # One that others leave nothing to lets them go first.
_UNASKED_S: Final = 30.0  # The poll looks for all consumers and rings; a look of each by itself is only a safeguard.


@dataclass(frozen=True, slots=True)
class ConsumerPolicy:
    """How consumers read.

    Attributes:
        partitions: Partitions locked by one transaction.
        batch: Events of each partition in one transaction; small enough that it never holds the horizon for long.
        poll_s: The longest time until new events are seen with no bell.
        max_attempts: Tries until an event is a dead letter.
        backoff_base_s: The first pause.
        backoff_cap_s: The longest pause.
        heads: Held keys tried again by one transaction.
        drain: Held events of one key let through by one transaction.
    """

    partitions: int = 4
    batch: int = 100
    poll_s: float = 0.25
    max_attempts: int = 5
    backoff_base_s: float = 1.0
    backoff_cap_s: float = 60.0
    heads: int = 20
    drain: int = 100


class Step(NamedTuple):
    """What one transaction of a consumer did.

    Attributes:
        handled: Events read or tried again.
        more: Whether more may wait that could be read at once.
        above: Whether events wait until an older transaction has ended.
    """

    handled: int = 0
    more: bool = False
    above: bool = False


class EventConsumers:
    """All subscriptions of one process; any number of processes share the partitions by row locks."""

    def __init__(
        self, database: Database, subscriptions: Sequence[Subscription], policy: ConsumerPolicy | None = None
    ) -> None:
        """Prepare the consumers.

        Args:
            database: Holds log, cursors and effects.
            subscriptions: One a consumer name.
            policy: Batches, pauses and tries.

        Raises:
            ValueError: Two subscriptions have the same name.
        """
        names = [subscription.consumer for subscription in subscriptions]
        if len(set(names)) != len(names):
            message = f"two subscriptions share a name: {sorted(names)}"
            raise ValueError(message)
        self._database = database
        self._policy = policy or ConsumerPolicy()
        self._consumers = {sub.consumer: Consumer(database, sub, self._policy) for sub in subscriptions}

    async def run(self, stop: asyncio.Event) -> None:
        """Hand out events until told to stop; a batch under way is finished."""
        started, pause = False, ErrorPause("events.start_failed")
        while not (started or stop.is_set()):
            async with pause.around():
                await self._start()
                started = True
        async with asyncio.TaskGroup() as group:
            group.create_task(self._poll(stop), name="events-poll")
            for name, consumer in self._consumers.items():
                group.create_task(consumer.run(stop), name=f"events-{name}")

    async def drain(self) -> int:
        """Hand out what is there now, as far as the horizon allows; return how many transactions had work."""
        await self._start()
        steps = 0
        for consumer in self._consumers.values():
            while (await consumer.step()).handled:
                steps += 1
        return steps

    async def _start(self) -> None:
        async with self._database.transaction() as session:
            await event_log.ensure_cursors(session, list(self._consumers))

    async def _poll(self, stop: asyncio.Event) -> None:
        """Look for all consumers at once, so that idle ones cost one query together."""
        pause = ErrorPause("events.poll_failed")
        while not stop.is_set():
            async with pause.around():
                self._ring(await self._busy())
            await asyncio.sleep(self._policy.poll_s)
        self._ring(self._consumers)  # Each sees that it is to stop.

    def _ring(self, names: Iterable[str]) -> None:
        for name in names:
            wakeups.notify_here(CONSUMER_BELL + name)

    async def _busy(self) -> list[str]:
        """Return the consumers with work, after moving those on that want nothing of what is new."""
        busy = await event_log.busy_consumers(self._database, list(self._consumers))
        if not busy:
            return []
        async with self._database.transaction() as session:
            for name in busy:
                await event_log.pass_over(session, name, self._consumers[name].topics)
        return await event_log.busy_consumers(self._database, busy)


class Consumer:
    """One subscription: claims partitions, applies their next events, advances, commits."""

    def __init__(self, database: Database, subscription: Subscription, policy: ConsumerPolicy) -> None:
        self._database = database
        self._subscription = subscription
        self._policy = policy
        self._name = subscription.consumer
        self.topics = subscription.topics

    async def run(self, stop: asyncio.Event) -> None:
        """Step while there is more; else wait for a bell, and meanwhile look now and then whether the horizon moved."""
        pause = ErrorPause("events.consumer_failed", consumer=self._name)
        bells = (CONSUMER_BELL + self._name, *(topic_bell(topic) for topic in self.topics))
        look_s, gather_s = _FIRST_LOOK_S, _GATHER_S
        with wakeups.listen(*bells) as bell:
            while not stop.is_set():
                done = Step()
                async with pause.around():
                    done = await self.step()
                if done.more:
                    continue
                look_s = min(2 * look_s, _LAST_LOOK_S) if done.above and not done.handled else _FIRST_LOOK_S
                gather_s = _GATHER_S if done.handled else min(2 * gather_s, _LAST_GATHER_S)
                if await bell.wait(look_s if done.above else _UNASKED_S):
                    await asyncio.sleep(gather_s)

    async def step(self) -> Step:
        """Run one transaction; return what it did.

        The batch is applied without savepoints first. Where that fails, it is rolled back and applied again event by
        event, so that only the faulty event is held.
        """
        try:
            return await self._transact(careful=False)
        except DBAPIError as error:
            if error.connection_invalidated:
                raise
            return await self._transact(careful=True)
        except Exception:  # noqa: BLE001 - a handler may raise anything; the careful pass finds and records it
            return await self._transact(careful=True)

    async def _transact(self, *, careful: bool) -> Step:
        async with self._database.transaction() as session:
            cursors = await event_log.claim_cursors(session, self._name, self._policy.partitions)
            if not cursors:
                return Step(above=await event_log.any_above(session, self._name))
            count, above = await self._work_off(session, cursors, careful=careful)
        more = len(cursors) == self._policy.partitions or count >= self._policy.batch
        return Step(count, more=more, above=above)

    async def _work_off(self, session: AsyncSession, cursors: Sequence[Cursor], *, careful: bool) -> tuple[int, bool]:
        """Apply what waits in the partitions; return how many events, and whether others wait above the horizon."""
        rows, anything_held = await event_log.read_after(session, self._name, cursors, self.topics, self._policy.batch)
        retried = await self._retry_parked(session, [cursor.part for cursor in cursors]) if anything_held else 0
        if not rows:
            return retried, await event_log.any_above(session, self._name)
        wanted = [row for row in rows if row.event is not None]
        free = await self._hold_back(session, wanted) if anything_held else wanted
        await (self._apply_each(session, free) if careful else self._apply(session, free))
        return len(rows) + retried, await event_log.advance(session, self._name, _last_of_each_part(rows))

    async def _hold_back(self, session: AsyncSession, rows: Sequence[LogRow]) -> list[LogRow]:
        """Park events of held keys behind those that wait already; return the others."""
        keys = [row.event.key for row in rows if row.event is not None]
        held = await event_log.parked_keys(session, self._name, keys)
        free: list[LogRow] = []
        for row in rows:
            if row.event is not None and row.event.key in held:
                await event_log.park(session, self._name, _place(row), attempts=0, pause_s=None)
            else:
                free.append(row)
        return free

    async def _apply(self, session: AsyncSession, rows: Sequence[LogRow]) -> None:
        events = [row.event for row in rows if row.event is not None]
        if not events:
            return
        if self._subscription.handle_many is not None:
            await self._subscription.handle_many(session, events)
        else:
            for event in events:
                with traced(event.trace_id):
                    await self._subscription.handle(session, event)
        EVENTS_HANDLED.labels(self._name, "handled").inc(len(events))

    async def _apply_each(self, session: AsyncSession, rows: Sequence[LogRow]) -> None:
        """Apply event by event, each in a savepoint; hold the key of one that fails."""
        held: set[str] = set()
        for row in rows:
            if row.event is None:
                continue
            if row.event.key in held:
                await event_log.park(session, self._name, _place(row), attempts=0, pause_s=None)
            elif not await self._try(session, row.event, _place(row)):
                held.add(row.event.key)

    async def _try(self, session: AsyncSession, event: StoredEvent, place: Parked) -> bool:
        """Handle one event in a savepoint; where it fails, park or bury it. Return whether it was handled."""
        try:
            async with session.begin_nested():
                await self._handle_one(session, event)
        except Exception as error:
            if isinstance(error, DBAPIError) and error.connection_invalidated:
                raise
            await self._failed(session, event, place, error)
            return False
        EVENTS_HANDLED.labels(self._name, "handled").inc()
        return True

    async def _handle_one(self, session: AsyncSession, event: StoredEvent) -> None:
        with traced(event.trace_id):
            if self._subscription.handle_many is not None:
                await self._subscription.handle_many(session, (event,))
            else:
                await self._subscription.handle(session, event)

    async def _failed(self, session: AsyncSession, event: StoredEvent, place: Parked, error: Exception) -> None:
        attempts = place.attempts + 1
        words = f"{type(error).__name__}: {error}"[:500]
        dead = attempts >= self._policy.max_attempts
        pause = pause_s(attempts, base_s=self._policy.backoff_base_s, cap_s=self._policy.backoff_cap_s)
        await event_log.park(
            session, self._name, place, attempts=attempts, pause_s=None if dead else pause, error=words
        )
        if dead:
            await event_log.bury(session, self._name, event, error=words, attempts=attempts)
        outcome = "dead" if dead else "failed"
        EVENTS_HANDLED.labels(self._name, outcome).inc()
        log.error(
            "event.not_handled",
            outcome=outcome,
            consumer=self._name,
            topic=event.topic,
            event_id=event.event_id,
            exc_info=error,
        )

    async def _retry_parked(self, session: AsyncSession, parts: Sequence[int]) -> int:
        heads = await event_log.due_heads(session, self._name, parts, self._policy.heads)
        for head in heads:
            await self._let_through(session, head)
        return len(heads)

    async def _let_through(self, session: AsyncSession, head: Parked) -> None:
        """Try a held key again: its first event, then those behind it, until one fails or enough were let through."""
        place: Parked | None = head
        for _ in range(self._policy.drain):
            if place is None:
                return
            event = await event_log.event_at(session, place)
            if event is not None and not await self._try(session, event, place):
                return
            await event_log.unpark(session, self._name, place)
            place = await event_log.next_parked(session, self._name, head.key)
        if place is not None:
            await event_log.park(session, self._name, place, attempts=0, pause_s=0)


def _place(row: LogRow) -> Parked:
    key = "" if row.event is None else row.event.key
    return Parked(row.cursor.part, key, row.cursor.xid, row.cursor.pos, 0)


def _last_of_each_part(rows: Sequence[LogRow]) -> list[Cursor]:
    return list({row.cursor.part: row.cursor for row in rows}.values())
