"""What payments need from their providers, in our own words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Method(StrEnum):
    """The ways of paying that Duka collects."""

    MPESA = "mpesa"
    UPI = "upi"
    COD = "cod"


class AttemptOutcome(StrEnum):
    """What a provider says of one attempt."""

    PAID = "paid"
    FAILED = "failed"
    PENDING = "pending"
    UNKNOWN = "unknown"


class Advice(StrEnum):
    """What is done after a failed attempt.

    `ask_again` and `change_method` are the customer's, who is told in words; `retry_later` is tried again by itself;
    `person` opens a card; `wait` is asked about at the provider.
    """

    ASK_AGAIN = "ask_again"
    RETRY_LATER = "retry_later"
    CHANGE_METHOD = "change_method"
    PERSON = "person"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    """One attempt to collect, ready to be sent."""

    attempt_id: str
    reference: str
    amount_minor: int
    currency: str
    payer_phone: str | None
    description: str
    callback_url: str
    expires_at: datetime | None = None
    single_use_code: bool = False


@dataclass(frozen=True, slots=True)
class ProviderRef:
    """What the provider calls the attempt, and the link or code to show."""

    ref: str
    secondary_ref: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """The provider's word on an attempt, by callback or query."""

    outcome: AttemptOutcome
    code: str
    detail: str = ""
    receipt: str | None = None
    amount_minor: int | None = None
    advice: Advice = Advice.WAIT
    reason: str = ""
    payer: str = field(default="", repr=False)
    paid_at: datetime | None = None
    fee_minor: int = 0


class Feed(StrEnum):
    """Who tells of money; all feeds end in the same matcher."""

    PROMPT = "prompt"
    QUERY = "query"
    CONFIRMATION = "confirmation"
    LOOK_UP = "look_up"
    PULL = "pull"
    STATEMENT = "statement"
    PASTE = "paste"
    CASH = "cash"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one feed says of one receipt.

    Attributes:
        rail: mpesa, upi or cash.
        code: The provider's receipt number, or our own stand-in where `provisional`.
        reference: What the payer typed as account, as typed.
        payer: Whose money it was, as told: a number, a masked number (`2547 ***** 221`), or the SHA-256 of one.
        paid_at: When it moved; None where the feed does not say.
        order_id: The order that our own token, a look-up or a pasted code names.
        attempt_id: The prompt, link or code that it answers.
        expected_minor: What that attempt asked for.
        provisional: True where the receipt number is still to come.
        reversed: True where the feed says that this money went back.
        source: Who brought it, such as `rider:R-1`.
    """

    feed: Feed
    rail: str
    code: str
    amount_minor: int
    currency: str
    reference: str = ""
    payer: str = field(default="", repr=False)
    paid_at: datetime | None = None
    order_id: str | None = None
    attempt_id: str | None = None
    expected_minor: int | None = None
    provisional: bool = False
    reversed: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """What was posted to an account, in minor units; a debit balance is positive."""

    account: str
    currency: str
    debit_minor: int
    credit_minor: int

    @property
    def balance_minor(self) -> int:
        """Debits less credits."""
        return self.debit_minor - self.credit_minor


@dataclass(frozen=True, slots=True)
class HandPayment:
    """Money that a person sent by hand to the paybill or till; `payer` is as told, a number, masked or hashed."""

    receipt: str
    amount_minor: int
    reference: str
    payer: str = field(default="", repr=False)
    paid_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PulledPage:
    """A page of a shortcode's transactions.

    Attributes:
        told: Payments by customers, as evidence.
        rows: All rows of the page, with those that are none; 0 means that there are no more.
        unread: Rows that could not be read.
    """

    told: tuple[Evidence, ...]
    rows: int
    unread: int = 0


class PullFeed(Protocol):
    """Tells what was paid to a shortcode, whether or not it was confirmed.

    Every call raises ProviderRejectedError, ProviderUnavailableError or OutcomeUnknownError.
    """

    async def register_pull(self, shortcode: str) -> None:
        """Turn the feed of a shortcode on; on already is well."""
        ...

    async def pull(self, shortcode: str, since: datetime, until: datetime, offset: int) -> PulledPage:
        """Return the transactions of a span from the `offset`th on."""
        ...


@dataclass(frozen=True, slots=True)
class CashHandIn:
    """What somebody at the desk counted of a rider's cash; amounts in minor units.

    Attributes:
        city: The rider's.
        merchant_id: The rider's; None where they carry for all.
        keeps_minor: What the rider may keep, to give change.
        told: Cash of orders that was not told at the door, by order.
        seen: The id of the rider's last count, as whoever counts saw it; empty where there was none, None where it is
            not asked.
    """

    rider_id: str
    city: str
    merchant_id: str | None
    currency: str
    counted_minor: int
    keeps_minor: int = 0
    note: str = ""
    told: Mapping[str, int] = field(default_factory=dict)
    seen: str | None = None


@dataclass(frozen=True, slots=True)
class Pocket:
    """What a rider carries in one currency, in minor units, and how much they may; None for no limit."""

    rider_id: str
    currency: str
    held_minor: int
    cap_minor: int | None

    @property
    def is_full(self) -> bool:
        """True where no more cash is to be added to it."""
        return self.cap_minor is not None and self.held_minor >= self.cap_minor


class PaymentProvider(Protocol):
    """Asks for money, and says what became of it.

    Every call raises ProviderRejectedError, ProviderUnavailableError or OutcomeUnknownError.
    """

    async def request_payment(self, request: PaymentRequest) -> ProviderRef:
        """Ask the payer for the money."""
        ...

    async def query(self, ref: str) -> AttemptResult:
        """Ask what became of an attempt."""
        ...

    async def find(self, request: PaymentRequest) -> ProviderRef | None:
        """Look for an attempt whose answer was lost; None where the provider can't tell."""
        ...

    async def cancel(self, ref: str) -> None:
        """Withdraw an attempt that has not been paid, where the provider can."""
        ...


@dataclass(frozen=True, slots=True)
class AttemptNews:
    """A provider's word on one of our attempts, named by our id or by the provider's."""

    result: AttemptResult
    attempt_id: str | None = None
    provider_ref: str | None = None


@dataclass(frozen=True, slots=True)
class HandNews:
    """Money that somebody sent by hand; `order_id` where it answers a look-up for that order."""

    payment: HandPayment
    order_id: str | None = None


@dataclass(frozen=True, slots=True)
class PayoutRequest:
    """A payout, ready to be asked for; the provider knows it by our id, and answers at the addresses.

    Attributes:
        way: b2c or reversal.
        payee: E.164; None for a reversal.
        receipt_code: The payment that goes back.
    """

    payout_id: str
    way: str
    amount_minor: int
    payee: str | None = field(repr=False)
    receipt_code: str
    result_url: str
    timeout_url: str
    status_url: str


@dataclass(frozen=True, slots=True)
class PayoutResult:
    """The provider's word on a payout: paid under a receipt, failed for a reason, or not known."""

    outcome: AttemptOutcome
    code: str
    reason: str = ""
    detail: str = ""
    receipt: str | None = None
    amount_minor: int | None = None


class PayoutProvider(Protocol):
    """Pays money back.

    Every call raises ProviderRejectedError, ProviderUnavailableError or OutcomeUnknownError.
    """

    async def pay_out(self, request: PayoutRequest) -> str:
        """Ask for a payout; return the provider's reference. One that it knows already is not made again."""
        ...

    async def ask_about_payout(self, request: PayoutRequest) -> str:
        """Ask what became of a payout; the answer comes to its status address."""
        ...


@dataclass(frozen=True, slots=True)
class PayoutNews:
    """A provider's word on one of our payouts."""

    result: PayoutResult
    payout_id: str


@dataclass(frozen=True, slots=True)
class NoSuchPayment:
    """The provider knows no completed payment to us under a code that was pasted for an order; `status` is its word."""

    order_id: str
    status: str


class Claim(StrEnum):
    """What becomes of money that a payer wants back: it went, it may go, or it stays with us after all."""

    GONE = "gone"
    DISPUTED = "disputed"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A provider's word on a payment that goes back to its payer; `code` is its own of the refund or dispute."""

    receipt: str
    code: str
    amount_minor: int
    claim: Claim


type News = AttemptNews | HandNews | PayoutNews | NoSuchPayment | TakenBack


class Callbacks(Protocol):
    """Checks a provider's webhooks and reads them, in our words."""

    provider: str
    rail: str
    currency: str
    kinds: frozenset[str]

    def address(self, kind: str, subject_id: str) -> str:
        """Return the callback address for one attempt or look-up; empty where the provider's is fixed."""
        ...

    def subject_of(self, token: str) -> str | None:
        """Return what a path token was made for; None where we did not make it."""
        ...

    def is_genuine(self, body: bytes, signature: str) -> bool:
        """True where the raw body is signed by the provider, or the provider does not sign."""
        ...

    def event_id(self, kind: str, body: bytes, header_id: str) -> str:
        """Return the provider's id of the event.

        Raises:
            ValueError: The body is not one of this kind.
        """
        ...

    def read(self, kind: str, subject: str, body: bytes) -> News | None:
        """Read a stored body; None where there is nothing to do.

        Raises:
            ValueError: The body is not one of this kind.
        """
        ...
