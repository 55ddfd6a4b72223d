"""Reads Africa's Talking's callbacks, and writes the XML that it follows while somebody is on the line."""

from typing import Final
from xml.etree import ElementTree as ET

import orjson

from backend.comms.contexts import ContextSigner
from backend.comms.ladders import Purpose
from backend.comms.lines import line_of
from backend.comms.ports import CallNews, CallState, Spoken
from backend.comms.providers.africastalking.mapping import state_at_the_end
from backend.comms.settings import AfricasTalkingSettings

DTMF: Final = "dtmf"


class AfricasTalkingVoice:
    """What Africa's Talking tells of calls, and is told to do; nothing is signed, so a context names the call."""

    provider = "africastalking"

    def __init__(self, settings: AfricasTalkingSettings, signer: ContextSigner, public_base_url: str) -> None:
        self._settings = settings
        self.speaks = frozenset({"en", *settings.voices})
        self._line = line_of(settings)
        self._signer = signer
        self._address = f"{public_base_url.rstrip('/')}/webhooks/africastalking/voice"

    def call_of(self, context: str) -> str | None:
        """Return the call of a context; None where we did not make it."""
        return self._signer.call_of(context)

    def read(self, kind: str, call_id: str, body: bytes) -> CallNews | None:
        """Read a stored callback: a digit, that somebody picked up, or the end with its cause."""
        fields: dict[str, str] = orjson.loads(body)
        sid = fields.get("sessionId", "")
        if kind == DTMF:
            return CallNews(call_id, sid, digit=fields.get("dtmfDigits", "")[:1])
        if fields.get("isActive") == "1":
            return CallNews(call_id, sid, state=CallState.ANSWERED)
        ended = state_at_the_end(fields.get("hangupCause", ""), fields.get("durationInSeconds", ""))
        return CallNews(call_id, sid, state=ended)

    def ask(self, call_id: str, question: Spoken, farewell: Spoken, *, timeout_s: int, times: int) -> bytes:
        """Ask for one digit, some times over; the digit comes to an address that names the call."""
        root = ET.Element("Response")
        for _ in range(times):
            asked = ET.SubElement(
                root,
                "GetDigits",
                numDigits="1",
                timeout=str(timeout_s),
                callbackUrl=f"{self._address}/{self._signer.sign(call_id)}",
            )
            self._spoken(asked, question)
        self._spoken(root, farewell)
        return _written(root)

    def say(self, words: Spoken) -> bytes:
        """Say something and hang up."""
        root = ET.Element("Response")
        self._spoken(root, words)
        return _written(root)

    def connect(self, phone: str, city: str, callee: str) -> bytes:
        """Join another person (E.164) to the call; they see the number that the first one was called from."""
        root = ET.Element("Response")
        shown = self._line.caller_id(Purpose.NEW_ORDER, city, callee)
        ET.SubElement(root, "Dial", phoneNumbers=phone, callerId=shown)
        return _written(root)

    def _spoken(self, parent: ET.Element, words: Spoken) -> None:
        if words.recording:
            ET.SubElement(parent, "Play", url=words.recording)
            return
        voice = self._settings.voices.get(words.language)
        ET.SubElement(parent, "Say", {"voice": voice} if voice else {}).text = words.text


def _written(root: ET.Element) -> bytes:
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))
