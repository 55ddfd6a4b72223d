"""An invented day of a paybill: orders, what their customers really paid, and what the feeds tell of it.

The truth stands beside every receipt, so that a matcher can be judged. The rates are assumptions of ours about a busy
shop with prompts on most phones; they are rows here, so that others may be tried.
"""

import hashlib
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from backend.payments.ports import Evidence, Feed

MORNING: Final = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
_SIGNS: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_OPEN_S: Final = 14 * 3600
_MERCHANTS: Final = 20
_CUSTOMERS: Final = 7_000
# How an order is paid, of 1,000 orders.
WAYS: Final = {"prompt": 800, "paybill": 130, "till": 40, "unpaid": 30}
# What else happens, of 10,000 orders, whatever the way; one of these an order at most.
MISHAPS: Final = {
    "partial": 60,  # One payment of less than the total.
    "two_parts": 40,  # Two payments that make the total.
    "too_much": 50,
    "two_payments": 50,  # The prompt is paid, and then by hand as well.
    "cancelled": 40,  # Paid after the order was cancelled.
    "reversed": 30,
    "other_phone": 200,  # Somebody else pays.
    "prompt_amount": 8,  # A callback with another amount than was asked for.
}
# How the account is typed, of 1,000 payments by hand to the paybill.
TYPED: Final = {
    "exact": 860,
    "spaced": 60,
    "bare": 20,
    "confused": 20,
    "slip": 28,
    "former": 4,  # The reference of the same customer's order of the day before.
    "phone": 4,
    "words": 4,
}
ORPHANS: Final = 30  # Payments of people who never ordered, of 10,000 orders.
_TWICE: Final = 0.03  # Webhooks that come twice.
_LOST: Final = 0.02  # Webhooks that never come; the pull feed tells.
_ECHOED: Final = 0.30  # Prompts whose money is confirmed by the paybill as well.
_LATE: Final = 0.03  # Webhooks that come hours later.


@dataclass(frozen=True, slots=True)
class DayOrder:
    """An order of the day, or of the day before where `former`."""

    id: str
    merchant_id: str
    phone: str
    amount_minor: int
    placed_at: datetime
    way: str
    mishap: str = ""
    former: bool = False


@dataclass(frozen=True, slots=True)
class Paid:
    """A receipt with the truth: whose it is (None for nobody's), and whether its money went back."""

    code: str
    order_id: str | None
    amount_minor: int
    phone: str
    paid_at: datetime
    account: str
    by_prompt: bool
    till: bool = False
    reversed: bool = False
    expected_minor: int | None = None


@dataclass(slots=True)
class Day:
    """What happened, and what is told of it: `told` as webhooks in the order of their coming, `pulled` at the end."""

    orders: list[DayOrder]
    receipts: dict[str, Paid] = field(default_factory=dict)
    told: list[Evidence] = field(default_factory=list)
    pulled: list[Evidence] = field(default_factory=list)


def generate(count: int, seed: int) -> Day:
    """Make a day of `count` orders; the same seed makes the same day."""
    dice = random.Random(seed)  # noqa: S311 - an invented day needs no cryptography
    former = [_order(dice, former=True) for _ in range(count // 5)]
    orders = [_order(dice, former=False) for _ in range(count)]
    day = Day([*former, *orders])
    earlier = {one.phone: one.id for one in former}
    paid = [one for order in orders for one in _payments(dice, order, earlier)]
    paid += [_orphan(dice) for _ in range(ORPHANS * count // 10_000)]
    day.receipts = {one.code: one for one in paid}
    day.told = _told(dice, paid)
    day.pulled = [_evidence(one, Feed.PULL) for one in sorted(paid, key=lambda one: one.paid_at)]
    return day


def _choice(dice: random.Random, weights: dict[str, int], total: int, otherwise: str) -> str:
    roll = dice.randrange(total)
    for name, weight in weights.items():
        roll -= weight
        if roll < 0:
            return name
    return otherwise


def _order(dice: random.Random, *, former: bool) -> DayOrder:
    placed = MORNING + timedelta(seconds=dice.randrange(_OPEN_S), days=-1 if former else 0)
    return DayOrder(
        id="ORD" + "".join(dice.choices(_SIGNS, k=7)),
        merchant_id=f"M-{dice.randrange(_MERCHANTS)}",
        phone=f"+254711{dice.randrange(_CUSTOMERS) * 97 % 1_000_000:06d}",
        amount_minor=100 * 5 * round(dice.lognormvariate(4.4, 0.7) + 10),
        placed_at=placed,
        way=_choice(dice, WAYS, 1_000, "prompt"),
        mishap=_choice(dice, MISHAPS, 10_000, ""),
        former=former,
    )


def _payments(dice: random.Random, order: DayOrder, earlier: dict[str, str]) -> Iterator[Paid]:
    if order.way == "unpaid" and order.mishap != "cancelled":
        return
    first = _payment(dice, order, earlier)
    if order.mishap in {"partial", "two_parts"}:
        first = replace(_by_hand(dice, first, order, earlier), amount_minor=_whole(order.amount_minor * 0.6))
    elif order.mishap == "too_much":
        first = replace(_by_hand(dice, first, order, earlier), amount_minor=order.amount_minor + 5_000)
    elif order.mishap == "prompt_amount" and first.by_prompt:
        first = replace(first, amount_minor=_whole(order.amount_minor * 0.5))
    elif order.mishap == "reversed":
        first = replace(first, reversed=True)
    yield first
    if order.mishap == "two_parts":
        rest = _by_hand(dice, _payment(dice, order, earlier), order, earlier)
        yield replace(rest, amount_minor=order.amount_minor - first.amount_minor, paid_at=_later(dice, first.paid_at))
    elif order.mishap == "two_payments":
        again = _by_hand(dice, _payment(dice, order, earlier), order, earlier)
        yield replace(again, paid_at=_later(dice, first.paid_at))


def _payment(dice: random.Random, order: DayOrder, earlier: dict[str, str]) -> Paid:
    """Return how the order is paid where nothing goes wrong but typing."""
    prompted = order.way == "prompt"
    paid = Paid(
        code=_code(dice),
        order_id=order.id,
        amount_minor=order.amount_minor,
        phone=_phone(dice) if order.mishap == "other_phone" and not prompted else order.phone,
        paid_at=order.placed_at + timedelta(seconds=20 + dice.expovariate(1 / 120)),
        account=order.id,
        by_prompt=prompted,
        till=order.way == "till",
        expected_minor=order.amount_minor if prompted else None,
    )
    return paid if prompted else _by_hand(dice, paid, order, earlier)


def _by_hand(dice: random.Random, paid: Paid, order: DayOrder, earlier: dict[str, str]) -> Paid:
    account = "" if paid.till else _typed(dice, order, earlier)
    return replace(paid, by_prompt=False, expected_minor=None, account=account)


def _typed(dice: random.Random, order: DayOrder, earlier: dict[str, str]) -> str:
    reference = order.id
    spellings: dict[str, Callable[[], str]] = {
        "spaced": lambda: f"{reference[:3].lower()} {reference[3:].lower()}",
        "bare": lambda: reference[3:],
        "confused": lambda: reference.translate(str.maketrans("58O", "SB0")),
        "slip": lambda: _slip(dice, reference),
        "former": lambda: earlier.get(order.phone, reference),
        "phone": lambda: f"0{order.phone[4:]}",
        "words": lambda: dice.choice(("food", "chakula", "order", "lunch", "mama")),
    }
    return spellings.get(_choice(dice, TYPED, 1_000, "exact"), lambda: reference)()


def _slip(dice: random.Random, reference: str) -> str:
    at = dice.randrange(3, len(reference))
    kind = dice.randrange(3)
    if kind == 0:
        return reference[:at] + reference[at + 1 :]
    if kind == 1:
        return reference[:at] + dice.choice(_SIGNS) + reference[at + 1 :]
    at = min(at, len(reference) - 2)
    return reference[:at] + reference[at + 1] + reference[at] + reference[at + 2 :]


def _orphan(dice: random.Random) -> Paid:
    amount = 100 * dice.randrange(50, 3_000)
    at = MORNING + timedelta(seconds=dice.randrange(_OPEN_S))
    account = dice.choice(("", "rent", "savings", "ORD" + "".join(dice.choices(_SIGNS, k=7))))
    return Paid(_code(dice), None, amount, _phone(dice), at, account, by_prompt=False)


def _told(dice: random.Random, paid: list[Paid]) -> list[Evidence]:
    """Return the webhooks in the order of their coming: late, twice, echoed, or not at all."""
    coming: list[tuple[datetime, str, Evidence]] = []
    for one in paid:
        feed = Feed.PROMPT if one.by_prompt else Feed.CONFIRMATION
        feeds = [] if dice.random() < _LOST else [feed, *[feed] * (dice.random() < _TWICE)]
        feeds += [Feed.CONFIRMATION] * (one.by_prompt and dice.random() < _ECHOED)
        for each in feeds:
            delay_s = dice.uniform(3600, 20_000) if dice.random() < _LATE else dice.expovariate(1 / 5)
            coming.append((one.paid_at + timedelta(seconds=delay_s), one.code, _evidence(one, each)))
    return [told for _, _, told in sorted(coming, key=lambda row: row[:2])]


def _evidence(paid: Paid, feed: Feed) -> Evidence:
    """Return what a feed says of a receipt: a prompt names its order, confirmations mask the payer, pulls don't."""
    digits = paid.phone.lstrip("+")
    named = feed is Feed.PROMPT
    masked = {Feed.CONFIRMATION: f"{digits[:4]} ***** {digits[-3:]}"}
    return Evidence(
        feed=feed,
        rail="mpesa",
        code=paid.code,
        amount_minor=paid.amount_minor,
        currency="KES",
        reference="" if named else paid.account,
        payer=masked.get(feed, digits),
        paid_at=paid.paid_at,
        order_id=paid.order_id if named else None,
        expected_minor=paid.expected_minor if named else None,
    )


def _code(dice: random.Random) -> str:
    return "UKM" + "".join(dice.choices(_SIGNS, k=7))


def _phone(dice: random.Random) -> str:
    return f"+2541{dice.randrange(10**8):08d}"


def _whole(minor: float) -> int:
    return max(int(minor) // 100 * 100, 100)


def _later(dice: random.Random, at: datetime) -> datetime:
    return at + timedelta(seconds=dice.uniform(60, 3_600))


def fingerprint(day: Day) -> str:
    """Return a short hash of the day, to tell two runs' days apart."""
    return hashlib.sha256(repr((day.orders, day.told)).encode()).hexdigest()[:8]
