"""Each broker is told every event at least once, in order for each key, and nobody inside waits for it."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest
import redis
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.platform.actors import Actor, ActorKind
from backend.platform.backlog import waiting
from backend.platform.broker.relay import CONSUMER, BrokerRelay
from backend.platform.consumers import EventConsumers
from backend.platform.db.embedded import free_port
from backend.platform.db.session import Database
from backend.platform.dead_letters import replay, set_paused
from backend.platform.events import Event, StoredEvent, Subscription, publish_many
from backend.platform.observability.trace import traced
from tests.backend.platform.broker.readers import KINDS, Reader, Told
from tests.support.servers import held_port

VENDOR = Actor(ActorKind.VENDOR, "V-42")
type RelayTo = Callable[[str], BrokerRelay]

SERVERS = [pytest.param(name, marks=getattr(pytest.mark, name)) for name in ("redis", "nats", "rabbitmq")]
BROKERS = [*SERVERS, "kafka"]  # The mock of Kafka is a library; it can't come back where it was.


@dataclass(frozen=True)
class Walked(Event):
    """An order took a numbered step."""

    topic: ClassVar[str] = "order.walked"
    order_id: str
    step: int

    @property
    def key(self) -> str:
        return self.order_id


@dataclass(frozen=True)
class Kept(Walked):
    """A topic that others are not told of."""

    topic: ClassVar[str] = "order.kept"


@pytest.fixture(params=BROKERS)
def reader(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Reader]:
    """A running broker and who reads from it."""
    kind = KINDS[request.param]
    with kind.serve(tmp_path, free_port()) as url:
        yield kind.reader(url)


@pytest.fixture
async def relay_to(database: Database) -> AsyncIterator[Callable[[str], BrokerRelay]]:
    """Makes relays to an address, and closes them."""
    made: list[BrokerRelay] = []

    def make(url: str) -> BrokerRelay:
        made.append(BrokerRelay(database, url, [Walked.topic]))
        return made[-1]

    yield make
    for relay in made:
        await relay.close()
    gc.collect()  # A connection of aio-pika that never came up closes itself when it is collected, and needs this loop.
    await asyncio.sleep(0)


async def _walk(database: Database, *events: Event) -> None:
    async with database.transaction() as session:
        await publish_many(session, events, actor=VENDOR, city="nashik")


async def _tell_all(relay: BrokerRelay) -> None:
    while await relay.step():
        pass


def _steps(told: list[Told], order: str) -> list[int]:
    return [one.payload["step"] for one in told if one.payload["order_id"] == order]


async def test_events_arrive_with_their_headers_in_order_for_each_key(
    database: Database, relay_to: RelayTo, reader: Reader
) -> None:
    """Forty orders of five steps each, and a topic that others are not told of."""
    await reader.prepare()
    orders = [f"ORD{number}" for number in range(40)]
    with traced("trace-1"):
        for step in range(5):
            await _walk(database, *(Walked(order, step) for order in orders), Kept("ORD0", step))
    await _tell_all(relay_to(reader.url))
    told = await reader.read()
    assert len(told) == 200
    assert all(_steps(told, order) == [0, 1, 2, 3, 4] for order in orders)
    headers = next(one.headers for one in told if one.payload == {"order_id": "ORD7", "step": 3})
    async with database.transaction() as session:
        row = (
            await session.execute(text("SELECT * FROM outbox WHERE key = 'ORD7' AND payload ->> 'step' = '3'"))
        ).one()
    expected = {
        "event_id": row.event_id,
        "occurred_at": row.occurred_at.isoformat(),
        "actor": "vendor:V-42",
        "city": "nashik",
        "trace_id": "trace-1",
        "topic": "order.walked",
        "partition_key": "ORD7",
    }
    assert {name: headers[name] for name in expected} == expected


async def test_two_workers_tell_without_a_gap_and_in_order(
    database: Database, relay_to: RelayTo, reader: Reader
) -> None:
    """What is told twice keeps its id; by first appearance nothing is missing or turned round."""
    await reader.prepare()
    for step in range(30):
        await _walk(database, *(Walked(f"ORD{number}", step) for number in range(8)))
    first, second = relay_to(reader.url), relay_to(reader.url)
    await asyncio.gather(_tell_all(first), _tell_all(second))
    await _tell_all(first)
    seen: dict[str, Told] = {}
    for one in await reader.read():
        seen.setdefault(one.headers["event_id"], one)
    assert len(seen) == 240
    assert all(_steps(list(seen.values()), f"ORD{number}") == list(range(30)) for number in range(8))


@pytest.mark.parametrize("name", SERVERS)
async def test_a_broker_that_comes_back_is_told_what_it_missed(
    database: Database, relay_to: RelayTo, name: str, tmp_path: Path
) -> None:
    """Away at the start, away in the middle: the cursor stands, and then everything comes, once."""
    kind = KINDS[name]
    with held_port() as port:
        with kind.serve(tmp_path, port) as url:
            reader = kind.reader(url)
        relay = relay_to(url)
        await _walk(database, Walked("ORD1", 1))
        assert await relay.step() == 0
        with kind.serve(tmp_path, port):
            await reader.prepare()
            await _tell_all(relay)
            told = await reader.read()
        await _walk(database, Walked("ORD1", 2), Walked("ORD2", 1))
        assert await relay.step() == 0
        with kind.serve(tmp_path, port):
            await _tell_all(relay)
            told += await reader.read()
    unique = {one.headers["event_id"]: one for one in told}
    assert _steps(list(unique.values()), "ORD1") == [1, 2]
    assert _steps(list(unique.values()), "ORD2") == [1]


@pytest.mark.redis
async def test_a_replay_repeats_the_ids(database: Database, relay_to: RelayTo, tmp_path: Path) -> None:
    """By which the other side knows a repetition."""
    with KINDS["redis"].serve(tmp_path, free_port()) as url:
        await _walk(database, Walked("ORD1", 1), Walked("ORD1", 2))
        relay = relay_to(url)
        await _tell_all(relay)
        async with database.transaction() as session:
            await replay(session, CONSUMER)
        await _tell_all(relay)
        ids = [one.headers["event_id"] for one in await KINDS["redis"].reader(url).read()]
    assert len(ids) == 4
    assert ids[:2] == ids[2:]


@pytest.mark.redis
async def test_a_paused_broker_is_told_nothing(database: Database, relay_to: RelayTo, tmp_path: Path) -> None:
    with KINDS["redis"].serve(tmp_path, free_port()) as url:
        relay = relay_to(url)
        await relay.step()
        async with database.transaction() as session:
            await set_paused(session, CONSUMER, paused=True)
        await _walk(database, Walked("ORD1", 1))
        assert await relay.step() == 0
        assert await KINDS["redis"].reader(url).read() == []


@pytest.mark.redis
async def test_a_broker_that_does_not_answer_holds_nobody_back(
    database: Database, relay_to: RelayTo, tmp_path: Path
) -> None:
    """While the relay waits for it, a consumer inside reads the same event, and what is written after it."""
    seen: list[int] = []

    async def handle(_session: AsyncSession, event: StoredEvent) -> None:
        seen.append(event.payload["step"])

    await _walk(database, Walked("ORD1", 1))
    with KINDS["redis"].serve(tmp_path, free_port()) as url, redis.Redis.from_url(url) as client:
        client.client_pause(20_000, all=False)
        telling = asyncio.create_task(relay_to(url).step())
        async with asyncio.timeout(20):
            while not await _is_leased(database):  # noqa: ASYNC110 - another connection writes it
                await asyncio.sleep(0.01)
        await _walk(database, Walked("ORD1", 2))
        await EventConsumers(database, [Subscription("inside", (Walked.topic,), handle)]).drain()
        assert not telling.done()
        client.client_unpause()
        assert await telling == 1
    assert seen == [1, 2]


async def _is_leased(database: Database) -> bool:
    async with database.transaction() as session:
        return bool(await session.scalar(text("SELECT count(lease_until) FROM consumer_cursor")))


@pytest.mark.redis
async def test_the_loop_tells_what_is_written_and_ends_when_told(
    database: Database, relay_to: RelayTo, tmp_path: Path
) -> None:
    """As the worker runs it; the backlog that is measured for the alert is empty afterwards."""
    with KINDS["redis"].serve(tmp_path, free_port()) as url:
        stop, reader = asyncio.Event(), KINDS["redis"].reader(url)
        running = asyncio.create_task(relay_to(url).run(stop))
        await _walk(database, Walked("ORD1", 1))
        async with asyncio.timeout(20):
            while not await reader.read():  # noqa: ASYNC110 - another process holds it
                await asyncio.sleep(0.02)
            stop.set()
            await running
    async with database.transaction() as session:
        assert (await waiting(session))[f"events.{CONSUMER}"] == 0


def test_an_unknown_scheme_is_refused_without_its_password(database_url: str) -> None:
    with pytest.raises(ValueError, match="scheme 'mqtt'") as refused:
        BrokerRelay(Database(database_url), "mqtt://user:secret@broker", [])
    assert "secret" not in str(refused.value)
