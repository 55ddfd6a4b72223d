"""Pure decisions of dispatch: who fits best, and which code proves a delivery."""

import hashlib
import hmac
from collections.abc import Sequence

from backend.dispatch.ports import RiderView, Suggestion

_CODE_SPACE = 10_000


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
