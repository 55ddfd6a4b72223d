"""Outbound messages as rows: what names a person or says something to them is sealed, the rest stays readable."""

import base64
from dataclasses import asdict
from typing import Any, Final

import orjson

from backend.channels.ports import Channel, Choice, MediaRef, OutboundKind, OutboundMessage
from backend.platform.db.types import personal_data_keys

_OPEN: Final = ("channel", "scope", "kind", "template", "language", "by_person")


def seal(message: OutboundMessage) -> dict[str, Any]:
    """Return the payload of a send."""
    fields = asdict(message)
    hidden = orjson.dumps({name: value for name, value in fields.items() if name not in _OPEN})
    sealed = base64.b64encode(personal_data_keys().encrypt(hidden)).decode()
    return {name: fields[name] for name in _OPEN} | {"sealed": sealed}


def unseal(payload: dict[str, Any]) -> OutboundMessage:
    """Return the message of a send's payload."""
    fields = orjson.loads(personal_data_keys().decrypt(base64.b64decode(payload["sealed"])))
    fields |= {name: payload[name] for name in _OPEN}
    media = fields.pop("media")
    return OutboundMessage(
        channel=Channel(fields.pop("channel")),
        kind=OutboundKind(fields.pop("kind")),
        choices=tuple(Choice(**choice) for choice in fields.pop("choices")),
        params=tuple(fields.pop("params")),
        payloads=tuple(fields.pop("payloads")),
        media=MediaRef(**media) if media else None,
        **fields,
    )
