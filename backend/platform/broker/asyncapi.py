"""The AsyncAPI document: what the broker is told, written from the events' own fields."""

import inspect
from collections.abc import Sequence
from typing import Any, Final

from pydantic import TypeAdapter

from backend.platform.broker.brokers import KINDS
from backend.platform.broker.messages import HEADERS
from backend.platform.events import Event

_ABOUT: Final = """\
Events of orders, payments, riders, chases and conversations, told where `MQ_BROKER_URL` names a broker.

Each is told at least once: an `event_id` that was seen before is a repetition. Those of one `partition_key`, an order's
id as a rule, come in the order in which they happened. Fields may be added; none is renamed or taken away.
"""


def document(events: Sequence[type[Event]], *, version: str) -> dict[str, Any]:
    """Return the document, AsyncAPI 3.0.

    Args:
        events: Every event that is told; one a topic.
        version: The version of the contract.
    """
    kinds = {kind.protocol: kind.order for kind in KINDS.values()}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Duka events", "version": version, "description": _ABOUT},
        "defaultContentType": "application/json",
        "servers": {
            name: {"host": "{broker}", "protocol": name, "description": order, "variables": {"broker": {}}}
            for name, order in kinds.items()
        },
        "channels": {event.topic: _channel(event) for event in events},
        "operations": {event.topic: _operation(event) for event in events},
        "components": {
            "messages": {event.topic: _message(event) for event in events},
            "schemas": {"headers": _headers()},
        },
    }


def payload_schema(event: type[Event]) -> dict[str, Any]:
    """Return the JSON schema of an event's payload; every field is always there, though it may be null."""
    schema = TypeAdapter(event).json_schema()
    fields = {event.payload_names.get(name, name): field for name, field in schema["properties"].items()}
    for name, field in fields.items():
        field.update(title=name)
    return {**schema, "properties": fields, "required": list(fields), "description": _first_paragraph(event)}


def _headers() -> dict[str, Any]:
    properties = {name: {"type": "string", "description": words} for name, words in HEADERS.items()}
    return {"type": "object", "required": list(HEADERS), "properties": properties}


def _channel(event: type[Event]) -> dict[str, Any]:
    reference = {"$ref": f"#/components/messages/{event.topic}"}
    return {"address": event.topic, "description": _first_paragraph(event), "messages": {event.topic: reference}}


def _operation(event: type[Event]) -> dict[str, Any]:
    return {"action": "send", "channel": {"$ref": f"#/channels/{event.topic}"}}


def _message(event: type[Event]) -> dict[str, Any]:
    return {
        "name": event.topic,
        "title": event.__name__,
        "summary": _first_paragraph(event),
        "headers": {"$ref": "#/components/schemas/headers"},
        "payload": payload_schema(event),
    }


def _first_paragraph(event: type[Event]) -> str:
    return " ".join((inspect.getdoc(event) or "").split("\n\n")[0].split())
