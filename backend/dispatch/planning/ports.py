"""What a plan is made from, and what it says."""

from dataclasses import dataclass
from enum import StrEnum

from backend.geo.ports import Point


class Aim(StrEnum):
    """What a plan is good for."""

    FAST = "fast"
    FEW_RIDERS = "few_riders"


@dataclass(frozen=True, slots=True)
class Job:
    """An order that waits for a rider.

    Attributes:
        id: The order.
        pickup: Where the goods are.
        drop: Where they go.
        waited_s: How long it has been packed; who has waited longer is left out last.
        merchant_id: Whose order it is.
        not_for: Riders who have refused it or did not answer.
    """

    id: str
    pickup: Point
    drop: Point
    waited_s: float = 0.0
    merchant_id: str = ""
    not_for: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Carried:
    """An order that a rider has already; `pickup` is None once the goods are on board."""

    pickup: Point | None
    drop: Point


@dataclass(frozen=True, slots=True)
class Carrier:
    """A rider on shift whose position is known; without a merchant they carry for all."""

    id: str
    at: Point
    capacity: int
    carries: tuple[Carried, ...] = ()
    merchant_id: str | None = None


@dataclass(frozen=True, slots=True)
class Travel:
    """How riders get about.

    Attributes:
        speed_ms: Metres a second.
        road_factor: How much longer the road is than the straight line.
        stop_s: Seconds at a counter or a door.
        promise_s: From packed to the door; a plan for few riders keeps it where it can.
    """

    speed_ms: float = 5.0
    road_factor: float = 1.3
    stop_s: float = 120.0
    promise_s: float = 2700.0


@dataclass(frozen=True, slots=True)
class Offer:
    """That a rider should be offered an order.

    Attributes:
        job_id: The order.
        carrier_id: The rider.
        pickup_m: Metres from the rider to the goods, in a straight line.
        eta_s: Seconds until the order is at the door.
        load: What the rider has already, before this plan.
        capacity: What the rider can carry at once.
        together_with: Other orders that the plan gives the rider, too.
    """

    job_id: str
    carrier_id: str
    pickup_m: float
    eta_s: float
    load: int
    capacity: int
    together_with: tuple[str, ...] = ()

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why, in words: distance, load, expected arrival, and what goes the same way."""
        load = "carries nothing" if self.load == 0 else f"carries {self.load} of {self.capacity}"
        stacked = f"together with {', '.join(self.together_with)}" if self.together_with else ""
        words = (
            f"{self.pickup_m / 1000:.1f} km from the pick-up",
            load,
            f"at the door in {round(self.eta_s / 60)} min",
            stacked,
        )
        return tuple(word for word in words if word)


@dataclass(frozen=True, slots=True)
class Plan:
    """Offers, and the orders for which nobody is left.

    Attributes:
        offers: One an order, in the order of the jobs.
        left: Orders without a rider.
        riders: How many riders the offers go to.
        travel_s: What those riders travel in all, with what they carried before.
    """

    offers: tuple[Offer, ...]
    left: tuple[str, ...]
    riders: int
    travel_s: float

    @property
    def mean_s(self) -> float | None:
        """Mean seconds to the door; None where nothing is offered."""
        return sum(offer.eta_s for offer in self.offers) / len(self.offers) if self.offers else None
