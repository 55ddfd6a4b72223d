"""What has happened to conversations; ids alone, never words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from backend.platform.events import Event


@dataclass(frozen=True)
class ConversationOwnerChanged(Event):
    """A conversation went from one owner (`bot`, `nobody`, `agent:<id>`) to another."""

    topic: ClassVar[str] = "conversation.owner.changed"
    payload_names: ClassVar[Mapping[str, str]] = {"source": "from", "target": "to"}

    conversation_id: str
    merchant_id: str
    source: str
    target: str
    reason: str
    version: int
    at_risk_minor: int
    currency: str

    @property
    def key(self) -> str:
        """The conversation."""
        return self.conversation_id


@dataclass(frozen=True)
class CustomerOptedOut(Event):
    """A customer asked us to stop, or to start again."""

    topic: ClassVar[str] = "customer.consent.changed"

    customer_id: str
    conversation_id: str
    opted_out: bool

    @property
    def key(self) -> str:
        """The customer."""
        return self.customer_id


@dataclass(frozen=True)
class ChannelNoticed(Event):
    """A provider told something about an account that people should know."""

    topic: ClassVar[str] = "channel.noticed"

    channel: str
    account: str
    kind: str
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The account."""
        return f"{self.channel}:{self.account}"
