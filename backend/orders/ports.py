"""What others get to see of an order, and what a command answers."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from backend.orders.commands import FileName, PaymentMethod, PaymentMode
from backend.orders.events import AWAITING_MONEY, OrderState, PaymentStatus
from backend.platform.events import StoredEvent
from backend.platform.timers import TimerKind

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True)
class LineView:
    """A line as it was sold; `line_minor` is quantity times price, rounded to a minor unit."""

    sku: str
    name: str
    unit: str
    qty: Decimal
    unit_price_minor: int
    line_minor: int
    note: str | None = None


@dataclass(frozen=True, slots=True)
class AddressView:
    """An end of the way, in the version that counts."""

    text: str
    lat: float | None
    lng: float | None
    version: int = 1
    address_id: str | None = None


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order as it stands; amounts in minor units."""

    id: str
    merchant_id: str
    user_id: str
    vendor_id: str
    rider_id: str | None
    city: str
    currency: str
    channel: str
    conversation_id: str | None
    state: OrderState
    payment_mode: PaymentMode
    payment_method: PaymentMethod | None
    payment_status: PaymentStatus
    items_minor: int
    delivery_fee_minor: int
    amount_minor: int
    paid_minor: int
    refunded_minor: int
    prep_minutes: int | None
    prep_due_at: datetime | None
    address_version: int
    address_confirmed_version: int | None
    close_reason: str | None
    delivery_failure: str | None
    note: str | None
    version: int
    created_at: datetime
    updated_at: datetime
    state_since: datetime
    contact_phone: str | None = None
    drop: AddressView | None = None
    pickup: AddressView | None = None
    lines: tuple[LineView, ...] = ()

    @property
    def due_minor(self) -> int:
        """What is still to be paid, never below zero; where it waits for all of it, what went back is to come again."""
        awaited = self.state in AWAITING_MONEY
        return max(self.amount_minor - self.paid_minor + (self.refunded_minor if awaited else 0), 0)


@dataclass(frozen=True, slots=True)
class Receivable:
    """What an order has to be paid, as those see it who look for the order of some money; amounts in minor units."""

    id: str
    merchant_id: str
    city: str
    currency: str
    state: OrderState
    amount_minor: int
    paid_minor: int
    refunded_minor: int
    created_at: datetime
    contact_phone: str | None = field(default=None, repr=False)

    @property
    def due_minor(self) -> int:
        """What is still to be paid, what went back counted in; never below zero."""
        return max(self.amount_minor - self.paid_minor + self.refunded_minor, 0)


class Outcome(StrEnum):
    """What became of a command."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class CommandResult:
    """The answer to a command.

    Attributes:
        outcome: Applied, seen before, or refused; a refusal changed nothing.
        code: Stable name of the refusal, else the outcome's.
        message_key: Names the words for the person who tried.
        order: The order after the command.
        message: The refusal in plain English, for logs of the desk and problem documents.
        params: Named facts for the words.
    """

    outcome: Outcome
    code: str
    message_key: str
    order: OrderView
    message: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def accepted(self) -> bool:
        """True where the order is as the command wanted it."""
        return self.outcome is not Outcome.REFUSED


@dataclass(frozen=True, slots=True)
class NoteView:
    """A remark on an order; `kind` as in `AddNote`."""

    id: int
    at: datetime
    actor: str
    kind: str
    text: str
    file: FileName | None


class StoredFile(Protocol):
    """A file as it is handed out, with headers that keep a browser from taking it for a page of ours."""

    @property
    def content(self) -> bytes:
        """Its bytes."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """What goes with them."""
        ...


class NoteFiles(Protocol):
    """The files that customers have sent, which remarks may name."""

    async def kinds_for(
        self, session: "AsyncSession", order: OrderView, named: Collection[FileName]
    ) -> Mapping[FileName, str]:
        """Return the media types of those that the order's customer sent to its shop, and that are kept."""
        ...

    async def fetch(self, session: "AsyncSession", file: FileName) -> StoredFile | None:
        """Return a file; None where it is kept no more."""
        ...


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One thing that happened around an order.

    Attributes:
        kind: `state` for a step of the lifecycle, `note` for a remark, else what the other domain called it.
        channel: The door or medium, such as `whatsapp`, `ivr`, `mpesa`.
        what: In a few words, such as `AcceptOrder` or `Vendor_New_Order`.
    """

    at: datetime
    kind: str
    channel: str
    actor: str
    what: str
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TimelineNote:
    """What another domain did around an order; ids and outcomes, no message text."""

    order_id: str
    channel: str
    actor: str
    what: str
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Which orders are wanted; None means any. `owes` leaves those whose money is awaited before the door."""

    states: tuple[OrderState, ...] | None = None
    cities: frozenset[str] | None = None
    merchant_id: str | None = None
    vendor_id: str | None = None
    rider_id: str | None = None
    user_id: str | None = None
    payment_status: PaymentStatus | None = None
    owes: bool = False


@dataclass(frozen=True, slots=True)
class VendorFigures:
    """How an outlet did over a period, from the orders' own events.

    Attributes:
        offered: Orders that reached it.
        accept_rate: Accepted of those answered or timed out, in [0, 1]; None before the first.
        fulfilment_rate: Delivered of those accepted and closed, in [0, 1]; None before the first.
        accept_seconds: Mean time from offer to acceptance.
        prep_minutes: Mean time from acceptance to ready.
        late_ready: Orders that were ready after the time last promised.
    """

    offered: int
    accepted: int
    rejected: int
    delivered: int
    cancelled: int
    late_ready: int
    accept_rate: float | None
    fulfilment_rate: float | None
    accept_seconds: float | None
    prep_minutes: float | None


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a log and the live row disagree.

    Attributes:
        log: `commands` (the order's own history) or `events` (what others were told).
        column: The row's column; empty where the log itself can't be.
        replayed: What the log comes to, or what is wrong with it.
        live: What the row holds.
    """

    log: str
    column: str
    replayed: Any
    live: Any


@dataclass(frozen=True, slots=True)
class Replay:
    """What an order's logs come to.

    Attributes:
        order_id: The order.
        commands: How many commands were applied.
        events: The events of the order; empty where their beginning is no longer kept.
        columns: The row, worked out from the commands.
        differences: Where the logs and the row disagree; none, as it must be.
    """

    order_id: str
    commands: int
    events: tuple[StoredEvent, ...]
    columns: Mapping[str, Any]
    differences: tuple[Difference, ...]


class WantedLadder(NamedTuple):
    """Which ladder of which outlet, and by which version it has begun; None where it begins now."""

    kind: TimerKind
    vendor_id: str
    policy_id: str | None = None


@dataclass(frozen=True, slots=True)
class OrderStep:
    """One step of a ladder, as far as orders take it; `after_s` counts from what the ladder begins with.

    Attributes:
        after_s: Seconds; below 0 where it comes before what the ladder is about.
        reminds: Whether the customer hears what is still to be paid.
        ends: Whether the order ends.
    """

    after_s: float
    reminds: bool = False
    ends: bool = False


@dataclass(frozen=True, slots=True)
class OrderLadder:
    """One version of a ladder, its steps by time; without an id where the built-in version has no row yet."""

    steps: tuple[OrderStep, ...]
    policy_id: str | None
    version: int | None
