"""What has happened to money."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from backend.platform.events import Event


@dataclass(frozen=True)
class PaymentRequested(Event):
    """A prompt, link or code is with the customer; `url` is what to show where there is one."""

    topic: ClassVar[str] = "payment.requested"
    order_id: str
    attempt_id: str
    method: str
    amount_minor: int
    currency: str
    url: str | None
    at_the_door: bool

    @property
    def key(self) -> str:
        """The order."""
        return self.order_id


@dataclass(frozen=True)
class PaymentReceived(Event):
    """A receipt was matched to the order; `due_minor` is what is still to be paid."""

    topic: ClassVar[str] = "payment.received"
    order_id: str
    receipt_id: str
    code: str
    provider: str
    amount_minor: int
    due_minor: int
    currency: str

    @property
    def key(self) -> str:
        """The order."""
        return self.order_id


@dataclass(frozen=True)
class PaymentFailed(Event):
    """An attempt ended without money; `reason` names the words for the customer, `advice` what to offer.

    `tries_again` where the prompt is sent once more by itself; `paybill` or `till` is where it may be paid by hand.
    """

    topic: ClassVar[str] = "payment.failed"
    order_id: str
    attempt_id: str
    method: str
    code: str
    reason: str
    advice: str
    at_the_door: bool
    tries_again: bool = False
    paybill: str = ""
    till: str = ""

    @property
    def key(self) -> str:
        """The order."""
        return self.order_id


@dataclass(frozen=True)
class PaymentReviewOpened(Event):
    """Money or an attempt needs a person, `owner` where one stands by it; `candidates` are its likely orders."""

    topic: ClassVar[str] = "payment.review.opened"
    subject_id: str
    order_id: str | None
    kind: str
    amount_minor: int
    currency: str
    detail: str
    merchant_id: str | None = None
    candidates: tuple[Mapping[str, Any], ...] = ()
    owner: str | None = None

    @property
    def key(self) -> str:
        """What is under review, so that its end comes after its beginning."""
        return self.subject_id


@dataclass(frozen=True)
class PaymentReviewClosed(Event):
    """What a review waited for has come; `resolution` says what."""

    topic: ClassVar[str] = "payment.review.closed"
    subject_id: str
    order_id: str | None
    resolution: str

    @property
    def key(self) -> str:
        """What was under review."""
        return self.subject_id


@dataclass(frozen=True)
class RefundApproved(Event):
    """A refund may be paid out."""

    topic: ClassVar[str] = "payment.refund.approved"
    refund_id: str
    order_id: str | None
    amount_minor: int
    currency: str

    @property
    def key(self) -> str:
        """The order, or the refund where no order is known."""
        return self.order_id or self.refund_id


@dataclass(frozen=True)
class RefundPaid(Event):
    """Money went back to its payer."""

    topic: ClassVar[str] = "payment.refund.paid"
    refund_id: str
    order_id: str | None
    amount_minor: int
    currency: str
    code: str

    @property
    def key(self) -> str:
        """The order, or the refund where no order is known."""
        return self.order_id or self.refund_id


@dataclass(frozen=True)
class RefundDue(Event):
    """Money is owed back to the payer."""

    topic: ClassVar[str] = "payment.refund.due"
    refund_id: str
    order_id: str | None
    amount_minor: int
    currency: str
    cause: str
    merchant_id: str | None = None

    @property
    def key(self) -> str:
        """The order, or the refund where no order is known."""
        return self.order_id or self.refund_id
