"""What has happened, told to others: typed events, written to the outbox in the transaction that made them true."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple

from backend.platform.actors import Actor
from backend.platform.db.driver import run_sql, to_json
from backend.platform.ids import new_uuid
from backend.platform.observability.trace import trace_id as current_trace_id

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

PARTITIONS: Final = 16
OUTBOX_BELL: Final = "outbox"  # Any event; followed by a colon and the topic, those of the topic.

CONSUMER_BELL: Final = "consumer:"  # Followed by the consumer's name.

_INSERT: Final = """
INSERT INTO outbox (event_id, topic, key, payload, actor, city, trace_id, occurred_at)
SELECT event_id, topic, key, payload::jsonb, actor, city, trace_id, (SELECT duka_now())
FROM unnest(%(event_ids)s::text[], %(topics)s::text[], %(keys)s::text[], %(payloads)s::text[], %(actors)s::text[],
    %(cities)s::text[], %(traces)s::text[])
    WITH ORDINALITY AS given (event_id, topic, key, payload, actor, city, trace_id, place)
ORDER BY place
"""


@dataclass(frozen=True)
class Event(ABC):
    """Base of all events; a frozen dataclass with a topic, named in the past tense."""

    topic: ClassVar[str]
    payload_names: ClassVar[Mapping[str, str]] = {}  # What a field is called in the payload, where not by its name.

    @property
    @abstractmethod
    def key(self) -> str:
        """What the event is about, an order id as a rule; events of one key are handled in order."""

    def payload(self) -> dict[str, Any]:
        """Return the body as others read it: every field, most under their own names."""
        return {told: getattr(self, name) for name, told in _told(type(self))}


@cache
def _told(kind: type[Event]) -> tuple[tuple[str, str], ...]:
    return tuple((field.name, kind.payload_names.get(field.name, field.name)) for field in fields(kind))


class Notice(NamedTuple):
    """An event with headers of its own; the trace is that of the moment where empty."""

    event: Event
    actor: Actor
    city: str | None
    trace_id: str = ""


class Position(NamedTuple):
    """A place in the outbox: the writing transaction's id, then the order of writing within it."""

    xid: int
    pos: int


class StoredEvent(NamedTuple):
    """An event as it was written, with the headers that all events share; a tuple, since consumers make one a row."""

    event_id: str
    topic: str
    key: str
    payload: dict[str, Any]
    actor: Actor
    city: str | None
    trace_id: str
    occurred_at: datetime
    position: Position


type EventHandler = Callable[["AsyncSession", StoredEvent], Awaitable[None]]
type BatchHandler = Callable[["AsyncSession", Sequence[StoredEvent]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Subscription:
    """A consumer of some topics.

    Its effects and its progress are one commit, so what it writes to Postgres it writes once. An event that fails is
    tried again with growing pauses while later events of its key wait; after the last try it is a dead letter and its
    key stays held until a person retries or skips it. Other keys go on.

    Attributes:
        consumer: Stable name; its cursors are stored under it.
        topics: The topics it wants.
        handle: Called once an event, in order within a key; writes only through the given session.
        handle_many: Where given, called instead with a batch, in order within each key.
    """

    consumer: str
    topics: tuple[str, ...]
    handle: EventHandler
    handle_many: BatchHandler | None = None


def topic_bell(topic: str) -> str:
    """Return the name of the bell that rings for new events of a topic."""
    return f"{OUTBOX_BELL}:{topic}"


async def publish(session: "AsyncSession", event: Event, *, actor: Actor, city: str | None) -> str:
    """Write an event to the outbox in the caller's transaction; return its id."""
    return (await publish_many(session, (event,), actor=actor, city=city))[0]


async def publish_many(
    session: "AsyncSession", events: Sequence[Event], *, actor: Actor, city: str | None
) -> list[str]:
    """Write several events with one statement, in the order given; return their ids."""
    return await publish_notices(session, [Notice(event, actor, city) for event in events])


async def publish_notices(session: "AsyncSession", notices: Sequence[Notice]) -> list[str]:
    """Write the same, each with its own headers."""
    if not notices:
        return []
    events, event_ids = [notice.event for notice in notices], [new_uuid() for _ in notices]
    await run_sql(
        session,
        _INSERT,
        {
            "event_ids": event_ids,
            "topics": [event.topic for event in events],
            "keys": [event.key for event in events],
            "payloads": [to_json(event.payload()) for event in events],
            "actors": [str(notice.actor) for notice in notices],
            "cities": [notice.city for notice in notices],
            "traces": [notice.trace_id or current_trace_id() for notice in notices],
        },
    )
    bells = session.info.setdefault("bells", set())
    bells.update((OUTBOX_BELL, *(topic_bell(topic) for topic in {event.topic for event in events})))
    return event_ids
