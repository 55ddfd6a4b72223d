"""What comes in and goes out over any messaging channel, and what an adapter of one must do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from backend.platform.inbox import IntakeRow
    from backend.platform.sends import ClaimedSend, SendOutcome


class Channel(StrEnum):
    """Where messages are exchanged."""

    WHATSAPP = "whatsapp"
    INSTAGRAM = "instagram"


class Permission(StrEnum):
    """What a channel allows us to send to a person at this moment."""

    FREE = "free"
    TEMPLATE_ONLY = "template_only"
    PERSON_ONLY = "person_only"
    NOTHING = "nothing"


class InboundKind(StrEnum):
    """What a person sent, or what happened to a message."""

    TEXT = "text"
    BUTTON = "button"
    LIST = "list"
    FORM = "form"
    POSTBACK = "postback"
    LOCATION = "location"
    CONTACTS = "contacts"
    MEDIA = "media"
    VOICE = "voice"
    STICKER = "sticker"
    ORDER_CART = "order_cart"
    STORY_REPLY = "story_reply"
    STORY_MENTION = "story_mention"
    REACTION = "reaction"
    EDIT = "edit"
    REVOKE = "revoke"
    ECHO = "echo"
    READ = "read"
    REFERRAL = "referral"
    COMMENT = "comment"
    ROUTING = "routing"
    SYSTEM = "system"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Party:
    """The person at the far end.

    Attributes:
        address: Where to send an answer: digits of a number, a scoped user id.
        aliases: Every id of this person that the message carries, `address` among them.
        phone: E.164, where the channel tells it.
        name: As the person calls themselves; may be empty.
    """

    address: str
    aliases: tuple[str, ...] = ()
    phone: str | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A location that a person shared; degrees."""

    lat: float
    lng: float
    name: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class SharedContact:
    """A contact card; `requested` where it answers our request for the person's own number."""

    name: str
    phones: tuple[str, ...]
    requested: bool = False


@dataclass(frozen=True, slots=True)
class MediaRef:
    """A file at the provider; fetched by id, or from a link that expires."""

    type: str
    id: str = ""
    url: str = ""
    mime_type: str = ""
    sha256: str = ""
    filename: str = ""


@dataclass(frozen=True, slots=True)
class CartLine:
    """One line of a cart from the channel's own catalogue; the price is the channel's claim, in whole units."""

    sku: str
    quantity: float
    price: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """One thing that came in, in our words.

    Attributes:
        account: The merchant's account that received it (phone number id, Instagram id).
        id: The provider's id of it.
        text: What a person would read: the text, a button's title, a caption.
        payload: The id of the tapped button or row.
        reply_to: The provider's id of the message that it answers.
        target: For reactions, edits, deletions, reads: the message concerned; empty where the provider names none.
        emoji: Of a reaction; empty where it was taken back.
        passive: Another application owns the thread; it is only recorded.
        business: The provider's account that the receiving one belongs to, where it tells; it is whose templates are.
        detail: What else is worth keeping: referral, product, form data, system change.
        raw: The item as the provider wrote it, where we don't understand it.
    """

    channel: Channel
    account: str
    id: str
    kind: InboundKind
    sender: Party
    at: datetime
    text: str = ""
    payload: str = ""
    reply_to: str = ""
    target: str = ""
    emoji: str = ""
    place: Place | None = None
    contacts: tuple[SharedContact, ...] = ()
    media: tuple[MediaRef, ...] = ()
    cart: tuple[CartLine, ...] = ()
    passive: bool = False
    business: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    raw: Mapping[str, Any] = field(default_factory=dict)


class DeliveryStatus(StrEnum):
    """How far a message of ours has come."""

    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class DeliveryReceipt:
    """What became of a message of ours.

    Attributes:
        message_id: The provider's id of it.
        reference: What we sent along with it; empty where the provider has no such field.
        action: What the failure asks for; see `errors.Action`.
        business: The provider's account that ours belongs to, where it tells.
        of_account: Whether it failed because the provider has stopped our account, and not for this message.
    """

    channel: Channel
    account: str
    message_id: str
    status: DeliveryStatus
    at: datetime
    reference: str = ""
    error_code: str = ""
    error_detail: str = ""
    action: str = ""
    business: str = ""
    of_account: bool = False


@dataclass(frozen=True, slots=True)
class TemplateNotice:
    """A change in how a template stands; `status` as the provider writes it, `account` the one whose template it is."""

    channel: Channel
    account: str
    name: str
    language: str
    status: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ConsentNotice:
    """A person has set, in the channel's own settings, whether they want marketing from us."""

    channel: Channel
    account: str
    sender: Party
    wanted: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class AccountNotice:
    """Something about the account, for the people who run it."""

    channel: Channel
    account: str
    kind: str
    detail: Mapping[str, Any]


type InboundItem = InboundMessage | DeliveryReceipt | TemplateNotice | ConsentNotice | AccountNotice


class OutboundKind(StrEnum):
    """What can be sent."""

    TEXT = "text"
    BUTTONS = "buttons"
    LIST = "list"
    TEMPLATE = "template"
    LOCATION_REQUEST = "location_request"
    CONTACT_REQUEST = "contact_request"
    MEDIA = "media"
    READ = "read"
    REACTION = "reaction"


@dataclass(frozen=True, slots=True)
class Choice:
    """A button or a row of a list; `id` comes back when it is tapped."""

    id: str
    title: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """One message to one person, in our words.

    Attributes:
        scope: The merchant's account that sends it.
        to: The person's address on the channel.
        choices: Buttons, rows of a list, or quick replies.
        label: What opens a list.
        template: Name of a row in `templates.py`, with `language` and `params` in the row's order.
        payloads: For a template, the ids of its buttons in their order.
        target: For a read mark or a reaction, the provider's id of the message concerned.
        typing: With a read mark, also show that we are writing.
        by_person: A person typed it after the free window, where the channel still allows them to.
        comment: The public comment that it answers privately, in place of `to`.
    """

    channel: Channel
    scope: str
    to: str
    kind: OutboundKind
    body: str = ""
    choices: tuple[Choice, ...] = ()
    label: str = ""
    header: str = ""
    footer: str = ""
    template: str = ""
    language: str = ""
    params: tuple[str, ...] = ()
    payloads: tuple[str, ...] = ()
    media: MediaRef | None = None
    reply_to: str = ""
    target: str = ""
    emoji: str = ""
    typing: bool = False
    by_person: bool = False
    comment: str = ""


class MediaContent(NamedTuple):
    """A fetched file."""

    mime_type: str
    content: bytes


class MessageChannel(Protocol):
    """One messaging provider."""

    channel: Channel

    def verify(self, headers: Mapping[str, str], body: bytes) -> bool:
        """True where the provider signed these very bytes; always False while no secret is set."""
        ...

    def challenge(self, query: Mapping[str, str]) -> str | None:
        """Return the challenge of a verification request; None where the token is not ours."""
        ...

    def split(self, body: bytes) -> "list[IntakeRow]":
        """Cut a webhook into its items, one row each under the provider's id; what can't be read is kept whole."""
        ...

    def read(self, kind: str, body: bytes) -> Sequence[InboundItem]:
        """Read a stored row in our words.

        Raises:
            ValueError: The row is not what its kind says.
        """
        ...

    def fit(self, message: OutboundMessage) -> tuple[OutboundMessage, ...]:
        """Return the message in the parts and lengths that the provider takes."""
        ...

    async def send(self, message: OutboundMessage, reference: str) -> str:
        """Send one fitted message; return the provider's id of it.

        Raises:
            ChannelRefusedError: Refused for good.
            ProviderUnavailableError: Nothing was sent; may be tried again.
            OutcomeUnknownError: It may have been sent.
        """
        ...

    async def fetch_media(self, account: str, media: MediaRef) -> MediaContent:
        """Fetch a file, checked by type, size and checksum.

        Raises:
            ChannelRefusedError: It is gone, too large, or not what it said.
        """
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class SendObserver(Protocol):
    """Somebody above who keeps a record of sends."""

    async def settled(self, session: "AsyncSession", send: "ClaimedSend", outcome: "SendOutcome") -> None:
        """Hear what became of a send, in the transaction that records it; sends of others are ignored."""
        ...

    async def objection(self, session: "AsyncSession", send: "ClaimedSend") -> str | None:
        """Say why a send that was queued earlier must not go out any more; None where nothing speaks against it."""
        ...
