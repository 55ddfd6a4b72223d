"""What comms needs from a voice provider and from the riders' desk, in our own words."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Protocol

from backend.dispatch.ports import Contact, DeskResult
from backend.orders.ports import OrderView
from backend.platform.actors import Source
from backend.vendors.ports import MerchantView, VendorView

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession


class CallState(StrEnum):
    """How far a call has come; stored in `voice_calls.state`."""

    QUEUED = "queued"
    DIALLED = "dialled"
    ANSWERED = "answered"
    COMPLETED = "completed"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


_REACHED: Final = (
    frozenset({CallState.QUEUED}),
    frozenset({CallState.DIALLED, CallState.UNKNOWN}),
    frozenset({CallState.ANSWERED}),
    frozenset(
        {CallState.COMPLETED, CallState.BUSY, CallState.NO_ANSWER, CallState.FAILED, CallState.CANCELLED},
    ),
)
ENDED: Final = _REACHED[-1]


def moves_on(known: CallState, told: CallState) -> bool:
    """Say whether news brings a call further: it never goes back, what has ended has ended, unknown says nothing."""
    far = {state: place for place, states in enumerate(_REACHED) for state in states}
    if told is CallState.UNKNOWN:
        return False
    return far[told] > far[known] or (known is CallState.UNKNOWN and told is CallState.DIALLED)


@dataclass(frozen=True, slots=True)
class CallRequest:
    """A call to place.

    Attributes:
        call_id: Our id.
        to: E.164 of the person called.
        caller_id: The number that they see and have saved.
        ring_s: How long it rings at most.
        then_to: Second person, for a bridge; None for a menu.
    """

    call_id: str
    to: str
    caller_id: str
    ring_s: int
    then_to: str | None = None


@dataclass(frozen=True, slots=True)
class CallNews:
    """What the provider tells of a call: how it stands, or a digit that was pressed."""

    call_id: str
    call_sid: str
    state: CallState | None = None
    digit: str | None = None
    hung_up: bool = False


@dataclass(frozen=True, slots=True)
class Spoken:
    """What somebody on the line hears: a recording where there is one, else the text by a voice of the provider.

    `language` is that of the text.
    """

    text: str
    recording: str = ""
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Chased:
    """An order, whom a ladder chases for it, and the shop."""

    order: OrderView
    contact: Contact
    vendor: VendorView
    merchant: MerchantView


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line for the log; one whose `idem` is known changes nothing."""

    order_id: str | None
    actor: str
    channel: str
    direction: str
    template: str
    status: str
    idem: str | None = None
    ladder: str = ""
    step: int | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewCall:
    """A call to keep, before it is dialled; phones are E.164, `other_phone` that of a bridge's second person."""

    id: str
    order_id: str
    callee: str
    phone: str
    language: str
    purpose: str
    rung: str
    menu: str = ""
    ladder: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    context_version: int = 0
    other_phone: str | None = None


@dataclass(frozen=True, slots=True)
class NewCard:
    """A card to open, its owner's from the start where there is one; the trace is that of the moment where empty."""

    kind: str
    subject_id: str
    order_id: str | None = None
    city: str | None = None
    merchant_id: str | None = None
    money_minor: int = 0
    currency: str = ""
    owner: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    trace_id: str = ""


class VoiceProvider(Protocol):
    """Places calls.

    Every call raises ProviderRejectedError, ProviderUnavailableError or OutcomeUnknownError.
    """

    async def place(self, request: CallRequest) -> str:
        """Place a call; return the provider's id of it."""
        ...

    async def state_of(self, call_sid: str) -> CallState:
        """Ask how a call stands."""
        ...

    async def find(self, request: CallRequest) -> Sequence[str]:
        """Look for a call whose answer was lost: the ids of those to this person from this number, newest first."""
        ...


class VoiceWebhooks(Protocol):
    """Checks and reads the voice provider's webhooks; `speaks` names the languages that it has voices for."""

    provider: str
    speaks: frozenset[str]

    def call_of(self, context: str) -> str | None:
        """Return the call that a context was made for; None where we did not make it."""
        ...

    def read(self, kind: str, call_id: str, body: bytes) -> CallNews | None:
        """Read a stored webhook; None where there is nothing to do."""
        ...


class VoiceAnswers(VoiceWebhooks, Protocol):
    """A provider that asks us, while somebody is on the line, what to do next; each answer is a whole body."""

    def ask(self, call_id: str, question: Spoken, farewell: Spoken, *, timeout_s: int, times: int) -> bytes:
        """Ask for one digit, some times over, then say farewell."""
        ...

    def say(self, words: Spoken) -> bytes:
        """Say something and hang up."""
        ...

    def connect(self, phone: str, city: str, callee: str) -> bytes:
        """Join another person (E.164) to the call of `callee`, who was called about an order in this city."""
        ...


class RiderDesk(Protocol):
    """Riders, as dispatch keeps them."""

    async def contact(self, session: "AsyncSession", rider_id: str) -> Contact:
        """Return how to reach a rider."""
        ...

    async def contacts(self, session: "AsyncSession", rider_ids: Collection[str]) -> dict[str, Contact]:
        """Return how to reach several riders, by their ids."""
        ...

    async def acknowledge(
        self,
        session: "AsyncSession",
        order_id: str,
        rider_id: str,
        *,
        accept: bool,
        reason: str,
        source: Source,
        command_id: str,
    ) -> DeskResult:
        """A rider takes or refuses an assignment."""
        ...

    async def waits(self, session: "AsyncSession", order_id: str, rider_id: str, *, source: Source) -> DeskResult:
        """A rider stands at the counter, and the goods are not handed over."""
        ...

    async def report_trouble(
        self, session: "AsyncSession", order_id: str, rider_id: str, *, kind: str, note: str
    ) -> DeskResult:
        """A rider can't go on."""
        ...

    async def picked_up(
        self, session: "AsyncSession", order_id: str, rider_id: str, *, source: Source, command_id: str
    ) -> DeskResult:
        """A rider has the goods."""
        ...

    async def deliver(
        self, session: "AsyncSession", order_id: str, rider_id: str, *, otp: str, source: Source, command_id: str
    ) -> DeskResult:
        """A rider has handed over, proven by the customer's code."""
        ...

    async def deliver_with_picture(
        self, session: "AsyncSession", order_id: str, rider_id: str, *, proof_id: str, source: Source, command_id: str
    ) -> DeskResult:
        """A rider has handed over, proven by a photo or signature that is kept."""
        ...

    async def confirm_address(
        self, session: "AsyncSession", order_id: str, rider_id: str, *, version: int, source: Source, command_id: str
    ) -> DeskResult:
        """A rider has seen this version of the address."""
        ...

    async def switch_to_upi(
        self, session: "AsyncSession", order_id: str, rider_id: str, *, source: Source
    ) -> DeskResult:
        """Ask the customer for UPI at the door in place of cash."""
        ...

    async def return_to_cash(
        self, session: "AsyncSession", order_id: str, rider_id: str, *, source: Source
    ) -> DeskResult:
        """Take cash at the door after all; the open UPI code is closed first."""
        ...

    async def next_rider(self, session: "AsyncSession", order_id: str, *, because: str) -> str | None:
        """Take the order from its silent rider and offer it to the next; None where there is none."""
        ...


__all__ = [
    "ENDED",
    "CallNews",
    "CallRequest",
    "CallState",
    "Chased",
    "Contact",
    "DeskResult",
    "LogLine",
    "NewCall",
    "NewCard",
    "RiderDesk",
    "Spoken",
    "VoiceAnswers",
    "VoiceProvider",
    "VoiceWebhooks",
    "moves_on",
]


@dataclass(frozen=True, slots=True)
class NextStep:
    """A command, and where in the console it is given; both paths have the names of ids in braces, as in `{order}`.

    Attributes:
        path: The API's.
        page: The console's page with its button; empty where it has none.
    """

    label: str
    method: str
    path: str
    page: str = ""

    def of(self, order_id: str | None, subject_id: str) -> "NextStep":
        """Return the command with the card's own ids."""
        merchant, _, sku = subject_id.partition(":")  # Of a card about an item.
        ids = {"order": order_id, "subject": subject_id, "rider": _rider_of(subject_id)}
        ids |= {"merchant": merchant, "sku": sku}
        return NextStep(self.label, self.method, self.path.format(**ids), self.page.format(**ids))


def _rider_of(subject_id: str) -> str:
    """Return the rider of a card about a pocket of cash, whose subject is `cash:<rider>:<currency>`."""
    return subject_id.split(":")[1] if subject_id.startswith("cash:") else ""
