"""Checks and reads Exotel's webhooks; voice webhooks are unsigned, so a signed context names the call."""

from collections.abc import Iterable
from typing import Any, Final

import orjson

from backend.comms.contexts import ContextSigner
from backend.comms.ports import CallNews
from backend.comms.providers.exotel.mapping import HUNG_UP, digit_of, state_of

STATUS: Final = "call-status"
DTMF: Final = "dtmf"


class ExotelWebhooks:
    """What Exotel tells of calls, by status callback, passthru and DTMF."""

    provider = "exotel"

    def __init__(self, signer: ContextSigner, speaks: Iterable[str]) -> None:
        self._signer = signer
        self.speaks = frozenset(speaks)

    def call_of(self, context: str) -> str | None:
        """Return the call of a context; None where we did not make it."""
        return self._signer.call_of(context)

    def read(self, kind: str, call_id: str, body: bytes) -> CallNews | None:
        """Read a stored webhook."""
        fields: dict[str, Any] = orjson.loads(body)
        sid = str(fields.get("CallSid") or fields.get("call_sid") or "")
        if kind == DTMF:
            digit = digit_of(str(fields.get("digits") or fields.get("digit") or ""))
            hung_up = not digit and fields.get("CallType") in HUNG_UP
            return CallNews(call_id, sid, digit=digit, hung_up=hung_up)
        word = (
            "answered"
            if fields.get("EventType") == "answered"
            else str(fields.get("Status") or fields.get("status") or "")
        )
        return CallNews(call_id, sid, state=state_of(word))
