"""What goes to the broker: an event's payload as it stands in the log, and the headers that all events share."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from backend.platform.events import StoredEvent

STREAM: Final = "duka.events"  # The Redis stream, RabbitMQ exchange, Kafka topic, and what NATS subjects begin with.

# The first five are the contract of paper two, section 7; each header is a string, empty where nothing is known.
HEADERS: Final[Mapping[str, str]] = {
    "event_id": "Names the event for ever; what came before under this id is a repetition.",
    "occurred_at": "When it happened, ISO 8601 in UTC.",
    "actor": "Who did it, such as `vendor:V-42`.",
    "city": "The city whose rules apply; empty where none does.",
    "trace_id": "Ties together what one request or message set off.",
    "topic": "What has happened, such as `order.state.changed`.",
    "partition_key": "What it is about, an order's id as a rule; messages of one key come in order.",
}


@dataclass(frozen=True, slots=True)
class Message:
    """One event on its way out."""

    topic: str
    key: str
    payload: dict[str, Any]
    headers: dict[str, str]

    @property
    def event_id(self) -> str:
        """By which the other side knows a repetition."""
        return self.headers["event_id"]


def message_of(event: StoredEvent) -> Message:
    """Return the message for an event."""
    headers = {
        "event_id": event.event_id,
        "occurred_at": event.occurred_at.isoformat(),
        "actor": str(event.actor),
        "city": event.city or "",
        "trace_id": event.trace_id,
        "topic": event.topic,
        "partition_key": event.key,
    }
    return Message(event.topic, event.key, event.payload, headers)
