"""Conversations as others see them, and what they need from outside: the dialogue, and the partners' desk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from backend.channels.ports import DeliveryReceipt, InboundMessage
    from backend.orders.ports import OrderView


class OwnerKind(StrEnum):
    """Who answers a conversation."""

    BOT = "bot"
    AGENT = "agent"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Owner:
    """Who answers; `nobody` waits for a person. The version grows with every change and every word of a person."""

    kind: OwnerKind
    id: str | None
    version: int
    since: datetime

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}" if self.id else str(self.kind)


@dataclass(frozen=True, slots=True)
class ThreadView:
    """A conversation as it stands.

    Attributes:
        language: What the customer is answered in.
        session_id: The opaque name under which the dialogue knows them; new for each order.
        at_risk_minor: What is lost if nobody answers, in minor units.
        asked: The slot of the bot's last question.
    """

    id: str
    merchant_id: str
    city: str
    country: str
    currency: str
    customer_id: str
    channel: str
    account: str
    language: str
    owner: Owner
    handoff_reason: str | None
    handoff_brief: Mapping[str, Any]
    at_risk_minor: int
    unread: int
    session_id: str
    asked: str | None
    last_inbound_at: datetime | None
    last_message_at: datetime | None


@dataclass(frozen=True, slots=True)
class MessageView:
    """One message of a thread, oldest first in lists; `content` holds buttons, place, cart, media."""

    id: str
    seq: int
    direction: str
    author: str
    kind: str
    text: str
    content: Mapping[str, Any]
    status: str
    error_code: str | None
    error_action: str | None
    possible_duplicate: bool
    order_id: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """An earlier message; `sender` is `customer`, `bot` or `agent`."""

    sender: str
    text: str


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """Which conversations are wanted; None means any."""

    cities: frozenset[str] | None = None
    merchant_id: str | None = None
    owner_id: str | None = None
    owner_kinds: tuple[OwnerKind, ...] | None = None


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A conversation in the list, with why it stands where it does."""

    thread: ThreadView
    customer_name: str | None
    preview: str
    waiting_s: float
    reason: str


@dataclass(frozen=True, slots=True)
class DialogueRequest:
    """One turn's question to the dialogue; see the adapter for what becomes of each field."""

    session_id: str
    text: str
    metadata: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ReplyButton:
    """A button as the dialogue names it."""

    title: str
    payload: str


@dataclass(frozen=True, slots=True)
class DialogueReply:
    """One message that the dialogue wants said."""

    text: str = ""
    buttons: tuple[ReplyButton, ...] = ()
    image: str = ""
    custom: Mapping[str, Any] = field(default_factory=dict)


class DialogueClient(Protocol):
    """The bot."""

    async def respond(self, request: DialogueRequest, attempt: int) -> Sequence[DialogueReply]:
        """Return what the bot says; never nothing.

        Raises:
            DialogueFailedError: No answer in time, an error, or an empty one.
        """
        ...


class PartnerInbox(Protocol):
    """Takes the messages of vendors and riders, who are no customers."""

    async def take(self, session: "AsyncSession", merchant_id: str, message: "InboundMessage") -> bool:
        """Handle the message where its sender is a partner; return whether they are."""
        ...

    async def receipt(self, session: "AsyncSession", receipt: "DeliveryReceipt") -> None:
        """Hear what became of a message that is none of the conversations'."""
        ...


class OrderBook(Protocol):
    """Orders, as far as a notice needs them."""

    async def get(self, session: "AsyncSession", order_id: str) -> "OrderView":
        """Return an order."""
        ...
