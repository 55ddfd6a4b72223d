"""Tables of comms."""

from datetime import datetime, time
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.platform.db.base import Base, Timestamped
from backend.platform.db.types import EncryptedText


class EscalationPolicy(Base):
    """One version of a ladder for a city and vendor tier; null means any. Versions are never changed."""

    __tablename__ = "escalation_policy"
    __table_args__ = (
        CheckConstraint("(quiet_from IS NULL) = (quiet_until IS NULL)", name="quiet"),
        CheckConstraint("max_calls_hour >= 0", name="max_calls_hour"),
        Index(
            "uq_escalation_policy_active",
            "kind",
            "city",
            "tier",
            unique=True,
            postgresql_where=text("active"),
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    kind: Mapped[str]
    city: Mapped[str | None]
    tier: Mapped[str | None]
    version: Mapped[int]
    steps: Mapped[list[Any]]
    quiet_from: Mapped[time | None]
    quiet_until: Mapped[time | None]
    max_calls_hour: Mapped[int | None]
    active: Mapped[bool] = mapped_column(server_default="true")
    created_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=text("duka_now()"))


class CommsLog(Base):
    """Every message and call, out and in."""

    __tablename__ = "comms_log"
    __table_args__ = (
        CheckConstraint("direction IN ('outbound', 'inbound')", name="direction"),
        Index("ix_comms_log_order_id", "order_id"),
        Index("uq_comms_log_idem", "idem", unique=True, postgresql_where=text("idem IS NOT NULL")),
        Index("ix_comms_log_correlated", "correlation_id", postgresql_where=text("correlation_id IS NOT NULL")),
        Index("ix_comms_log_ladder", "created_at", postgresql_where=text("ladder <> ''")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    order_id: Mapped[str | None]
    actor: Mapped[str]
    channel: Mapped[str]
    direction: Mapped[str]
    template: Mapped[str] = mapped_column(server_default="")
    payload: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    status: Mapped[str]
    ladder: Mapped[str] = mapped_column(server_default="")
    step: Mapped[int | None]
    correlation_id: Mapped[str | None]
    idem: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=text("duka_now()"))


class VoiceCall(Base, Timestamped):
    """One call to one person, with what was said to it and which digits came back."""

    __tablename__ = "voice_calls"
    __table_args__ = (
        CheckConstraint(
            "state IN ('queued', 'dialled', 'answered', 'completed', 'busy', 'no_answer', 'failed', 'cancelled',"
            " 'unknown')",
            name="state",
        ),
        Index("ix_voice_calls_order_id", "order_id"),
        Index("ix_voice_calls_callee", "callee", "created_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    order_id: Mapped[str]
    callee: Mapped[str]
    phone: Mapped[str] = mapped_column(EncryptedText)
    other_phone: Mapped[str | None] = mapped_column(EncryptedText)
    language: Mapped[str]
    purpose: Mapped[str]
    rung: Mapped[str]
    menu: Mapped[str]
    ladder: Mapped[str] = mapped_column(server_default="")
    params: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    context_version: Mapped[int] = mapped_column(server_default="0")
    state: Mapped[str] = mapped_column(server_default="queued")
    call_sid: Mapped[str | None] = mapped_column(unique=True)
    digits: Mapped[str] = mapped_column(server_default="")
    outcome: Mapped[str] = mapped_column(server_default="")


class OpsException(Base, Timestamped):
    """A card for the people of a city; one open card a kind and subject."""

    __tablename__ = "ops_exceptions"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'owned', 'resolved')", name="state"),
        Index(
            "uq_ops_exceptions_live", "kind", "subject_id", unique=True, postgresql_where=text("state <> 'resolved'")
        ),
        Index("ix_ops_exceptions_city", "city", "state"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    subject_id: Mapped[str]
    order_id: Mapped[str | None]
    city: Mapped[str | None]
    merchant_id: Mapped[str | None]
    state: Mapped[str] = mapped_column(server_default="open")
    owner: Mapped[str | None]
    money_minor: Mapped[int] = mapped_column(BigInteger, server_default="0")
    currency: Mapped[str] = mapped_column(server_default="")
    detail: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    resolution: Mapped[str | None]
    resolved_at: Mapped[datetime | None]
