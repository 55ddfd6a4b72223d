"""Wire models of the inbox."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from backend.conversations.ports import InboxRow, MessageView, ThreadView

_FROM_VIEW = ConfigDict(from_attributes=True)


class OwnerOut(BaseModel):
    """Who answers a conversation."""

    kind: Literal["bot", "agent", "nobody"] = Field(description="`nobody` waits for a person.")
    id: str | None = Field(description="The person, where one has it.")
    version: int = Field(description="Give this back with a reply; it grows with each change and each reply.")
    since: datetime = Field(description="When they got it.")


class ConversationOut(BaseModel):
    """A conversation as it stands."""

    id: str = Field(description="The conversation.")
    merchant_id: str = Field(description="Whose customer it is.")
    city: str = Field(description="The merchant's city.")
    customer_id: str = Field(description="Who writes.")
    channel: str = Field(description="`whatsapp` or `instagram`.")
    language: str = Field(description="What the customer is answered in.")
    owner: OwnerOut = Field(description="Who answers.")
    handoff_reason: str | None = Field(description="Why the bot gave it to people.")
    handoff_brief: dict[str, Any] = Field(description="What the bot knew: draft order, open slot, suggested question.")
    at_risk_minor: int = Field(description="What is lost if nobody answers, in minor units.")
    currency: str = Field(description="Of the amount at risk.")
    unread: int = Field(description="Messages that no person has seen.")
    asked: str | None = Field(description="The slot of the bot's last question.")
    last_inbound_at: datetime | None = Field(description="When the customer last wrote.")
    last_message_at: datetime | None = Field(description="When anybody last wrote.")
    free_until: datetime | None = Field(description="Until then free words may be sent; later, templates alone.")

    @classmethod
    def of(cls, view: ThreadView, free_until: datetime | None) -> "ConversationOut":
        """Render a conversation."""
        owner = OwnerOut(
            kind=view.owner.kind.value, id=view.owner.id, version=view.owner.version, since=view.owner.since
        )
        return cls(
            id=view.id,
            merchant_id=view.merchant_id,
            city=view.city,
            customer_id=view.customer_id,
            channel=view.channel,
            language=view.language,
            owner=owner,
            handoff_reason=view.handoff_reason,
            handoff_brief=dict(view.handoff_brief),
            at_risk_minor=view.at_risk_minor,
            currency=view.currency,
            unread=view.unread,
            asked=view.asked,
            last_inbound_at=view.last_inbound_at,
            last_message_at=view.last_message_at,
            free_until=free_until,
        )


class InboxRowOut(BaseModel):
    """A line of the list."""

    conversation: ConversationOut = Field(description="The conversation.")
    customer_name: str | None = Field(description="As the channel shows it.")
    preview: str = Field(description="The last words.")
    waiting_s: float = Field(description="Seconds that it has waited for a person; 0 where it does not.")
    reason: str = Field(description="Why it stands where it does in the list.")

    @classmethod
    def of(cls, row: InboxRow, free_until: datetime | None) -> "InboxRowOut":
        """Render a line."""
        return cls(
            conversation=ConversationOut.of(row.thread, free_until),
            customer_name=row.customer_name,
            preview=row.preview,
            waiting_s=row.waiting_s,
            reason=row.reason,
        )


class MessageOut(BaseModel):
    """One message of a thread."""

    model_config = _FROM_VIEW

    id: str = Field(description="The message.")
    seq: int = Field(description="Its place; pages end before one.")
    direction: Literal["in", "out", "note"] = Field(description="Notes are seen by the staff alone.")
    author: str = Field(description="`customer`, `bot`, `system` or `agent:<id>`.")
    kind: str = Field(description="`text`, `button`, `location`, ...")
    text: str = Field(description="What a person reads.")
    content: dict[str, Any] = Field(description="Buttons, place, cart, media.")
    status: str = Field(
        description="`received`, or how far ours has come: queued, unknown, sent, delivered, read, failed."
    )
    error_code: str | None = Field(description="Why it failed.")
    error_action: str | None = Field(description="What the failure asks for.")
    possible_duplicate: bool = Field(description="It may have arrived twice.")
    order_id: str | None = Field(description="The order that it is about.")
    at: datetime = Field(description="When it was written.")

    @classmethod
    def of(cls, view: MessageView) -> "MessageOut":
        """Render a message."""
        return cls.model_validate(view)


class ThreadOut(BaseModel):
    """A conversation with a page of its messages."""

    conversation: ConversationOut = Field(description="The conversation.")
    messages: list[MessageOut] = Field(description="Oldest first.")


class VersionIn(BaseModel):
    """What the caller last saw."""

    version: int | None = Field(default=None, description="The owner's version; refused where it has grown since.")


class TemplateIn(BaseModel):
    """A template with its parameters."""

    name: str = Field(description="Name of a registered template.")
    params: list[str] = Field(default_factory=list, description="What stands for {{1}}, {{2}}, ...")


class ReplyIn(BaseModel):
    """A reply to the customer."""

    text: str = Field(default="", max_length=4000, description="The words; may be empty with a template.")
    version: int = Field(description="The owner's version that the writer saw; refused where it has grown since.")
    template: TemplateIn | None = Field(default=None, description="Where the free window is closed.")


class NoteIn(BaseModel):
    """A remark for colleagues."""

    text: str = Field(min_length=1, max_length=4000, description="The words.")
