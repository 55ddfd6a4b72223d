"""What payments need from their providers, in our own words."""

from dataclasses import dataclass
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
    """What to do after a failed attempt."""

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


@dataclass(frozen=True, slots=True)
class HandPayment:
    """Money that a person sent by hand to the paybill or till."""

    receipt: str
    amount_minor: int
    reference: str
    payer_name: str
    payer_hint: str
    paid_at: str


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


type News = AttemptNews | HandNews


class Callbacks(Protocol):
    """Checks a provider's webhooks and reads them, in our words."""

    provider: str
    rail: str
    currency: str

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
