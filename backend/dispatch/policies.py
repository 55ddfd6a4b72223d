"""Pure decisions of dispatch: who fits best, which code proves a delivery, and what else may prove which order."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from backend.dispatch.ports import RiderView, Suggestion

_CODE_SPACE = 10_000


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


def rank(
    riders: Sequence[tuple[RiderView, float | None]],
    tried: frozenset[str],
    *,
    load_penalty_m: float,
    unknown_distance_m: float,
) -> list[Suggestion]:
    """Order riders who can carry one more: near and lightly loaded first.

    Args:
        riders: Each with the distance to the pick-up in metres, where known.
        tried: Riders who have refused or not answered for this order; they are left out.
        load_penalty_m: Metres that each order carried counts as.
        unknown_distance_m: Metres for a rider whose position is not known.
    """
    fit = [pair for pair in riders if pair[0].id not in tried and pair[0].load < pair[0].capacity]
    suggestions = [_suggestion(rider, distance, load_penalty_m, unknown_distance_m) for rider, distance in fit]
    return sorted(suggestions, key=lambda found: (found.score, found.rider.id))


def _suggestion(
    rider: RiderView, distance_m: float | None, load_penalty_m: float, unknown_distance_m: float
) -> Suggestion:
    reasons = [
        "position not known" if distance_m is None else f"{distance_m / 1000:.1f} km from the pick-up",
        "carries nothing" if rider.load == 0 else f"carries {rider.load} of {rider.capacity}",
    ]
    score = (unknown_distance_m if distance_m is None else distance_m) + rider.load * load_penalty_m
    return Suggestion(rider, score, distance_m, tuple(reasons))
