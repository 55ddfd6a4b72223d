"""Reads back what a broker was told, with the client of each that others would use."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import aio_pika
import nats
import orjson
import redis.asyncio as redis
from aiokafka import AIOKafkaConsumer, ConsumerRecord

from tests.support.servers import kafka_mock, nats_server, rabbit_server, redis_server


class Told(NamedTuple):
    """A message as it came out."""

    headers: dict[str, Any]
    payload: dict[str, Any]


class Reader(ABC):
    """Listens to a broker from before the first event on."""

    def __init__(self, url: str) -> None:
        self.url = url

    async def prepare(self) -> None:
        """Do what this broker wants before anything is told; most want nothing."""
        return

    @abstractmethod
    async def read(self) -> list[Told]:
        """Return all that is there, in order."""


class RedisReader(Reader):
    """Reads the stream from its beginning."""

    async def read(self) -> list[Told]:
        async with redis.Redis.from_url(self.url) as client:
            entries = [orjson.loads(entry[b"__data__"]) for _, entry in await client.xrange("duka.events")]
        return [Told(entry["headers"], orjson.loads(entry["data"])) for entry in entries]


class NatsReader(Reader):
    """Reads the JetStream stream from its beginning, by number."""

    async def read(self) -> list[Told]:
        client = await nats.connect(self.url)
        stream = client.jetstream()
        last = (await stream.stream_info("duka_events")).state.messages
        messages = [await stream.get_msg("duka_events", seq=number) for number in range(1, last + 1)]
        await client.close()
        return [Told(dict(message.headers or {}), orjson.loads(message.data or b"")) for message in messages]


class RabbitReader(Reader):
    """Reads a queue that is bound to every topic; what it has read it does not read again."""

    async def prepare(self) -> None:
        async with await aio_pika.connect(self.url) as connection, connection.channel() as channel:
            exchange = await channel.declare_exchange("duka.events", aio_pika.ExchangeType.TOPIC, durable=True)
            queue = await channel.declare_queue("others", durable=True)
            await queue.bind(exchange, "#")

    async def read(self) -> list[Told]:
        told = []
        async with await aio_pika.connect(self.url) as connection, connection.channel() as channel:
            queue = await channel.get_queue("others")
            while (message := await queue.get(no_ack=True, fail=False)) is not None:
                assert message.message_id == message.headers["event_id"]
                told.append(Told(dict(message.headers), orjson.loads(message.body)))
        return told


class KafkaReader(Reader):
    """Reads each partition of the topic from its beginning to its end; the key chose the partition."""

    async def read(self) -> list[Told]:
        address = urlsplit(self.url).netloc
        consuming = AIOKafkaConsumer("duka.events", bootstrap_servers=address, auto_offset_reset="earliest")
        async with consuming as consumer:
            ends, told = await consumer.end_offsets(consumer.assignment()), list[Told]()
            while len(told) < sum(ends.values()):
                batches = await consumer.getmany(timeout_ms=200)
                told += [self._told(record) for records in batches.values() for record in records]
        return told

    @staticmethod
    def _told(record: ConsumerRecord) -> Told:
        headers = {name: value.decode() for name, value in record.headers}
        assert record.key == headers["partition_key"].encode()
        return Told(headers, orjson.loads(record.value))


class Kind(NamedTuple):
    """A broker that can be started here, and its reader."""

    serve: Callable[[Path, int], AbstractContextManager[str]]
    reader: type[Reader]


KINDS: Final = {
    "redis": Kind(redis_server, RedisReader),
    "nats": Kind(nats_server, NatsReader),
    "rabbitmq": Kind(rabbit_server, RabbitReader),
    "kafka": Kind(kafka_mock, KafkaReader),
}
