"""What the dialogue needs of the rest of the shop, in its own words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from backend.catalog.linking.catalogue import Catalogue
    from backend.conversations.drafts.step import Handoff
    from backend.conversations.reading.types import OrderReading, ReadingContext
    from backend.customers.ports import AddressOnFile, CustomerView
    from backend.orders.commands import Command, PlaceOrder
    from backend.orders.ports import CommandResult, OrderView
    from backend.payments.ports import Method
    from backend.payments.service import IntentView
    from backend.payments.service.pasted import ClaimResult
    from backend.platform.actors import Actor, Source
    from backend.vendors.ports import MerchantView, OpenSpan, VendorView


@dataclass(frozen=True, slots=True)
class ThreadFacts:
    """What is known of a conversation: in which language its customer is answered, and what they were asked last."""

    id: str
    merchant_id: str
    customer_id: str
    channel: str
    language: str
    asked: str | None


@dataclass(frozen=True, slots=True)
class EarlierMessage:
    """An earlier message, as the reader wants it; `sender` is `customer` or `bot`."""

    sender: str
    text: str


class Catalogues(Protocol):
    """The merchant's goods."""

    async def snapshot(self, session: "AsyncSession", merchant_id: str) -> "Catalogue":
        """Return the catalogue as it may be sold now."""
        ...


class Orders(Protocol):
    """Orders and what may be asked of them."""

    async def place(
        self, session: "AsyncSession", command: "PlaceOrder", *, actor: "Actor", source: "Source"
    ) -> "OrderView":
        """Reserve the stock and open a pending order."""
        ...

    async def handle(
        self,
        session: "AsyncSession",
        order_id: str,
        command: "Command",
        *,
        actor: "Actor",
        source: "Source",
        command_id: str,
    ) -> "CommandResult":
        """Do what the command asks, or refuse."""
        ...

    async def latest_for_customer(self, session: "AsyncSession", customer_id: str) -> "OrderView | None":
        """Return the customer's newest order."""
        ...


class Payments(Protocol):
    """Collecting money; nothing here calls a provider."""

    @property
    def cod_limits_minor(self) -> Mapping[str, int]:
        """The largest order by city, in lower case, that may be paid in cash; no limit where a city has none."""
        ...

    async def begin(
        self, session: "AsyncSession", order_id: str, method: "Method", payer_phone: str | None = None
    ) -> "IntentView":
        """Start to collect what is due."""
        ...

    async def status(self, session: "AsyncSession", order_id: str) -> "IntentView":
        """Say how an order is being paid."""
        ...

    async def claim_receipt(self, session: "AsyncSession", order_id: str, code: str) -> "ClaimResult":
        """Look up a receipt code that a customer pasted."""
        ...


class Customers(Protocol):
    """What the shop knows of a customer."""

    async def get(self, session: "AsyncSession", customer_id: str) -> "CustomerView":
        """Return a customer."""
        ...

    async def last_address(self, session: "AsyncSession", customer_id: str) -> "AddressOnFile | None":
        """Return where the customer last had something delivered to."""
        ...

    async def set_phone(
        self, session: "AsyncSession", customer_id: str, phone: str, *, verified: bool = False
    ) -> "CustomerView":
        """Keep a number, E.164."""
        ...

    async def set_language(
        self, session: "AsyncSession", customer_id: str, language: str, *, script: str | None = None, confidence: float
    ) -> "CustomerView":
        """Keep what language the customer writes."""
        ...


class Shops(Protocol):
    """Merchants, their outlets and hours."""

    async def merchant(self, session: "AsyncSession", merchant_id: str) -> "MerchantView":
        """Return a merchant."""
        ...

    async def vendor_for_merchant(self, session: "AsyncSession", merchant_id: str) -> "VendorView | None":
        """Find the outlet that prepares a merchant's orders."""
        ...

    async def hours(self, session: "AsyncSession", vendor_id: str) -> "Sequence[OpenSpan]":
        """Return an outlet's week."""
        ...


class Handover(Protocol):
    """Ends the bot's part in a conversation."""

    async def hand_over(self, session: "AsyncSession", conversation_id: str, turn_id: str, handoff: "Handoff") -> None:
        """Take the conversation from the bot, with the brief; the turn's own words may still go out."""
        ...

    async def opt_out(self, session: "AsyncSession", conversation_id: str) -> None:
        """Write to this customer no more."""
        ...


class Reader(Protocol):
    """Links a reading to a catalogue and decides."""

    def __call__(self, reading: Mapping[str, Any], catalogue: "Catalogue", context: "ReadingContext") -> "OrderReading":
        """Return what the message means for the shop."""
        ...


class Now(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the current instant."""
        ...


@dataclass(frozen=True, slots=True)
class Shop:
    """The services that the dialogue uses."""

    catalogues: Catalogues
    orders: Orders
    payments: Payments
    customers: Customers
    shops: Shops
    handover: Handover
    read: Reader
    clock: Now
