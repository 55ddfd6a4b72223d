"""Pure decisions about money."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_CONFUSED: Final = str.maketrans({"0": "O", "1": "I", "5": "S", "8": "B"})


class ReceiptVerdict(StrEnum):
    """What to do with money that has come in."""

    MATCH = "match"
    REFUND = "refund"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class OrderMoney:
    """What counts for the decision: the total, what was paid, whether the order is still open."""

    total_minor: int
    paid_minor: int
    closed: bool

    @property
    def due_minor(self) -> int:
        """What is still to be paid; never negative."""
        return max(self.total_minor - self.paid_minor, 0)


def judge_receipt(money: OrderMoney, amount_minor: int, expected_minor: int | None) -> tuple[ReceiptVerdict, str]:
    """Say what becomes of a receipt, and why.

    Args:
        money: The order before this receipt.
        amount_minor: What came in.
        expected_minor: What our own attempt asked for; None for money sent by hand.
    """
    if money.closed:
        return ReceiptVerdict.REFUND, "paid_after_close"
    if money.due_minor == 0:
        return ReceiptVerdict.REFUND, "paid_twice"
    if expected_minor is not None and amount_minor != expected_minor:
        return ReceiptVerdict.REVIEW, "amount_differs"
    return ReceiptVerdict.MATCH, ""


def surplus_minor(money: OrderMoney, amount_minor: int) -> int:
    """Return how much of a matched receipt is more than was due."""
    return max(amount_minor - money.due_minor, 0)


def reference_key(typed: str) -> str:
    """Return the form in which two spellings of an order's reference are equal.

    People type references in any case, with spaces, and mix up O and 0, I and 1, S and 5, B and 8.
    """
    return re.sub(r"[^A-Z0-9]", "", typed.upper()).translate(_CONFUSED)
