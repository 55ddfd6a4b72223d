"""Events arrive once, in order within a key, whatever fails and whoever commits late."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.platform.actors import SYSTEM, Actor, ActorKind
from backend.platform.consumers import ConsumerPolicy, EventConsumers
from backend.platform.db.session import Database
from backend.platform.dead_letters import replay, retry_dead_letter, set_paused, skip_dead_letter
from backend.platform.errors import ConflictError, NotFoundError
from backend.platform.events import (
    Event,
    Notice,
    StoredEvent,
    Subscription,
    publish,
    publish_many,
    publish_notices,
)
from backend.platform.observability.trace import traced
from tests.backend.platform.conftest import Effects

VENDOR = Actor(ActorKind.VENDOR, "V-42")
FAST = ConsumerPolicy(poll_s=0.05, backoff_base_s=0.0, max_attempts=3)


@dataclass(frozen=True)
class Stepped(Event):
    """An order took a numbered step."""

    topic: ClassVar[str] = "order.stepped"
    order_id: str
    step: int

    @property
    def key(self) -> str:
        return self.order_id


@dataclass(frozen=True)
class Noted(Stepped):
    """A topic that the tests' consumer does not want."""

    topic: ClassVar[str] = "order.noted"


class Recorder:
    """Writes `key:step` for each event; fails on the named ones as often as told."""

    def __init__(self, effects: Effects, failing: dict[str, int] | None = None) -> None:
        self._effects = effects
        self._failing = failing or {}
        self.seen: list[StoredEvent] = []

    async def handle(self, session: AsyncSession, event: StoredEvent) -> None:
        what = f"{event.key}:{event.payload['step']}"
        self.seen.append(event)
        await self._effects.add(session, what)
        if self._failing.get(what, 0) > 0:
            self._failing[what] -= 1
            message = f"can't take {what}"
            raise RuntimeError(message)

    def subscription(self) -> Subscription:
        return Subscription("recorder", (Stepped.topic,), self.handle)


async def _publish(database: Database, *events: Event) -> None:
    async with database.transaction() as session:
        await publish_many(session, events, actor=VENDOR, city="nashik")


async def _settle(consumers: EventConsumers, rounds: int = 6) -> None:
    for _ in range(rounds):
        await consumers.drain()


async def test_an_event_carries_the_headers_that_all_events_share(database: Database, effects: Effects) -> None:
    """Id, time, actor, city and trace id are as the publisher had them."""
    recorder = Recorder(effects)
    with traced("trace-1"):
        async with database.transaction() as session:
            event_id = await publish(session, Stepped("ORD1", 1), actor=VENDOR, city="nashik")
            now = await session.scalar(text("SELECT duka_now()"))
    await EventConsumers(database, [recorder.subscription()]).drain()
    (event,) = recorder.seen
    assert (event.event_id, event.topic, event.key) == (event_id, "order.stepped", "ORD1")
    assert (event.actor, event.city, event.trace_id) == (VENDOR, "nashik", "trace-1")
    assert event.payload == {"order_id": "ORD1", "step": 1}
    assert event.occurred_at <= now


async def test_events_of_several_orders_keep_headers_of_their_own(database: Database, effects: Effects) -> None:
    """One statement for all; where no trace is given, it is that of the moment."""
    recorder = Recorder(effects)
    with traced("moment"):
        async with database.transaction() as session:
            await publish_notices(
                session,
                [
                    Notice(Stepped("ORD1", 1), VENDOR, "nashik", "trace-1"),
                    Notice(Stepped("ORD2", 1), SYSTEM, None),
                ],
            )
    await EventConsumers(database, [recorder.subscription()]).drain()
    assert {(event.key, event.actor, event.city, event.trace_id) for event in recorder.seen} == {
        ("ORD1", VENDOR, "nashik", "trace-1"),
        ("ORD2", SYSTEM, None, "moment"),
    }


async def test_a_rolled_back_event_never_happened(database: Database, effects: Effects) -> None:
    """The outbox shares the fate of the transaction."""
    async with database.transaction() as session:
        await publish(session, Stepped("ORD1", 1), actor=VENDOR, city=None)
        await session.rollback()
    await EventConsumers(database, [Recorder(effects).subscription()]).drain()
    assert await effects.all() == []


async def test_topics_that_nobody_wants_are_passed_over(database: Database, effects: Effects) -> None:
    """The cursor moves past them, so that they are read once."""
    await _publish(database, Noted("ORD1", 1), Stepped("ORD1", 2), Noted("ORD1", 3))
    consumers = EventConsumers(database, [Recorder(effects).subscription()])
    await consumers.drain()
    assert await effects.all() == ["ORD1:2"]
    assert await consumers.drain() == 0


async def test_an_event_that_commits_late_is_not_skipped(database: Database, effects: Effects) -> None:
    """Transaction 1 takes its number first and commits after transaction 2: both arrive, in the order of numbers."""
    consumers = EventConsumers(database, [Recorder(effects).subscription()])
    async with database.transaction() as early:
        await publish(early, Stepped("ORD1", 1), actor=VENDOR, city=None)
        await _publish(database, Stepped("ORD1", 2))
        await consumers.drain()
        assert await effects.all() == []
    await consumers.drain()
    assert await effects.all() == ["ORD1:1", "ORD1:2"]


async def test_a_poison_event_holds_its_key_alone(database: Database, effects: Effects) -> None:
    """It is tried three times and dead; later events of its order wait, other orders go on."""
    await _publish(
        database, Stepped("BAD", 1), Stepped("BAD", 2), Stepped("BAD", 3), Stepped("GOOD", 1), Stepped("GOOD", 2)
    )
    recorder = Recorder(effects, {"BAD:2": 99})
    consumers = EventConsumers(database, [recorder.subscription()], FAST)
    await _settle(consumers)
    await _publish(database, Stepped("BAD", 4), Stepped("GOOD", 3))
    await _settle(consumers)
    done = await effects.all()
    assert [what for what in done if what.startswith("GOOD")] == ["GOOD:1", "GOOD:2", "GOOD:3"]
    assert [what for what in done if what.startswith("BAD")] == ["BAD:1"]
    async with database.transaction() as session:
        letters = (await session.execute(text("SELECT key, attempts, error, payload FROM dead_letter"))).all()
    assert [tuple(row) for row in letters] == [
        ("BAD", 3, "RuntimeError: can't take BAD:2", {"order_id": "BAD", "step": 2})
    ]


async def test_an_event_that_fails_once_is_tried_again_in_its_place(database: Database, effects: Effects) -> None:
    """Those behind it wait for it, and nothing is written twice."""
    await _publish(database, *(Stepped("ORD1", step) for step in range(5)))
    consumers = EventConsumers(database, [Recorder(effects, {"ORD1:1": 2}).subscription()], FAST)
    await _settle(consumers)
    assert await effects.all() == [f"ORD1:{step}" for step in range(5)]
    async with database.transaction() as session:
        assert await session.scalar(text("SELECT count(*) FROM parked_event")) == 0


@pytest.mark.parametrize(
    ("resolve", "expected"),
    [(retry_dead_letter, ["ORD1:0", "ORD1:1", "ORD1:2"]), (skip_dead_letter, ["ORD1:0", "ORD1:2"])],
)
async def test_a_dead_letter_is_retried_or_skipped_by_a_person(
    database: Database, effects: Effects, resolve: Callable[..., Awaitable[None]], expected: list[str]
) -> None:
    """Either way its key goes on in order; it can be resolved once."""
    await _publish(database, *(Stepped("ORD1", step) for step in range(3)))
    consumers = EventConsumers(database, [Recorder(effects, {"ORD1:1": 4}).subscription()], FAST)
    await _settle(consumers)
    async with database.transaction() as session:
        letter = await session.scalar(text("SELECT id FROM dead_letter"))
        await resolve(session, letter, by="admin:A-1")
    await _settle(consumers)
    assert await effects.all() == expected
    async with database.transaction() as session:
        with pytest.raises(ConflictError):
            await resolve(session, letter, by="admin:A-1")
        with pytest.raises(NotFoundError):
            await resolve(session, letter + 1, by="admin:A-1")


async def test_a_batch_handler_falls_back_to_single_events(database: Database, effects: Effects) -> None:
    """One faulty event does not take its batch with it."""

    async def handle_many(session: AsyncSession, events: Sequence[StoredEvent]) -> None:
        for event in events:
            await effects.add(session, f"{event.key}:{len(events)}")
            if event.key == "BAD":
                raise RuntimeError

    async def handle(_session: AsyncSession, _event: StoredEvent) -> None:
        pytest.fail("the batch handler stands in for it")

    await _publish(database, Stepped("A", 1), Stepped("BAD", 1), Stepped("B", 1))
    subscription = Subscription("batch", (Stepped.topic,), handle, handle_many)
    await _settle(EventConsumers(database, [subscription], FAST))
    assert sorted(await effects.all()) == ["A:1", "B:1"]


async def test_a_consumer_can_be_replayed_and_paused(database: Database, effects: Effects) -> None:
    """A replay hands everything out again in the same order; a paused consumer loses nothing."""
    consumers = EventConsumers(database, [Recorder(effects).subscription()])
    await _publish(database, Stepped("ORD1", 1), Stepped("ORD1", 2))
    await consumers.drain()
    async with database.transaction() as session:
        await replay(session, "recorder")
        await set_paused(session, "recorder", paused=True)
    await consumers.drain()
    assert await effects.all() == ["ORD1:1", "ORD1:2"]
    async with database.transaction() as session:
        await set_paused(session, "recorder", paused=False)
    await consumers.drain()
    assert await effects.all() == ["ORD1:1", "ORD1:2"] * 2


async def test_a_replay_never_moves_a_cursor_forward(database: Database, effects: Effects) -> None:
    """Events that were not handled yet are not jumped over by a replay from a later instant."""
    await _publish(database, Stepped("ORD1", 1))
    consumers = EventConsumers(database, [Recorder(effects).subscription()])
    await consumers.drain()
    await _publish(database, Stepped("ORD1", 2), Stepped("ORD2", 1))
    async with database.transaction() as session:
        later = await session.scalar(text("SELECT duka_now() + interval '1 hour'"))
        await replay(session, "recorder", since=later)
    await consumers.drain()
    assert sorted(await effects.all()) == ["ORD1:1", "ORD1:2", "ORD2:1"]


async def test_two_subscriptions_may_not_share_a_name(database: Database, effects: Effects) -> None:
    subscription = Recorder(effects).subscription()
    with pytest.raises(ValueError, match="share a name"):
        EventConsumers(database, [subscription, subscription])


@pytest.mark.concurrency
async def test_two_consumers_keep_the_order_of_every_key(database: Database, effects: Effects) -> None:
    """Four publishers and two consumers at once, one of which is cut off: each effect once, in order for its key."""
    keys, steps = [f"ORD{number}" for number in range(20)], 15

    async def produce(mine: Sequence[str]) -> None:
        for step in range(steps):
            for key in mine:
                await _publish(database, Stepped(key, step))

    stop = asyncio.Event()
    recorders = [Recorder(effects), Recorder(effects)]
    running = [
        asyncio.create_task(EventConsumers(database, [recorder.subscription()], FAST).run(stop))
        for recorder in recorders
    ]
    await asyncio.gather(*(produce(keys[start::4]) for start in range(4)))
    running[0].cancel()
    await asyncio.gather(running[0], return_exceptions=True)
    await effects.reach(len(keys) * steps)
    stop.set()
    await running[1]
    by_key: defaultdict[str, list[int]] = defaultdict(list)
    for what in await effects.all():
        key, _, step = what.partition(":")
        by_key[key].append(int(step))
    assert by_key == {key: list(range(steps)) for key in keys}


@pytest.mark.concurrency
async def test_a_running_consumer_moves_past_what_it_does_not_want(database: Database, effects: Effects) -> None:
    """Without handing anything out, so that its next look is short; what it wants it still gets."""
    stop = asyncio.Event()
    running = asyncio.create_task(EventConsumers(database, [Recorder(effects).subscription()], FAST).run(stop))
    await asyncio.sleep(0.2)
    await _publish(database, *(Noted(f"ORD{number}", 1) for number in range(50)))
    async with asyncio.timeout(5):
        while await _behind(database):  # noqa: ASYNC110 - the consumer moves on
            await asyncio.sleep(0.02)
    await _publish(database, Noted("ORD1", 2), Stepped("ORD1", 3))
    await effects.reach(1)
    stop.set()
    await running
    assert await effects.all() == ["ORD1:3"]


async def _behind(database: Database) -> int:
    """Return how many events lie ahead of the cursors."""
    async with database.transaction() as session:
        count = await session.scalar(
            text(
                "SELECT count(*) FROM outbox o JOIN consumer_cursor c ON c.part = o.part"
                " WHERE (o.xid, o.pos) > (c.xid, c.pos)"
            )
        )
    return int(count or 0)
