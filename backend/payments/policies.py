"""Pure decisions about money."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import Final

from rapidfuzz.distance import OSA

from backend.orders.events import AWAITING_MONEY, CLOSED

CLOSED_STATES: Final = frozenset(CLOSED)
WAITING_STATES: Final = frozenset(AWAITING_MONEY)
PREFIX: Final = "ORD"
_LENGTH: Final = len(PREFIX) + 7
_SIGNS: Final = "234679ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_WHOLE: Final = re.compile(rf"{PREFIX}[{_SIGNS}]{{7}}")
_WITHIN: Final = re.compile(rf"(?=({_WHOLE.pattern}))")  # They may overlap: ORDER ORD… holds two.
_KENYAN: Final = re.compile(r"(?:254|0)?([17][0-9]{8})")
_CONFUSED: Final = str.maketrans({"0": "O", "1": "I", "5": "S", "8": "B"})


class PayoutWay(StrEnum):
    """How money goes back by API: a payment to the payer's phone, or the payment itself undone."""

    B2C = "b2c"
    REVERSAL = "reversal"


class ReceiptVerdict(StrEnum):
    """What to do with money that has come in."""

    MATCH = "match"
    REFUND = "refund"


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


def judge_receipt(money: OrderMoney) -> tuple[ReceiptVerdict, str]:
    """Say what becomes of a receipt that is the order's, and why: it counts, or it is owed back."""
    if money.closed:
        return ReceiptVerdict.REFUND, "paid_after_close"
    if money.due_minor == 0:
        return ReceiptVerdict.REFUND, "paid_twice"
    return ReceiptVerdict.MATCH, ""


def payout_way(ways: Sequence[PayoutWay], *, is_whole: bool, is_payee_known: bool) -> list[PayoutWay]:
    """Return which of the ways that are switched on fit a refund, in their order.

    A reversal gives a payment back whole, to whoever made it; a payout needs the whole number of the payee.
    """
    fits = {PayoutWay.REVERSAL: is_whole, PayoutWay.B2C: is_payee_known}
    return [way for way in ways if fits[way]]


def full_number(told: str) -> str | None:
    """Return a Kenyan mobile number in E.164, told with or without its country; None for a masked or hashed one."""
    found = _KENYAN.fullmatch(re.sub(r"[ +]", "", told))
    return f"+254{found.group(1)}" if found else None


def surplus_minor(money: OrderMoney, amount_minor: int) -> int:
    """Return how much of a matched receipt is more than was due."""
    return max(amount_minor - money.due_minor, 0)


def reference_key(typed: str) -> str:
    """Return the form in which two spellings of an order's reference are equal.

    People type references in any case, with spaces, and mix up O and 0, I and 1, S and 5, B and 8.
    """
    return re.sub(r"[^A-Z0-9]", "", typed.upper()).translate(_CONFUSED)


def reference_keys(typed: str) -> frozenset[str]:
    """Return the order references that stand in what a payer typed: alone, without prefix, or among other words."""
    key = reference_key(typed)
    alone = {key} if _WHOLE.fullmatch(key) else set()
    bare = {f"{PREFIX}{key}"} if _WHOLE.fullmatch(f"{PREFIX}{key}") else set()
    within = {found.group(1) for found in _WITHIN.finditer(key)}
    return frozenset(alone | bare | within)


def reference_slips(typed: str) -> frozenset[str]:
    """Return every order reference that is one slip of the finger away: a sign wrong, missing, doubled or swapped."""
    written = _written(typed)
    if not _LENGTH - 1 <= len(written) <= _LENGTH + 1:
        return frozenset()
    cuts = [(written[:at], written[at:]) for at in range(len(written) + 1)]
    missing = (left + sign + right for left, right in cuts for sign in _SIGNS)
    wrong = (left + sign + right[1:] for left, right in cuts if right for sign in _SIGNS)
    extra = (left + right[1:] for left, right in cuts if right)
    swapped = (left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1)
    near = {slip for slip in chain(missing, wrong, extra, swapped) if _WHOLE.fullmatch(slip)}
    return frozenset(near - {written})


def is_slip(typed: str, key: str) -> bool:
    """True where what a payer typed is one slip of the finger away from an order's reference."""
    return OSA.distance(_written(typed), key, score_cutoff=1) == 1


def _written(typed: str) -> str:
    """Return the key of what was typed, with the prefix that some leave out."""
    key = reference_key(typed)
    return key if len(key) >= _LENGTH - 1 else f"{PREFIX}{key}"
