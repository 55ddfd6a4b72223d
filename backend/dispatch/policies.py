"""Pure decisions of dispatch: who fits best, which code proves a delivery, and what else may prove which order."""

import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from backend.dispatch.ports import Candidate, RiderFigures, Suggestion

_CODE_SPACE = 10_000
_ENOUGH_OFFERS: Final = 5  # Decided ones; below that a share says little of a rider.


class ProofKind(StrEnum):
    """By what it may be known that the customer has the goods."""

    OTP = "otp"
    PHOTO = "photo"
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class PictureForm:
    """How a picture is kept: file format, media type, and the pixels that a side has at least and at most."""

    format: str
    media_type: str
    least_px: int
    most_px: int


@dataclass(frozen=True, slots=True)
class ProofRule:
    """What a kind of proof is good for.

    Attributes:
        owing: Whether it may prove an order on which something is still to be paid. Only the customer's code may: who
            tells it stands there and pays; a photo of a parcel at a door collects no cash.
        picture: How its picture is kept; None where there is none.
    """

    owing: bool
    picture: PictureForm | None = None


PROOF_RULES: Final[Mapping[ProofKind, ProofRule]] = {
    ProofKind.OTP: ProofRule(owing=True),
    ProofKind.PHOTO: ProofRule(owing=False, picture=PictureForm("JPEG", "image/jpeg", 160, 1600)),
    ProofKind.SIGNATURE: ProofRule(owing=False, picture=PictureForm("PNG", "image/png", 40, 1000)),
}


def may_prove(kind: ProofKind, due_minor: int) -> bool:
    """Say whether a kind of proof is enough for an order on which so much is still to be paid."""
    return PROOF_RULES[kind].owing or due_minor <= 0


def delivery_code(key: str, assignment_id: str) -> str:
    """Return the four digits that the customer tells the rider; derived, so that it is stored nowhere."""
    digest = hmac.new(key.encode(), assignment_id.encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:8]) % _CODE_SPACE:04d}"


@dataclass(frozen=True, slots=True)
class Prices:
    """What speaks against a rider, in metres that they count as farther.

    Attributes:
        load_m: For each order carried.
        unknown_m: The distance of one whose position is not known.
        refusal_m: For one who takes no offer; in proportion for others, once enough offers were decided.
    """

    load_m: float
    unknown_m: float
    refusal_m: float = 0.0


def rank(
    riders: Sequence[Candidate],
    tried: frozenset[str],
    prices: Prices,
) -> list[Suggestion]:
    """Order riders who can carry one more: near, lightly loaded and reliable first.

    Args:
        riders: Those who might.
        tried: Riders who have refused or not answered for this order; they are left out.
        prices: What speaks against them.
    """
    fit = [one for one in riders if one.rider.id not in tried and one.rider.load < one.rider.capacity]
    suggestions = [_suggestion(one, prices) for one in fit]
    return sorted(suggestions, key=lambda found: (found.score, found.rider.id))


def _suggestion(one: Candidate, prices: Prices) -> Suggestion:
    rider, known_m = one.rider, one.distance_m
    score = (prices.unknown_m if known_m is None else known_m) + rider.load * prices.load_m
    score += prices.refusal_m * _refusals(one.figures)
    return Suggestion(rider, score, known_m, tuple(_reasons(one)))


def _refusals(figures: RiderFigures) -> float:
    """Return the share of offers that a rider does not take, in [0, 1]; 0 while too few say anything."""
    return 1 - (figures.acceptance_rate or 0) if figures.decided >= _ENOUGH_OFFERS else 0.0


def _reasons(one: Candidate) -> Iterator[str]:
    rider, figures = one.rider, one.figures
    yield "position not known" if one.distance_m is None else f"{one.distance_m / 1000:.1f} km from the pick-up"
    yield "carries nothing" if rider.load == 0 else f"carries {rider.load} of {rider.capacity}"
    if figures.decided:
        yield f"took {figures.accepted} of {figures.decided} offers"
    if figures.delivered:
        yield f"on time {figures.on_time} of {figures.delivered}"
    if one.cash:
        yield f"has {one.cash} in cash"
