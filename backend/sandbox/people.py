"""The people at the far end: customers, vendors and riders who own a phone in the simulation."""

from dataclasses import dataclass, field
from typing import Literal

from backend.sandbox.base import ControlError

type Role = Literal["customer", "vendor", "rider"]
_COUNTRIES = {"254": "KE", "91": "IN"}


@dataclass(slots=True)
class Person:
    """One owner of a phone.

    Attributes:
        phone: Digits with the country code and no plus.
        user_id: WhatsApp's business-scoped user id.
        igsid: Instagram's scoped id.
        hides_phone: Whether WhatsApp keeps the number from the business.
        reachable: Whether the phone is switched on and has network.
        has_whatsapp: Whether the number is on WhatsApp.
        sends_receipts: Whether read receipts are turned on.
        wallet: Whole shillings or rupees that the person can pay with.
    """

    id: str
    name: str
    role: Role
    phone: str
    user_id: str = ""
    igsid: str = ""
    username: str = ""
    hides_phone: bool = False
    reachable: bool = True
    has_whatsapp: bool = True
    sends_receipts: bool = True
    wallet: int = 20_000
    do_not_disturb: bool = False

    def __post_init__(self) -> None:
        self.user_id = self.user_id or f"{self.country}.{self.phone[::-1]}{self.id.upper()[:3]}"
        self.igsid = self.igsid or f"76{self.phone[-9:]}0{len(self.phone)}"
        self.username = self.username or f"{self.id}.{self.phone[-3:]}"

    @property
    def country(self) -> str:
        """Return the ISO code of the number's country."""
        return next((iso for code, iso in _COUNTRIES.items() if self.phone.startswith(code)), "XX")


@dataclass(slots=True)
class People:
    """Everyone who exists in the simulation, found by any of their addresses."""

    known: dict[str, Person] = field(default_factory=dict)
    _by_address: dict[str, Person] = field(default_factory=dict)

    def clear(self) -> None:
        """Let everyone leave."""
        self.known.clear()
        self._by_address.clear()

    def add(self, person: Person) -> Person:
        """Add a person, or replace the one with the same id."""
        former = self.known.get(person.id)
        for address in _addresses(former) if former else ():
            self._by_address.pop(address, None)
        self.known[person.id] = person
        self._by_address |= dict.fromkeys(_addresses(person), person)
        return person

    def find(self, address: str) -> Person | None:
        """Return the person with this id, phone, user id, scoped id or user name."""
        return self.known.get(address) or self._by_address.get(address.removeprefix("+"))

    def get(self, address: str) -> Person:
        """Return the person, or refuse the control request."""
        person = self.find(address)
        if person is None:
            raise ControlError(f"nobody here answers to {address!r}", status=404)
        return person

    def meet(self, address: str, role: Role = "customer") -> Person:
        """Return the person, or let somebody new with this phone number into the simulation."""
        person = self.find(address)
        digits = address.removeprefix("+")
        if person is None and not digits.isdigit():
            raise ControlError(f"nobody here answers to {address!r}", status=404)
        return person or self.add(Person(id=f"p{digits}", name=f"Guest {digits[-3:]}", role=role, phone=digits))

    def by_local_number(self, number: str) -> Person | None:
        """Return the owner of a number dialled with or without its country code and leading zero."""
        tail = number.removeprefix("+").lstrip("0")
        return next((p for p in self.known.values() if len(tail) >= 9 and p.phone.endswith(tail)), None)  # noqa: PLR2004 - the national number's length in both countries, less one


def _addresses(person: Person) -> tuple[str, ...]:
    return (person.phone, person.user_id, person.igsid, person.username)
