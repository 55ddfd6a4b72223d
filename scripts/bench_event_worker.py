"""One process of `bench_events.py`: `bench_event_worker.py ROLE DATABASE_URL REDIS_URL [NUMBER]`.

`consume` reads the outbox, as a worker does. `relay` reads it and adds to 16 Redis streams, one a partition; `stream`
reads its share of those (the number of four) and has the same effect. `produce` commits 500 events a second, each in a
transaction of its own, NUMBER in all. Each process is set up as `backend.worker` is.
"""

import asyncio
import gc
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import orjson
import redis.asyncio as redis
import uvloop
from sqlalchemy.ext.asyncio import AsyncSession

from backend.platform.actors import SYSTEM
from backend.platform.consumers import EventConsumers
from backend.platform.db.driver import run_sql
from backend.platform.db.session import Database
from backend.platform.events import PARTITIONS, Event, StoredEvent, Subscription, publish
from backend.platform.wakeups import RedisRelay

PER_S: Final = 500
STREAM: Final = "bench:"
GROUP: Final = "bench"
CONSUMERS: Final = 4
# What a consumer of a broker must do too, since it is told at least once: remember the event, then move its order on.
_EFFECT: Final = """
WITH new AS (
    INSERT INTO bench_effect (event_id, key, seq)
    SELECT * FROM unnest(%(ids)s::text[], %(keys)s::text[], %(seqs)s::int[]) ON CONFLICT DO NOTHING RETURNING key, seq
)
INSERT INTO bench_order AS o SELECT key, max(seq) FROM new GROUP BY key
ON CONFLICT (key) DO UPDATE SET seq = greatest(o.seq, EXCLUDED.seq)
"""


@dataclass(frozen=True)
class Moved(Event):
    """An order has moved on; `seq` counts its events."""

    topic: ClassVar[str] = "order.state.changed"
    order_id: str
    seq: int

    @property
    def key(self) -> str:
        """The order."""
        return self.order_id


async def effect(session: AsyncSession, events: Sequence[tuple[str, str, int]]) -> None:
    """Remember the events and move their orders on."""
    ids, keys, seqs = zip(*events, strict=True)
    await run_sql(session, _EFFECT, {"ids": list(ids), "keys": list(keys), "seqs": list(seqs)})


async def _one(session: AsyncSession, event: StoredEvent) -> None:
    await _many(session, (event,))


async def _many(session: AsyncSession, events: Sequence[StoredEvent]) -> None:
    await effect(session, [(event.event_id, event.key, event.payload["seq"]) for event in events])


async def consume(database: Database, stop: asyncio.Event) -> None:
    """Hand the outbox to the effect."""
    wanted = Subscription("bench", (Moved.topic,), _one, _many)
    await EventConsumers(database, (wanted,)).run(stop)


async def relay(database: Database, client: Any, stop: asyncio.Event) -> None:
    """Hand the outbox to Redis; an order's events stay in one stream."""

    async def add_many(session: AsyncSession, events: Sequence[StoredEvent]) -> None:
        del session
        async with client.pipeline(transaction=False) as pipe:
            for event in events:
                body = orjson.dumps([event.event_id, event.key, event.payload["seq"]])
                pipe.xadd(f"{STREAM}{hash_of(event.key)}", {"e": body})
            await pipe.execute()

    async def add(session: AsyncSession, event: StoredEvent) -> None:
        await add_many(session, (event,))

    await EventConsumers(database, (Subscription("relay", (Moved.topic,), add, add_many),)).run(stop)


def hash_of(key: str) -> int:
    """Return the stream of an order."""
    return sum(key.encode()) % PARTITIONS


async def stream(database: Database, client: Any, stop: asyncio.Event, share: int) -> None:
    """Read this consumer's streams in batches; acknowledge after the commit."""
    names = [f"{STREAM}{part}" for part in range(share, PARTITIONS, CONSUMERS)]
    for name in names:
        await client.xgroup_create(name, GROUP, id="0", mkstream=True)
    while not stop.is_set():
        found = await client.xreadgroup(GROUP, f"c{share}", dict.fromkeys(names, ">"), count=100, block=200)
        events = [tuple(orjson.loads(row[b"e"])) for _, rows in found for _, row in rows]
        if not events:
            continue
        async with database.transaction() as session:
            await effect(session, events)
        async with client.pipeline(transaction=False) as pipe:
            for name, rows in found:
                pipe.xack(name, GROUP, *(place for place, _ in rows))
            await pipe.execute()


async def produce(database: Database, number: int) -> None:
    """Commit events at a steady rate, spread over two hundred orders."""
    clock = asyncio.get_running_loop()
    started = clock.time()
    for index in range(number):
        await asyncio.sleep(max(started + index / PER_S - clock.time(), 0))
        async with database.transaction() as session:
            await publish(session, Moved(f"MW-{index % 200:07}", index // 200), actor=SYSTEM, city="Nashik")


async def main(role: str, url: str, redis_url: str, number: int) -> None:
    """Play the role until told to stop."""
    database, stop = Database(url, pool_size=4, application="bench-worker"), asyncio.Event()
    client, bells = redis.from_url(redis_url), RedisRelay(redis_url)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    ringing = asyncio.create_task(bells.run(stop))
    async with database.transaction() as session:
        await run_sql(session, "SELECT 1")  # The bench begins once every process is connected.
    gc.freeze()
    roles: dict[str, Any] = {
        "consume": lambda: consume(database, stop),
        "relay": lambda: relay(database, client, stop),
        "stream": lambda: stream(database, client, stop, number),
        "produce": lambda: produce(database, number),
    }
    await roles[role]()
    stop.set()
    await ringing
    await client.aclose()
    await database.close()


if __name__ == "__main__":
    given = int(sys.argv[4]) if len(sys.argv) > len("role") else 0
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], given), loop_factory=uvloop.new_event_loop)
