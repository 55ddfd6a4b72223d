"""What the link provider remembers: links, QR codes, payments, refunds."""

from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

from backend.sandbox.base import Json
from backend.sandbox.clock import Timer
from backend.sandbox.people import Person
from backend.sandbox.world import World

ACCOUNT: Final = "acc_dev"


@dataclass(slots=True)
class Link:
    """A payment link, as the API shows it, with the person it was made for."""

    entity: Json
    order_id: str
    person: Person | None
    expiry: Timer | None = None


@dataclass(slots=True)
class Qr:
    """A QR code, as the API shows it."""

    entity: Json
    person: Person | None = None
    expiry: Timer | None = None


@dataclass(slots=True)
class Sheet:
    """A pay sheet on somebody's phone, opened from a link or by scanning a QR code."""

    person_id: str
    target: str


@dataclass(slots=True)
class UpiState:
    """Everything the simulated provider keeps."""

    world: World
    links: dict[str, Link] = field(default_factory=dict)
    codes: dict[str, Qr] = field(default_factory=dict)
    payments: dict[str, Json] = field(default_factory=dict)
    refunds: dict[str, Json] = field(default_factory=dict)
    disputes: dict[str, Json] = field(default_factory=dict)
    sheets: list[Sheet] = field(default_factory=list)

    def reset(self) -> None:
        """Forget everything."""
        for kept in (self.links, self.codes, self.payments, self.refunds, self.disputes):
            kept.clear()
        self.sheets.clear()

    def new_id(self, prefix: str) -> str:
        """Return an id with fourteen random characters after the prefix."""
        return f"{prefix}_{self.world.ids.letters(14)}"

    def notify(self, event: str, entities: dict[str, Json], lane: str) -> None:
        """Tell the backend of an event."""
        body = {
            "entity": "event",
            "account_id": ACCOUNT,
            "event": event,
            "contains": list(entities),
            "created_at": self.world.clock.seconds(),
            "payload": {name: {"entity": dict(entity)} for name, entity in entities.items()},
        }
        self.world.webhooks.send("upi", event, self.world.settings.hook("upi"), body, lane=lane)

    def deep_link(self, amount: int, reference: str, note: str) -> str:
        """Return the `upi://` text of a QR code."""
        query: dict[str, Any] = {
            "pa": "duka@devbank",
            "pn": "Duka Stores",
            "tr": reference,
            "tn": note,
            "am": f"{amount // 100}.{amount % 100:02d}",
            "cu": "INR",
        }
        return "upi://pay?" + "&".join(f"{k}={quote(str(v), safe='@')}" for k, v in query.items())

    def view(self, person: Person) -> Json:
        """Return what the person could pay now."""
        own = [s.target for s in self.sheets if s.person_id == person.id]
        links = [
            link.entity
            for link in self.links.values()
            if (link.person is person or link.entity["id"] in own) and link.entity["status"] == "created"
        ]
        codes = [qr.entity for qr in self.codes.values() if qr.entity["id"] in own and qr.entity["status"] == "active"]
        return {"sheets": [_sheet(e) for e in [*links, *codes]]}


def _sheet(entity: Json) -> Json:
    return {
        "id": entity["id"],
        "amount": entity.get("amount", entity.get("payment_amount")),
        "description": entity.get("description", ""),
        "reference": entity.get("reference_id", ""),
        "short_url": entity.get("short_url", entity.get("image_url")),
        "expires_at": entity.get("expire_by") or entity.get("close_by"),
    }
