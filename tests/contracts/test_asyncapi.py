"""The document of what a broker is told says what the events say."""

import inspect
import json
import re
from dataclasses import fields
from pathlib import Path

import pytest

from backend.bootstrap.events import all_events
from backend.platform.broker.asyncapi import document, payload_schema
from backend.platform.events import Event

DOCUMENT = Path(__file__).parents[2] / "docs" / "asyncapi.json"
PAPER = {  # Topics and fields that others were promised.
    "order.created": {"order_id", "user_id", "vendor_id", "amount", "payment", "items", "delivery"},
    "order.state.changed": {"order_id", "from", "to", "by"},
    "order.address.changed": {"order_id", "old", "new", "reason", "updated_by"},
    "comms.outbound.requested": {"channel", "template", "to", "order_id", "payload"},
    "comms.inbound.action": {"order_id", "actor", "action", "meta"},
}


def _leaves(kind: type[Event]) -> set[type[Event]]:
    below = kind.__subclasses__()
    return {kind} if not below else set().union(*(_leaves(one) for one in below))


def test_the_document_is_what_the_code_says() -> None:
    """`make openapi` writes it anew."""
    written = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    assert written == document(all_events(), version=written["info"]["version"])


def test_every_event_of_the_code_is_in_it() -> None:
    """Whatever can be published has its topic there, and no two share one."""
    kinds = {kind for kind in _leaves(Event) if kind.__module__.startswith("backend.")}
    assert set(all_events()) == kinds
    assert len({kind.topic for kind in kinds}) == len(kinds)
    assert set(json.loads(DOCUMENT.read_text(encoding="utf-8"))["channels"]) == {kind.topic for kind in kinds}


@pytest.mark.parametrize("kind", all_events(), ids=lambda kind: kind.topic)
def test_a_payload_has_the_fields_that_are_promised(kind: type[Event]) -> None:
    """No more, no fewer, whatever their values."""
    made = kind(**{field.name: None for field in fields(kind)})
    assert set(made.payload()) == set(payload_schema(kind)["properties"])
    assert "Attributes:" not in payload_schema(kind)["description"]
    assert inspect.getdoc(kind)


def test_the_fields_of_the_paper_are_kept() -> None:
    schemas = {kind.topic: set(payload_schema(kind)["properties"]) for kind in all_events()}
    assert {topic: names & schemas[topic] for topic, names in PAPER.items()} == PAPER


def test_every_reference_leads_somewhere() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    whole = json.loads(text)
    for reference in set(re.findall(r'"\$ref": "#/([^"]+)"', text)):
        place = whole
        for name in reference.split("/"):
            place = place[name]
