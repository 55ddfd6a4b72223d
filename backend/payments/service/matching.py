"""Which order a receipt pays: one pure score with named reasons, the same for every feed.

A receipt number that is known already never comes here: it is the same money. What is new is scored against the
orders that it could be for. The best one takes it by itself only where its points reach `AUTOMATIC_AT`, it is ahead of
the next by `AHEAD_BY`, and one of the anchors holds; what is less sure is suggested to a person, and what has no
candidate is an orphan.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from backend.payments.policies import is_slip, reference_key, reference_keys
from backend.payments.ports import Evidence, Feed

AUTOMATIC_AT: Final = 80
AHEAD_BY: Final = 25
SUGGESTED_AT: Final = 30
DECISIVE_AT: Final = 110  # A payer, an amount and a time together are worth 85, and it has to be ahead of them.
MOST_SUGGESTIONS: Final = 3
PROMPT_WINDOW: Final = timedelta(minutes=15)
DAY: Final = timedelta(hours=24)
_SKEW: Final = timedelta(minutes=2)
_NATIONAL: Final = 9  # Digits of a number within its country, in Kenya; in India the last nine of ten.
_SHA256: Final = re.compile(r"[0-9a-fA-F]{64}")
_FAR: Final = 3


class Reason(StrEnum):
    """Why a receipt is, or is not, an order's."""

    NAMED = "named_by_provider"
    PASTED = "code_pasted"
    REFERENCE = "reference"
    REFERENCE_SLIP = "reference_slip"
    AMOUNT_DUE = "amount_due"
    AMOUNT_ASKED = "amount_asked"
    AMOUNT_PART = "amount_part"
    AMOUNT_OVER = "amount_over"
    AMOUNT_FAR = "amount_far"
    AMOUNT_DIFFERS = "amount_differs"
    PAYER_SAME = "payer_same"
    PAYER_LIKE = "payer_like"
    PAYER_OTHER = "payer_other"
    TIME_PROMPT = "time_of_prompt"
    TIME_DAY = "same_day"
    TIME_LATE = "days_later"
    TIME_BEFORE = "paid_before_order"
    NOTHING_DUE = "nothing_due"
    CLOSED = "order_closed"


POINTS: Final[Mapping[Reason, int]] = {
    Reason.NAMED: 200,
    Reason.PASTED: 70,
    Reason.REFERENCE: 70,
    Reason.REFERENCE_SLIP: 40,
    Reason.AMOUNT_DUE: 30,
    Reason.AMOUNT_ASKED: 25,
    Reason.AMOUNT_PART: 5,
    Reason.AMOUNT_OVER: 0,
    Reason.AMOUNT_FAR: -20,
    Reason.AMOUNT_DIFFERS: -60,
    Reason.PAYER_SAME: 40,
    Reason.PAYER_LIKE: 20,
    Reason.PAYER_OTHER: -10,
    Reason.TIME_PROMPT: 15,
    Reason.TIME_DAY: 10,
    Reason.TIME_LATE: -10,
    Reason.TIME_BEFORE: -60,
    Reason.NOTHING_DUE: -40,
    Reason.CLOSED: -45,
}
# What must hold, beside the points, before money moves by itself: a slip or an amount alone never does it.
ANCHORS: Final = (
    frozenset({Reason.NAMED}),
    frozenset({Reason.PASTED}),
    frozenset({Reason.REFERENCE}),
    frozenset({Reason.PAYER_SAME, Reason.AMOUNT_DUE}),
    frozenset({Reason.REFERENCE_SLIP, Reason.AMOUNT_DUE, Reason.PAYER_SAME}),
    frozenset({Reason.REFERENCE_SLIP, Reason.AMOUNT_DUE, Reason.PAYER_LIKE}),
)


class Verdict(StrEnum):
    """What becomes of a receipt."""

    AUTOMATIC = "automatic"
    SUGGESTED = "suggested"
    ORPHAN = "orphan"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An order that a receipt could be for; amounts in minor units.

    Attributes:
        asked: What was asked for, and when, by each prompt, link or code.
        phones: Who may pay: numbers in E.164 that were prompted, or left as contact.
    """

    order_id: str
    total_minor: int
    due_minor: int
    closed: bool
    placed_at: datetime
    asked: tuple[tuple[int, datetime], ...] = ()
    phones: frozenset[str] = field(default=frozenset(), repr=False)


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate with its points and their reasons."""

    order_id: str
    points: int
    reasons: tuple[Reason, ...]

    @property
    def anchored(self) -> bool:
        """True where one of the anchors holds, and our own prompt's amount is not contradicted."""
        contradicted = Reason.AMOUNT_DIFFERS in self.reasons
        return not contradicted and any(anchor.issubset(self.reasons) for anchor in ANCHORS)


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a receipt, with the candidates that were worth a look, best first."""

    verdict: Verdict
    candidates: tuple[Scored, ...] = ()

    @property
    def best(self) -> Scored | None:
        """The candidate with the most points."""
        return self.candidates[0] if self.candidates else None


def decide(told: Evidence, candidates: Sequence[Candidate]) -> Decision:
    """Say what becomes of a receipt that is not known yet.

    Args:
        told: What the feed says.
        candidates: The orders that it could be for, in the receipt's currency, each once.
    """
    scored = sorted((score(told, one) for one in candidates), key=lambda one: (-one.points, one.order_id))
    worth = tuple(one for one in scored if one.points >= SUGGESTED_AT)[:MOST_SUGGESTIONS]
    if not worth:
        return Decision(Verdict.ORPHAN)
    ahead = len(worth) == 1 or worth[0].points - worth[1].points >= AHEAD_BY
    sure = worth[0].points >= AUTOMATIC_AT and worth[0].anchored and ahead
    return Decision(Verdict.AUTOMATIC if sure else Verdict.SUGGESTED, worth)


def score(told: Evidence, order: Candidate) -> Scored:
    """Return the points of one candidate, and why."""
    named = (_link(told, order), _reference(told, order))
    # Nobody can name an order before it is there: where one is named, its time says nothing but how clocks differ.
    time = None if Reason.NAMED in named else _time(told, order)
    if time is Reason.TIME_BEFORE and Reason.REFERENCE in named:
        time = None
    found = (*named, _amount(told, order), _payer(told, order), time)
    reasons = [reason for reason in found if reason is not None]
    if order.closed:
        reasons.append(Reason.CLOSED)
    elif order.due_minor == 0:
        reasons.append(Reason.NOTHING_DUE)
    return Scored(order.order_id, sum(POINTS[reason] for reason in reasons), tuple(reasons))


def is_decisive(told: Evidence, order: Candidate) -> bool:
    """True where no other order could come near, so that no other has to be looked for."""
    scored = score(told, order)
    if Reason.NAMED in scored.reasons:
        return True
    named = {Reason.REFERENCE, Reason.PASTED}.intersection(scored.reasons)
    wants_nothing = {Reason.CLOSED, Reason.NOTHING_DUE}.intersection(scored.reasons)
    return bool(named) and not wants_nothing and scored.points >= DECISIVE_AT


def _link(told: Evidence, order: Candidate) -> Reason | None:
    if told.order_id != order.order_id:
        return None
    return Reason.PASTED if told.feed in {Feed.PASTE, Feed.LOOK_UP} else Reason.NAMED


def _reference(told: Evidence, order: Candidate) -> Reason | None:
    key = reference_key(order.order_id)
    if key in reference_keys(told.reference):
        return Reason.REFERENCE
    return Reason.REFERENCE_SLIP if is_slip(told.reference, key) else None


def _amount(told: Evidence, order: Candidate) -> Reason:
    amount = told.amount_minor
    if told.expected_minor is not None and amount != told.expected_minor:
        return Reason.AMOUNT_DIFFERS
    if amount == order.due_minor and not order.closed:
        return Reason.AMOUNT_DUE
    if amount == order.total_minor or any(amount == asked for asked, _ in order.asked):
        return Reason.AMOUNT_ASKED
    if amount > order.total_minor * _FAR:
        return Reason.AMOUNT_FAR
    return Reason.AMOUNT_PART if amount < order.due_minor else Reason.AMOUNT_OVER


def _payer(told: Evidence, order: Candidate) -> Reason | None:
    if not told.payer or not order.phones:
        return None
    agreed = [likeness for phone in order.phones if (likeness := payer_likeness(told.payer, phone)) is not None]
    return max(agreed, key=POINTS.__getitem__, default=Reason.PAYER_OTHER)


def payer_likeness(told: str, phone: str) -> Reason | None:
    """Say whether a payer, as a feed tells of them, is a number; None where not.

    Args:
        told: A number in any form, one masked by stars, or the SHA-256 of one without its plus, in hex.
        phone: E.164.
    """
    digits = phone.lstrip("+")
    if _SHA256.fullmatch(told):
        return Reason.PAYER_SAME if hashlib.sha256(digits.encode()).hexdigest() == told.lower() else None
    if "*" in told:
        head, tail = (re.sub(r"\D", "", part) for part in (told.partition("*")[0], told.rpartition("*")[2]))
        whole = f"0{digits[-_NATIONAL:]}" if head.startswith("0") else digits
        like = bool(tail) and whole.startswith(head) and whole.endswith(tail)
        return Reason.PAYER_LIKE if like else None
    given = re.sub(r"\D", "", told)
    return Reason.PAYER_SAME if given[-_NATIONAL:] == digits[-_NATIONAL:] and len(given) >= _NATIONAL else None


def payer_fullness(told: str) -> int:
    """Say how much of a payer a feed tells: 0 nothing, 1 a masked number, 2 a number or its hash."""
    return 0 if not told else 1 if "*" in told else 2


def _time(told: Evidence, order: Candidate) -> Reason | None:
    if told.paid_at is None:
        return None
    if told.paid_at < order.placed_at - _SKEW:
        return Reason.TIME_BEFORE
    starts = (order.placed_at, *(at for _, at in order.asked))
    since = min((told.paid_at - at for at in starts if told.paid_at >= at), default=timedelta())
    if since <= PROMPT_WINDOW:
        return Reason.TIME_PROMPT
    return Reason.TIME_DAY if since <= DAY else Reason.TIME_LATE
