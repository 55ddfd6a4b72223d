"""The platform's tables; their SQL is in the modules that own them."""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    Identity,
    Index,
    Interval,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.platform.db.base import Base

_NOW: Final = text("duka_now()")
_EMPTY: Final = text("''")
_ZERO: Final = text("0")
_FALSE: Final = text("false")
_PENDING: Final = text("state = 'pending'")


class DukaClock(Base):
    """How far the sandbox or a test has moved the time that the database tells."""

    __tablename__ = "duka_clock"
    __table_args__ = (CheckConstraint("id", name="one_row"),)

    id: Mapped[bool] = mapped_column(primary_key=True, server_default=text("true"))
    offset_s: Mapped[timedelta] = mapped_column(Interval)


class OutboxEvent(Base):
    """An event, written in the transaction that made it true; read in the order (xid, pos) of its partition."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_key", "key", "xid", "pos"),)

    part: Mapped[int] = mapped_column(
        SmallInteger, Computed("(hashtext(key) & 15)::smallint", persisted=True), primary_key=True
    )
    xid: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, server_default=text("pg_current_xact_id()::text::bigint")
    )
    pos: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    event_id: Mapped[str] = mapped_column(Text)
    topic: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(Text)
    payload: Mapped[dict[str, Any]]
    actor: Mapped[str] = mapped_column(Text)
    city: Mapped[str | None] = mapped_column(Text)
    trace_id: Mapped[str] = mapped_column(Text)
    occurred_at: Mapped[datetime] = mapped_column(server_default=_NOW)


class ConsumerCursor(Base):
    """How far one consumer has read one partition of the outbox."""

    __tablename__ = "consumer_cursor"

    consumer: Mapped[str] = mapped_column(Text, primary_key=True)
    part: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    xid: Mapped[int] = mapped_column(BigInteger, server_default=_ZERO)
    pos: Mapped[int] = mapped_column(BigInteger, server_default=_ZERO)
    paused: Mapped[bool] = mapped_column(server_default=_FALSE)
    lease_until: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(server_default=_NOW)


class ParkedEvent(Base):
    """An event that failed, or waits behind one of its key that did; `next_at` is set on the first of a key alone."""

    __tablename__ = "parked_event"
    __table_args__ = (Index("ix_parked_event_part", "consumer", "part", "next_at"),)

    consumer: Mapped[str] = mapped_column(Text, primary_key=True)
    part: Mapped[int] = mapped_column(SmallInteger)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    xid: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    pos: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    attempts: Mapped[int] = mapped_column(server_default=_ZERO)
    next_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(server_default=_NOW)


class DeadLetter(Base):
    """An event that a consumer gave up on; its key stays held until a person has resolved it."""

    __tablename__ = "dead_letter"
    __table_args__ = (
        CheckConstraint("resolution IN ('retried', 'skipped')", name="resolution"),
        Index("ix_dead_letter_open", "created_at", postgresql_where=text("resolved_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    consumer: Mapped[str] = mapped_column(Text)
    event_id: Mapped[str] = mapped_column(Text)
    topic: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(Text)
    xid: Mapped[int] = mapped_column(BigInteger)
    pos: Mapped[int] = mapped_column(BigInteger)
    payload: Mapped[dict[str, Any]]
    error: Mapped[str] = mapped_column(Text)
    attempts: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(server_default=_NOW)
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[str | None] = mapped_column(Text)
    resolution: Mapped[str | None] = mapped_column(Text)


class SlaTimer(Base):
    """A promise about time; pending until it fires, is cancelled with its reason, or is skipped by a guard."""

    __tablename__ = "sla_timer"
    __table_args__ = (
        CheckConstraint("state IN ('pending', 'fired', 'cancelled', 'skipped', 'dead')", name="state"),
        CheckConstraint("fired = (state = 'fired')", name="fired"),
        CheckConstraint("(subject_kind = 'order') = (order_id IS NOT NULL)", name="order"),
        Index("ix_sla_timer_due", "due_at", postgresql_where=text("state = 'pending' AND order_id IS NOT NULL")),
        Index("ix_sla_timer_due_other", "due_at", postgresql_where=text("state = 'pending' AND order_id IS NULL")),
        Index(
            "uq_sla_timer_pending",
            "subject_kind",
            "subject_id",
            "type",
            "step",
            unique=True,
            postgresql_where=_PENDING,
        ),
        {"postgresql_with": {"fillfactor": "80"}},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    order_id: Mapped[str | None] = mapped_column(Text, index=True)
    type: Mapped[str] = mapped_column(Text)
    due_at: Mapped[datetime]
    fired: Mapped[bool] = mapped_column(server_default=_FALSE)
    meta: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    state: Mapped[str] = mapped_column(Text, server_default=text("'pending'"))
    subject_kind: Mapped[str] = mapped_column(Text, server_default=text("'order'"))
    subject_id: Mapped[str] = mapped_column(Text)
    step: Mapped[int] = mapped_column(server_default=_ZERO)
    policy_id: Mapped[str | None] = mapped_column(Text)
    policy_version: Mapped[int | None]
    attempts: Mapped[int] = mapped_column(server_default=_ZERO)
    last_error: Mapped[str | None] = mapped_column(Text)
    fired_at: Mapped[datetime | None]
    cancelled_by: Mapped[str | None] = mapped_column(Text)
    trace_id: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(server_default=_NOW)


class OutboundSend(Base):
    """Something to be sent through a provider; leased with a fencing number while a sender holds it."""

    __tablename__ = "outbound_send"
    __table_args__ = (
        CheckConstraint(
            "state IN ('queued', 'leased', 'sent', 'unknown', 'failed', 'dead', 'cancelled')", name="state"
        ),
        Index("ix_outbound_send_queued", "channel", "priority", "next_at", postgresql_where=text("state = 'queued'")),
        Index(
            "ix_outbound_send_lane",
            "lane",
            "seq",
            postgresql_where=text("lane <> '' AND state IN ('queued', 'leased')"),
        ),
        Index("ix_outbound_send_leased", "channel", "lease_until", postgresql_where=text("state = 'leased'")),
        Index("ix_outbound_send_unknown", "channel", "next_at", postgresql_where=text("state = 'unknown'")),
        {"postgresql_with": {"fillfactor": "80"}},
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    idem: Mapped[str] = mapped_column(Text, unique=True)
    channel: Mapped[str] = mapped_column(Text)
    scope: Mapped[str] = mapped_column(Text, server_default=_EMPTY)
    lane: Mapped[str] = mapped_column(Text, server_default=_EMPTY)
    order_id: Mapped[str | None] = mapped_column(Text, index=True)
    payload: Mapped[dict[str, Any]]
    priority: Mapped[int] = mapped_column(server_default=text("5"))
    state: Mapped[str] = mapped_column(Text, server_default=text("'queued'"))
    owner: Mapped[str | None] = mapped_column(Text)
    fence: Mapped[int] = mapped_column(server_default=_ZERO)
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(server_default=_ZERO)
    checks: Mapped[int] = mapped_column(server_default=_ZERO)
    next_at: Mapped[datetime | None]
    possible_duplicate: Mapped[bool] = mapped_column(server_default=_FALSE)
    provider_ref: Mapped[str | None] = mapped_column(Text)
    error_code: Mapped[str | None] = mapped_column(Text)
    error_detail: Mapped[str | None] = mapped_column(Text)
    trace_id: Mapped[str] = mapped_column(Text)
    sent_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=_NOW)
    updated_at: Mapped[datetime] = mapped_column(server_default=_NOW)


class ProviderOutage(Base):
    """A channel whose provider does not take what is sent; over where it was not seen again for a while."""

    __tablename__ = "provider_outage"

    channel: Mapped[str] = mapped_column(Text, primary_key=True)
    since: Mapped[datetime] = mapped_column(server_default=_NOW)
    seen_at: Mapped[datetime] = mapped_column(server_default=_NOW)


class RateBucket(Base):
    """The tokens left for one channel and scope; refilled by arithmetic when it is next asked."""

    __tablename__ = "rate_bucket"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    tokens: Mapped[float]
    refilled_at: Mapped[datetime]


class ProviderEvent(Base):
    """What a provider sent us, raw, once."""

    __tablename__ = "provider_events"
    __table_args__ = (
        CheckConstraint("state IN ('pending', 'done', 'dead')", name="state"),
        UniqueConstraint("provider", "external_id", name="uq_provider_events_external_id"),
        Index("ix_provider_events_pending", "next_at", "id", postgresql_where=_PENDING),
        Index(
            "ix_provider_events_lane",
            "provider",
            "lane",
            "id",
            postgresql_where=text("lane <> '' AND state = 'pending'"),
        ),
        {"postgresql_with": {"fillfactor": "80"}},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    provider: Mapped[str] = mapped_column(Text)
    external_id: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    lane: Mapped[str] = mapped_column(Text, server_default=_EMPTY)
    body: Mapped[bytes]
    headers: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    trace_id: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default=text("'pending'"))
    attempts: Mapped[int] = mapped_column(server_default=_ZERO)
    received_at: Mapped[datetime] = mapped_column(server_default=_NOW)
    next_at: Mapped[datetime] = mapped_column(server_default=_NOW)
    done_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(Text)


class IdempotencyRecord(Base):
    """The answer that a request under an idempotency key was given, kept to be given again."""

    __tablename__ = "idempotency_record"

    principal: Mapped[str] = mapped_column(Text, primary_key=True)
    route: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    fingerprint: Mapped[bytes]
    status: Mapped[int]
    headers: Mapped[dict[str, Any]]
    body: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(server_default=_NOW)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class FeatureFlag(Base):
    """A flag's value, everywhere or for one city or vendor tier."""

    __tablename__ = "feature_flag"

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    city: Mapped[str] = mapped_column(Text, primary_key=True, server_default=_EMPTY)
    tier: Mapped[str] = mapped_column(Text, primary_key=True, server_default=_EMPTY)
    value: Mapped[Any] = mapped_column(JSONB)
    updated_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(server_default=_NOW)
    updated_at: Mapped[datetime] = mapped_column(server_default=_NOW)
