"""What M-Pesa remembers: tokens, prompts, money that moved, registered addresses and the SMS that people got."""

from dataclasses import dataclass, field
from typing import Final

from backend.sandbox.base import Json
from backend.sandbox.clock import SimClock, Timer
from backend.sandbox.daraja.rules import DarajaError
from backend.sandbox.ids import Ids
from backend.sandbox.people import Person
from backend.sandbox.settings import Shortcode
from backend.sandbox.world import World

NAIROBI_H: Final = 3
TOKEN_S: Final = 3599
_FIRST_YEAR = 2018
_DAYS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUV"


@dataclass(slots=True)
class Prompt:
    """One STK push; `code` is None while the prompt is open."""

    checkout_id: str
    merchant_request_id: str
    shortcode: Shortcode
    amount: int
    phone: str
    person: Person | None
    reference: str
    description: str
    callback_url: str
    buy_goods: bool
    opened_at: float
    code: int | None = None
    expiry: Timer | None = None

    def view(self) -> Json:
        """Return the prompt as the phone shows it."""
        return {
            "id": self.checkout_id,
            "payee": self.shortcode.name,
            "amount": self.amount,
            "reference": self.reference,
            "opened_at": self.opened_at,
        }


@dataclass(slots=True)
class Movement:
    """Money that moved, under its receipt."""

    receipt: str
    at: float
    amount: int
    shortcode: str
    phone: str
    name: str
    reference: str
    kind: str
    reversed: bool = False
    conversation_id: str = ""


@dataclass(slots=True)
class Urls:
    """Where a shortcode's confirmations go."""

    confirmation: str
    validation: str
    response_type: str


@dataclass(slots=True)
class Timeouts:
    """How many of the next asynchronous requests time out in the queue, carried out all the same or not."""

    times: int = 0
    applied: bool = False


@dataclass(slots=True)
class Ledger:
    """All movements, and the receipts that were given out."""

    clock: SimClock
    ids: Ids
    movements: dict[str, Movement] = field(default_factory=dict)

    def receipt(self) -> str:
        """Return a fresh receipt code: year, month and day as letters, then seven random ones."""
        day = self.clock.in_zone(NAIROBI_H)
        head = chr(ord("M") + day.year - _FIRST_YEAR) + chr(ord("A") + day.month - 1) + _DAYS[day.day]
        while True:
            code = head + self.ids.letters(7)
            if code not in self.movements:
                return code

    def move(self, *, amount: int, shortcode: str, person: Person, reference: str, kind: str) -> Movement:
        """Record money that moved and return the record."""
        row = Movement(self.receipt(), self.clock.unix(), amount, shortcode, person.phone, person.name, reference, kind)
        self.movements[row.receipt] = row
        return row

    def repeated(self, phone: str, shortcode: str, amount: int, within_s: float) -> bool:
        """Say whether the same person paid the same amount to the same shortcode a moment ago."""
        since = self.clock.unix() - within_s
        return any(
            m.phone == phone and m.shortcode == shortcode and m.amount == amount and m.at > since
            for m in self.movements.values()
        )


class DarajaState:
    """Everything the simulated Daraja keeps."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.reset()

    def reset(self) -> None:
        """Forget tokens, prompts, money and addresses."""
        self.token: tuple[str, float] | None = None
        self.prompts: dict[str, Prompt] = {}
        self.ledger = Ledger(self.world.clock, self.world.ids)
        self.urls: dict[str, Urls] = {}
        self.pull_registered: set[str] = set()
        self.disbursed: set[str] = set()
        self.timeouts = Timeouts()
        self.float_left: int | None = None
        self.sms: dict[str, list[Json]] = {}
        self.requests: list[float] = []

    def shortcode(self, number: str) -> Shortcode | None:
        """Return the shortcode or till with this number."""
        rows = self.world.settings.daraja_shortcodes
        return next((s for s in rows if number in {s.shortcode, s.till}), None)

    def known_shortcode(self, number: str) -> Shortcode:
        """Return a shortcode, or refuse as Daraja does."""
        found = self.shortcode(number)
        if found is None:
            raise DarajaError(500, "500.001.1001", "Merchant does not exist")
        return found

    def store(self, number: str) -> Shortcode:
        """Return a paybill or a till's store by its own number; a till's number signs nothing."""
        found = self.known_shortcode(number)
        if found.shortcode != number:
            raise DarajaError(500, "500.001.1001", "Merchant does not exist")
        return found

    def post(self, kind: str, url: str, payload: Json, lane: str = "") -> None:
        """Send a callback."""
        self.world.webhooks.send("daraja", kind, url, payload, lane=lane)

    def text_message(self, person: Person | None, text: str) -> None:
        """Put an SMS on somebody's phone."""
        if person:
            note = {"at": self.world.clock.unix(), "text": text, "from": "MPESA"}
            self.sms.setdefault(person.id, []).append(note)
            self.world.changed(person)

    def stamp(self, at: float | None = None) -> str:
        """Return a time as Daraja's fourteen digits, in Nairobi."""
        moved = self.world.clock.in_zone(NAIROBI_H)
        if at is not None:
            moved = moved.fromtimestamp(at + NAIROBI_H * 3600, tz=self.world.clock.now().tzinfo).replace(tzinfo=None)
        return moved.strftime("%Y%m%d%H%M%S")

    def view(self, person: Person) -> Json:
        """Return the person's M-Pesa as the phones page shows it."""
        prompts = [p.view() for p in self.prompts.values() if p.person is person and p.code is None]
        return {"prompts": prompts if person.reachable else [], "sms": self.sms.get(person.id, [])[-50:]}
