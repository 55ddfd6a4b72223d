"""Outbound messages as rows: what names a person or says something to them is sealed, the rest stays readable."""

import base64
from dataclasses import fields
from operator import attrgetter
from typing import Any, Final

import orjson

from backend.channels.ports import Channel, Choice, MediaRef, OutboundKind, OutboundMessage
from backend.platform.db.types import personal_data_keys

_OPEN: Final = ("channel", "scope", "kind", "template", "language", "by_person")
_HIDDEN: Final = tuple(field.name for field in fields(OutboundMessage) if field.name not in _OPEN)

_open_of: Final = attrgetter(*_OPEN)
_hidden_of: Final = attrgetter(*_HIDDEN)


def seal(message: OutboundMessage) -> dict[str, Any]:
    """Return the payload of a send."""
    hidden = orjson.dumps(dict(zip(_HIDDEN, _hidden_of(message), strict=True)))
    sealed = base64.b64encode(personal_data_keys().encrypt(hidden)).decode()
    return dict(zip((*_OPEN, "sealed"), (*_open_of(message), sealed), strict=True))


def unseal(payload: dict[str, Any]) -> OutboundMessage:
    """Return the message of a send's payload."""
    values = orjson.loads(personal_data_keys().decrypt(base64.b64decode(payload["sealed"])))
    values |= {name: payload[name] for name in _OPEN}
    media = values.pop("media")
    return OutboundMessage(
        channel=Channel(values.pop("channel")),
        kind=OutboundKind(values.pop("kind")),
        choices=tuple(Choice(**choice) for choice in values.pop("choices")),
        params=tuple(values.pop("params")),
        payloads=tuple(values.pop("payloads")),
        media=MediaRef(**media) if media else None,
        **values,
    )
