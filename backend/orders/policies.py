"""What an order must fulfil before a command may pass: pure guards, each raising a coded refusal."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from backend.orders import commands as c
from backend.orders import errors
from backend.orders.commands import Command, PaymentMode
from backend.orders.events import OrderState, PaymentStatus

MAX_PREP_MINUTES: Final = 240
MAX_EXTENSIONS: Final = 6
_SETTLED: Final = frozenset({PaymentStatus.SUCCESS, PaymentStatus.REFUND_DUE, PaymentStatus.REFUNDED})


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What a decision may look at; amounts in minor units."""

    id: str
    state: OrderState
    payment_mode: PaymentMode
    payment_status: PaymentStatus
    amount_minor: int
    paid_minor: int
    user_id: str
    vendor_id: str
    refunded_minor: int = 0
    rider_id: str | None = None
    address_version: int = 1
    prep_minutes: int | None = None
    prep_due_at: datetime | None = None


type Guard = Callable[[OrderFacts, Any], None]


def fully_covered(facts: OrderFacts, command: c.ConfirmPayment) -> None:
    """The receipts cover the amount."""
    if command.paid_minor < facts.amount_minor:
        raise errors.NotFullyPaidError(due_minor=facts.amount_minor - command.paid_minor)


def part_covered(facts: OrderFacts, command: c.RecordPartPayment) -> None:
    """The receipts cover more than before, and some of the amount, less what went back."""
    if not facts.paid_minor < command.paid_minor < facts.amount_minor + facts.refunded_minor:
        raise errors.NothingPaidError(due_minor=facts.amount_minor - facts.paid_minor)


def refund_covered(facts: OrderFacts, command: c.RecordRefund) -> None:
    """No more is given back, in sum, than came in."""
    if command.refunded_minor > facts.paid_minor:
        raise errors.RefundTooLargeError(paid_minor=facts.paid_minor)


def part_stays(facts: OrderFacts, command: c.WithdrawPart) -> None:
    """Less than before stays, more than nothing, and no less than was given back."""
    if not max(facts.refunded_minor, 1) <= command.paid_minor < facts.paid_minor:
        raise errors.NotWithdrawnError(paid_minor=facts.paid_minor)


def nothing_given_back(facts: OrderFacts, _command: c.WithdrawPayment) -> None:
    """Something was paid, and none of it went back."""
    if facts.refunded_minor or not facts.paid_minor:
        raise errors.NotWithdrawnError(paid_minor=facts.paid_minor)


def sensible_preparation(_facts: OrderFacts, command: Command) -> None:
    """The minutes are some that a customer would wait."""
    minutes = int(getattr(command, "prep_minutes", 0) or getattr(command, "minutes", 0))
    if not 1 <= minutes <= MAX_PREP_MINUTES:
        raise errors.PreparationOutOfRangeError(minutes=minutes)


def has_rider(facts: OrderFacts, _command: Command) -> None:
    """A rider is assigned."""
    if facts.rider_id is None:
        raise errors.NoRiderError


def no_rider_yet(facts: OrderFacts, _command: Command) -> None:
    """No rider is assigned."""
    if facts.rider_id is not None:
        raise errors.RiderTakenError(rider_id=facts.rider_id)


def has_proof(_facts: OrderFacts, command: c.DeliverOrder) -> None:
    """It is known by what the customer has the goods."""
    if not command.proof.get("kind"):
        raise errors.ProofMissingError


def settled_or_cash(facts: OrderFacts, _command: Command) -> None:
    """The order is paid, or was agreed to be paid in cash at the door."""
    if facts.payment_mode is PaymentMode.PREPAID and facts.payment_status not in _SETTLED:
        raise errors.PaymentDueError(due_minor=facts.amount_minor - facts.paid_minor)


def has_reason(_facts: OrderFacts, command: Command) -> None:
    """Somebody said why."""
    if not cast("c.CancelOrder", command).reason.strip():
        raise errors.ReasonMissingError


def has_text(_facts: OrderFacts, command: c.AddNote | c.ChangeAddress) -> None:
    """There are words to keep."""
    if not command.text.strip():
        raise errors.EmptyTextError


def newest_address(facts: OrderFacts, command: c.ConfirmAddress) -> None:
    """What is confirmed is the address as it is now."""
    if command.version != facts.address_version:
        raise errors.StaleAddressError(version=facts.address_version)


def not_paid(facts: OrderFacts, _command: Command) -> None:
    """Something is still to be paid."""
    if facts.payment_status in _SETTLED:
        raise errors.AlreadyPaidError


def another_way(facts: OrderFacts, command: c.SwitchPayment) -> None:
    """The switch changes something."""
    if command.mode is facts.payment_mode and command.method is None:
        raise errors.NothingToSwitchError
