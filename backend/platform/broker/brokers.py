"""The brokers that an address may name, all through FastStream; each import costs time, so it waits for its scheme."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import orjson

from backend.platform.broker.messages import STREAM, Message

_KEEP: Final = 1_000_000  # Messages that Redis and NATS keep; RabbitMQ and Kafka decide by their own configuration.
_PATIENCE_S: Final = 5.0
_REPEATS_SEEN_S: Final = 120.0  # For so long NATS itself drops what it has had.


class Connected(NamedTuple):
    """An open broker."""

    publish: Callable[[Message], Awaitable[object]]
    close: Callable[[], Awaitable[None]]


type Connect = Callable[[str], Awaitable[Connected]]


async def _redis(url: str) -> Connected:
    from faststream.redis import RedisBroker
    from faststream.redis.parser import BinaryMessageFormatV1

    class Plain(BinaryMessageFormatV1):
        """JSON of `data` and `headers`, which FastStream reads too; its own form is binary and nobody else's."""

        __slots__ = ()

        @classmethod
        async def encode(cls, **parts: Any) -> bytes:
            built = await cls.build(**parts)
            return orjson.dumps({"data": built.data.decode(), "headers": built.headers})

    broker = RedisBroker(
        url,
        logger=None,  # type: ignore[arg-type]  # As with the others; this one's annotation leaves it out.
        message_format=Plain,
        socket_timeout=_PATIENCE_S,
        socket_connect_timeout=_PATIENCE_S,
    )
    await broker.connect()

    async def publish(message: Message) -> object:
        return await broker.publish(
            message.payload,
            stream=STREAM,
            maxlen=_KEEP,
            headers=message.headers,
            correlation_id=message.headers["trace_id"],
        )

    return Connected(publish, broker.stop)


async def _rabbit(url: str) -> Connected:
    from faststream.rabbit import ExchangeType, RabbitBroker, RabbitExchange

    broker = RabbitBroker(url, logger=None, fail_fast=True)
    await broker.connect()
    exchange = RabbitExchange(STREAM, type=ExchangeType.TOPIC, durable=True)
    await broker.declare_exchange(exchange)

    async def publish(message: Message) -> object:
        return await broker.publish(
            message.payload,
            exchange=exchange,
            routing_key=message.topic,
            mandatory=False,  # A topic that nobody has bound a queue to is nobody's concern.
            persist=True,
            timeout=_PATIENCE_S,
            headers=dict(message.headers),
            message_id=message.event_id,
            message_type=message.topic,
            correlation_id=message.headers["trace_id"],
        )

    return Connected(publish, broker.stop)


async def _nats(url: str) -> Connected:
    from faststream.nats import JStream, NatsBroker

    stream = JStream(
        STREAM.replace(".", "_"), subjects=[f"{STREAM}.>"], max_msgs=_KEEP, duplicate_window=_REPEATS_SEEN_S
    )
    broker = NatsBroker(
        url, logger=None, allow_reconnect=False, max_reconnect_attempts=1, connect_timeout=int(_PATIENCE_S)
    )
    broker.publisher(f"{STREAM}.>", stream=stream)
    await broker.start()

    async def publish(message: Message) -> object:
        return await broker.publish(
            message.payload,
            subject=f"{STREAM}.{message.topic}",
            stream=stream.name,
            timeout=_PATIENCE_S,
            headers={**message.headers, "Nats-Msg-Id": message.event_id},
            correlation_id=message.headers["trace_id"],
        )

    return Connected(publish, broker.stop)


async def _kafka(url: str) -> Connected:
    from faststream.kafka import KafkaBroker

    broker = KafkaBroker(urlsplit(url).netloc.split(","), logger=None, acks="all", enable_idempotence=True)
    await broker.connect()

    async def publish(message: Message) -> object:
        return await broker.publish(
            message.payload,
            topic=STREAM,
            key=message.key.encode(),
            headers=message.headers,
            correlation_id=message.headers["trace_id"],
        )

    return Connected(publish, broker.stop)


@dataclass(frozen=True, slots=True)
class BrokerKind:
    """A kind of broker: how to open it, and how it keeps the events of one key in order.

    Attributes:
        protocol: As AsyncAPI names it.
        connect: Opens the address.
        order: How the other side finds them in order.
    """

    protocol: str
    connect: Connect
    order: str


_REDIS: Final = BrokerKind("redis", _redis, f"One stream `{STREAM}`; each entry's field `__data__` is JSON.")
_AMQP: Final = BrokerKind("amqp", _rabbit, f"A durable topic exchange `{STREAM}`; the routing key is the topic.")
_NATS: Final = BrokerKind("nats", _nats, f"A JetStream stream over `{STREAM}.>`; the subject ends with the topic.")
_KAFKA: Final = BrokerKind("kafka", _kafka, f"One topic `{STREAM}`; the record's key is the partition key.")

KINDS: Final[Mapping[str, BrokerKind]] = {
    "redis": _REDIS,
    "rediss": _REDIS,
    "amqp": _AMQP,
    "amqps": _AMQP,
    "nats": _NATS,
    "tls": _NATS,
    "kafka": _KAFKA,
}


def kind_of(url: str) -> BrokerKind:
    """Return the kind of broker that an address names.

    Raises:
        ValueError: The scheme is none of ours; the address, which may hold a password, is not repeated.
    """
    scheme = urlsplit(url).scheme
    if scheme not in KINDS:
        message = f"MQ_BROKER_URL has the scheme '{scheme}'; known are {', '.join(KINDS)}"
        raise ValueError(message)
    return KINDS[scheme]
