"""What the Cloud API remembers: numbers, threads, messages, media and what the account may do."""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from backend.sandbox.base import ControlError, Json
from backend.sandbox.people import Person
from backend.sandbox.settings import WhatsAppNumber
from backend.sandbox.whatsapp.rules import refuse
from backend.sandbox.whatsapp.templates import TemplateBook
from backend.sandbox.world import World

WINDOW_S: Final = 86_400
_MEDIA_URL_S: Final = 300
_PAIR_GAP_S: Final = 6


@dataclass(slots=True)
class Message:
    """One message of a thread, in either direction."""

    id: str
    number: WhatsAppNumber
    person: Person
    from_person: bool
    content: Json
    text: str
    at: float
    status: str = "accepted"
    buttons: list[Json] = field(default_factory=list)
    reactions: dict[str, str] = field(default_factory=dict)
    reply_to: str | None = None
    note: str = ""

    def bubble(self) -> Json:
        """Return the message as the phones page shows it."""
        return {
            "id": self.id,
            "mine": self.from_person,
            "kind": self.content.get("type", "text"),
            "content": self.content,
            "text": self.text,
            "at": self.at,
            "status": self.status,
            "buttons": self.buttons,
            "reactions": list(self.reactions.values()),
            "reply_to": self.reply_to,
            "note": self.note,
        }


@dataclass(slots=True)
class Thread:
    """What passed between one business number and one person."""

    messages: list[Message] = field(default_factory=list)
    last_inbound_at: float | None = None
    sends: deque[float] = field(default_factory=deque)
    typing_until: float = 0.0


@dataclass(slots=True)
class Media:
    """A stored file."""

    id: str
    mime_type: str
    data: bytes
    filename: str | None = None
    url_token: str = ""
    url_until: float = 0.0


class WhatsAppState:
    """Everything the simulated Cloud API keeps."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.templates = TemplateBook()
        self.reset()

    def reset(self) -> None:
        """Forget all messages and restore the account."""
        self.threads: dict[tuple[str, str], Thread] = {}
        self.messages: dict[str, Message] = {}
        self.media: dict[str, Media] = {}
        self.account_errors: dict[str, int] = {}
        self.token = self.world.settings.whatsapp_token.get_secret_value()
        self.async_failures = False
        self._bursts: dict[str, deque[float]] = {}
        self.templates.reset()

    def number(self, key: str) -> WhatsAppNumber:
        """Return a business number by id or digits, or refuse the control request."""
        for number in self.world.settings.whatsapp_numbers:
            if key in {number.phone_number_id, number.display_phone_number}:
                return number
        raise ControlError(f"no WhatsApp number {key!r}", status=404)

    def home_number(self, person: Person) -> WhatsAppNumber:
        """Return the number that a person most likely writes to: the one of their own country, else the first."""
        numbers = self.world.settings.whatsapp_numbers
        return next((n for n in numbers if n.display_phone_number[:2] == person.phone[:2]), numbers[0])

    def thread(self, number: WhatsAppNumber, person: Person) -> Thread:
        """Return the thread of a pair, made on first use."""
        return self.threads.setdefault((number.phone_number_id, person.id), Thread())

    def window_open(self, number: WhatsAppNumber, person: Person) -> bool:
        """Say whether free messages are allowed to this person."""
        last = self.thread(number, person).last_inbound_at
        return last is not None and self.world.clock.unix() - last < WINDOW_S

    def keep(self, message: Message) -> None:
        """Append a message to its thread."""
        self.messages[message.id] = message
        self.thread(message.number, message.person).messages.append(message)
        self.world.changed(message.person)

    def meter(self, number: WhatsAppNumber, person: Person | None) -> None:
        """Count a send against the throughput of the number and the pair rate.

        Raises:
            GraphError: 130429 or 131056.
        """
        settings, now = self.world.settings, self.world.clock.unix()
        if settings.whatsapp_throughput_per_s:
            burst = self._bursts.setdefault(number.phone_number_id, deque())
            if not _room(burst, now, 1.0, settings.whatsapp_throughput_per_s):
                raise refuse(130429, "Cloud API message throughput has been reached.", status=429)
        if settings.whatsapp_pair_burst and person:
            burst = self.thread(number, person).sends
            span = float(_PAIR_GAP_S * settings.whatsapp_pair_burst)
            if not _room(burst, now, span, settings.whatsapp_pair_burst):
                raise refuse(131056, "Too many messages sent to the same recipient in a short time.")

    def open_url(self, media: Media) -> str:
        """Give a stored file a fresh download address, good for five minutes."""
        media.url_token = self.world.ids.hex()
        media.url_until = self.world.clock.unix() + _MEDIA_URL_S
        return f"{self.world.settings.public_url.rstrip('/')}/whatsapp/media-host/{media.url_token}"

    def view(self, person: Person) -> Json:
        """Return the person's WhatsApp as the phones page shows it."""
        now = self.world.clock.unix()
        return {
            number.phone_number_id: {
                "name": number.name,
                "typing": thread.typing_until > now,
                "window_until": thread.last_inbound_at + WINDOW_S if thread.last_inbound_at else None,
                "messages": [m.bubble() for m in thread.messages[-200:]],
            }
            for number in self.world.settings.whatsapp_numbers
            for thread in (self.threads.get((number.phone_number_id, person.id), Thread()),)
        }


def _room(burst: deque[float], now: float, span: float, most: int) -> bool:
    """Count one event and say whether it still fits the limit."""
    while burst and now - burst[0] >= span:
        burst.popleft()
    if len(burst) >= most:
        return False
    burst.append(now)
    return True
