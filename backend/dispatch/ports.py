"""What others see of riders and assignments."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from backend.dispatch.planning.ports import Offer, Plan


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to message or call."""

    actor: str
    name: str
    phone: str
    language: str
    city: str
    tier: str = "standard"
    active: bool = True


@dataclass(frozen=True, slots=True)
class DeskResult:
    """What became of a step: applied, duplicate, or refused with a code and the key of the words."""

    outcome: str
    code: str
    message_key: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RiderView:
    """A rider as the desk knows them; one without a merchant carries for all of the city."""

    id: str
    name: str
    phone: str
    language: str
    city: str
    active: bool
    on_shift: bool
    capacity: int
    load: int
    lat: float | None
    lng: float | None
    merchant_id: str | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A rider who could carry an order; `reasons` say why, `score` is better when lower."""

    rider: RiderView
    score: float
    distance_m: float | None
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AssignmentView:
    """That a rider was offered, or carries, an order."""

    id: str
    order_id: str
    rider_id: str
    round: int
    state: str


@dataclass(frozen=True, slots=True)
class ProofView:
    """A photo or signature of an order, whole (`sealed_at`) or on its way; `received` of `length` bytes have come."""

    id: str
    order_id: str
    rider_id: str
    kind: str
    length: int
    received: int
    expires_at: datetime
    sealed_at: datetime | None
    media_type: str | None
    sha256: str | None


@dataclass(frozen=True, slots=True)
class RiderFigures:
    """How a rider did over a period; rates in [0, 1], None before the first."""

    offered: int = 0
    accepted: int = 0
    rejected: int = 0
    unanswered: int = 0
    delivered: int = 0
    on_time: int = 0
    failed: int = 0
    earnings_minor: int = 0
    currency: str = ""

    @property
    def decided(self) -> int:
        """Offers that were answered or timed out."""
        return self.accepted + self.rejected + self.unanswered

    @property
    def acceptance_rate(self) -> float | None:
        """Accepted of those answered or timed out."""
        return self.accepted / self.decided if self.decided else None

    @property
    def on_time_rate(self) -> float | None:
        """On time of those delivered."""
        return self.on_time / self.delivered if self.delivered else None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A rider who might carry an order.

    Attributes:
        distance_m: To the pick-up; None where it is not known.
        figures: How they did of late.
        cash: What they carry in cash, as people write it; empty for none.
    """

    rider: RiderView
    distance_m: float | None
    figures: RiderFigures = RiderFigures()
    cash: str = ""


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What a batch did: the whole plan, what was offered of it, and why the rest was refused, by order."""

    plan: Plan
    applied: tuple[Offer, ...]
    refused: Mapping[str, str]
