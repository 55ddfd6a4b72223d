"""What has happened in comms; names of paper two, section 7."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from backend.platform.events import Event


@dataclass(frozen=True)
class OutboundRequested(Event):
    """A message or call is to go out; the address is masked."""

    topic: ClassVar[str] = "comms.outbound.requested"
    payload_names: ClassVar[Mapping[str, str]] = {"payload_fields": "payload"}
    channel: str
    template: str
    to: str
    order_id: str
    actor: str
    step: int
    ladder: str
    payload_fields: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The order."""
        return self.order_id


@dataclass(frozen=True)
class InboundAction(Event):
    """A button, a digit or a reply of a vendor or rider, and what became of it."""

    topic: ClassVar[str] = "comms.inbound.action"
    order_id: str
    actor: str
    action: str
    channel: str
    outcome: str
    meta: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The order."""
        return self.order_id


@dataclass(frozen=True)
class OpsExceptionRaised(Event):
    """Something needs a person of the city."""

    topic: ClassVar[str] = "ops.exception"
    exception_id: str
    kind: str
    order_id: str | None
    city: str | None

    @property
    def key(self) -> str:
        """The order, or the card where no order is known."""
        return self.order_id or self.exception_id


@dataclass(frozen=True)
class LadderSteered(Event):
    """A person held, resumed, skipped, fired or took over a step of a running ladder."""

    topic: ClassVar[str] = "comms.ladder.steered"
    order_id: str
    ladder: str
    action: str
    step: int
    by: str
    reason: str

    @property
    def key(self) -> str:
        """The order."""
        return self.order_id
