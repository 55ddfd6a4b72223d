"""What has happened in dispatch."""

from dataclasses import dataclass
from typing import ClassVar

from backend.platform.events import Event


@dataclass(frozen=True)
class _DispatchEvent(Event):
    topic: ClassVar[str] = "dispatch"

    order_id: str

    @property
    def key(self) -> str:
        """The order."""
        return self.order_id


@dataclass(frozen=True)
class RiderOffered(_DispatchEvent):
    """An order was offered to a rider; `reasons` say why this one, in words, where a plan chose."""

    topic: ClassVar[str] = "dispatch.offered"

    rider_id: str
    round: int
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class RiderAccepted(_DispatchEvent):
    """A rider has taken an order."""

    topic: ClassVar[str] = "dispatch.accepted"

    rider_id: str


@dataclass(frozen=True)
class RiderPickedUp(_DispatchEvent):
    """A rider has the goods."""

    topic: ClassVar[str] = "dispatch.picked_up"

    rider_id: str
    due_minor: int
    currency: str
    payment_mode: str


@dataclass(frozen=True)
class OrderUnassigned(_DispatchEvent):
    """Nobody carries the order, and a person must choose."""

    topic: ClassVar[str] = "dispatch.unassigned"

    reason: str


@dataclass(frozen=True)
class RiderTrouble(_DispatchEvent):
    """A rider can't go on: can't find the customer, is not safe, or has trouble with the money."""

    topic: ClassVar[str] = "dispatch.trouble"

    rider_id: str
    kind: str
    note: str


@dataclass(frozen=True)
class RiderOffRoute(_DispatchEvent):
    """A rider who carries the order has left the way; `distance_m` is how far they are from it."""

    topic: ClassVar[str] = "dispatch.off_route"

    rider_id: str
    distance_m: int


@dataclass(frozen=True)
class RiderBackOnRoute(_DispatchEvent):
    """A rider who had left the way is back on it."""

    topic: ClassVar[str] = "dispatch.back_on_route"

    rider_id: str
