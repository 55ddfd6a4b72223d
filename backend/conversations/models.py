"""Tables of the threads: conversations, who is at the other end, messages, the bot's turns."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.platform.db.base import Base, Timestamped
from backend.platform.db.types import EncryptedBytes, EncryptedText

_CONVERSATION = "conversations.id"


class Conversation(Base, Timestamped):
    """One thread with one customer over one account of a merchant.

    `turn_due_at` says when the bot shall answer what waits; `lease_until` (by the host's clock) and `fence` keep two
    workers from answering at once; `owner_version` grows with each change of owner.
    """

    __tablename__ = "conversations"
    __table_args__ = (
        CheckConstraint("owner_kind IN ('bot', 'agent', 'nobody')", name="owner_kind"),
        CheckConstraint("(owner_kind = 'agent') = (owner_id IS NOT NULL)", name="owner_named"),
        Index("ix_conversations_turn_due_at", "turn_due_at", postgresql_where=text("turn_due_at IS NOT NULL")),
        Index("ix_conversations_merchant_id_last_message_at", "merchant_id", "last_message_at"),
        Index("ix_conversations_customer_id", "customer_id"),
        Index("ix_conversations_owner_kind_owner_id", "owner_kind", "owner_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    merchant_id: Mapped[str]
    city: Mapped[str]
    country: Mapped[str]
    customer_id: Mapped[str]
    channel: Mapped[str]
    account: Mapped[str]
    peer: Mapped[str] = mapped_column(EncryptedText)
    language: Mapped[str]
    owner_kind: Mapped[str] = mapped_column(server_default="bot")
    owner_id: Mapped[str | None]
    owner_version: Mapped[int] = mapped_column(server_default="0")
    owner_since: Mapped[datetime] = mapped_column(server_default=text("duka_now()"))
    handoff_reason: Mapped[str | None]
    handoff_brief: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    handoff_turn_id: Mapped[str | None]
    at_risk_minor: Mapped[int] = mapped_column(BigInteger, server_default="0")
    currency: Mapped[str]
    unread: Mapped[int] = mapped_column(server_default="0")
    opt_out_told_at: Mapped[datetime | None]
    session_id: Mapped[str] = mapped_column(unique=True)
    session_started_at: Mapped[datetime] = mapped_column(server_default=text("duka_now()"))
    asked: Mapped[str | None]
    last_inbound_at: Mapped[datetime | None]
    last_message_at: Mapped[datetime | None]
    last_turn_at: Mapped[datetime | None]
    burst_started_at: Mapped[datetime | None]
    turn_due_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(BigInteger, server_default="0")


class ConversationPeer(Base):
    """One address by which the customer of a conversation is known: a number, a user id; found by its blind index."""

    __tablename__ = "conversation_peers"

    channel: Mapped[str] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(primary_key=True)
    peer_index: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey(_CONVERSATION, ondelete="CASCADE"))


class Turn(Base, Timestamped):
    """One answer of the bot to one or more messages; at most one of a conversation is running."""

    __tablename__ = "turns"
    __table_args__ = (
        CheckConstraint("state IN ('running', 'replied', 'superseded', 'failed')", name="state"),
        Index(
            "uq_turns_conversation_id_running",
            "conversation_id",
            unique=True,
            postgresql_where=text("state = 'running'"),
        ),
        Index("ix_turns_conversation_id_created_at", "conversation_id", "created_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey(_CONVERSATION, ondelete="CASCADE"))
    session_id: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="running")
    attempts: Mapped[int] = mapped_column(server_default="0")
    fence: Mapped[int] = mapped_column(BigInteger)
    error: Mapped[str | None]
    result: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    trace_id: Mapped[str]
    finished_at: Mapped[datetime | None]


class Message(Base, Timestamped):
    """One message of a thread, in either direction, or a note of the people who work on it.

    `text` is what a person reads; `content` is JSON with the rest (buttons, place, cart, media), both encrypted.
    """

    __tablename__ = "messages"
    __table_args__ = (
        CheckConstraint("direction IN ('in', 'out', 'note')", name="direction"),
        Index("uq_messages_seq", "seq", unique=True),
        Index("ix_messages_conversation_id_seq", "conversation_id", "seq"),
        Index(
            "ix_messages_awaits_turn",
            "conversation_id",
            "seq",
            postgresql_where=text("awaits_turn AND turn_id IS NULL"),
        ),
        Index("ix_messages_turn_id", "turn_id", postgresql_where=text("turn_id IS NOT NULL")),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=True), nullable=False)
    conversation_id: Mapped[str] = mapped_column(ForeignKey(_CONVERSATION, ondelete="CASCADE"))
    direction: Mapped[str]
    author: Mapped[str]
    kind: Mapped[str]
    text: Mapped[str] = mapped_column(EncryptedText)
    content: Mapped[str] = mapped_column(EncryptedText)
    status: Mapped[str]
    error_code: Mapped[str | None]
    error_action: Mapped[str | None]
    message_key: Mapped[str | None]
    order_id: Mapped[str | None]
    turn_id: Mapped[str | None] = mapped_column(ForeignKey("turns.id"))
    turn: Mapped[Turn | None] = relationship(lazy="raise")  # Only to write both in their order.
    awaits_turn: Mapped[bool] = mapped_column(server_default="false")
    possible_duplicate: Mapped[bool] = mapped_column(server_default="false")
    session_id: Mapped[str]
    sent_at: Mapped[datetime]
    trace_id: Mapped[str]


class MessageRef(Base):
    """The provider's id of a message; unique, so that a message delivered twice is stored once."""

    __tablename__ = "message_refs"

    channel: Mapped[str] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(primary_key=True)
    provider_id: Mapped[str] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), index=True)


class MessageFile(Base):
    """A file of a message, by its place among them; without content where the provider would not give it."""

    __tablename__ = "message_files"

    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    media_type: Mapped[str] = mapped_column(server_default="")
    content: Mapped[bytes | None] = mapped_column(EncryptedBytes, deferred=True)
    created_at: Mapped[datetime] = mapped_column(server_default=text("duka_now()"))


class Dialogue(Base, Timestamped):
    """What the bot remembers of a conversation from order to order; `weights` is the belief about the language."""

    __tablename__ = "dialogues"

    conversation_id: Mapped[str] = mapped_column(ForeignKey(_CONVERSATION, ondelete="CASCADE"), primary_key=True)
    language: Mapped[str]
    weights: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    failed_turns: Mapped[int] = mapped_column(server_default="0")


class DraftRow(Base, Timestamped):
    """One order as it is put together; `body` is the draft as JSON, encrypted since it holds address and number."""

    __tablename__ = "drafts"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'placed', 'cancelled', 'abandoned')", name="state"),
        Index(
            "uq_drafts_conversation_id_open", "conversation_id", unique=True, postgresql_where=text("state = 'open'")
        ),
        Index("ix_drafts_conversation_id", "conversation_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey(_CONVERSATION, ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(server_default="open")
    body: Mapped[str] = mapped_column(EncryptedText)
    version: Mapped[int] = mapped_column(server_default="1")
    order_id: Mapped[str | None]


class BotTurn(Base):
    """What the bot was told to do in a turn, kept so that the same turn gets the same answer again.

    `reading` and `step` are JSON, encrypted since they hold the customer's words; `summary` is what trainers count.
    """

    __tablename__ = "bot_turns"
    __table_args__ = (Index("ix_bot_turns_conversation_id_created_at", "conversation_id", "created_at"),)

    turn_id: Mapped[str] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey(_CONVERSATION, ondelete="CASCADE"))
    draft_id: Mapped[str]
    reading: Mapped[str] = mapped_column(EncryptedText)
    step: Mapped[str] = mapped_column(EncryptedText)
    summary: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(server_default=text("duka_now()"))
