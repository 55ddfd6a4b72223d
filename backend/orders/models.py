"""Tables of orders."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Numeric, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.orders.commands import PaymentMethod, PaymentMode
from backend.orders.events import OrderState, PaymentStatus
from backend.platform.db.base import Base, Timestamped
from backend.platform.db.types import EncryptedText

QTY = Numeric(12, 3)


def _one_of(column: str, values: type[OrderState | PaymentStatus | PaymentMode | PaymentMethod]) -> str:
    listed = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({listed})"


class Order(Base, Timestamped):
    """One order; only the command handler changes a row."""

    __tablename__ = "orders"
    __table_args__ = (
        CheckConstraint(_one_of("state", OrderState), name="state"),
        CheckConstraint(_one_of("payment_mode", PaymentMode), name="payment_mode"),
        CheckConstraint(_one_of("payment_method", PaymentMethod), name="payment_method"),
        CheckConstraint(_one_of("payment_status", PaymentStatus), name="payment_status"),
        CheckConstraint("amount_minor = items_minor + delivery_fee_minor AND items_minor >= 0", name="amount"),
        CheckConstraint("paid_minor >= 0 AND refunded_minor BETWEEN 0 AND paid_minor", name="paid"),
        UniqueConstraint("merchant_id", "intent_key"),
        Index("ix_orders_city_state", "city", "state", "created_at"),
        Index("ix_orders_vendor_id_state", "vendor_id", "state", "created_at"),
        Index("ix_orders_merchant_id", "merchant_id", "created_at"),
        Index("ix_orders_reference_key", "reference_key"),
        Index(
            "ix_orders_due",
            "currency",
            text("(amount_minor - paid_minor)"),
            "created_at",
            postgresql_where=text("payment_status IN ('pending', 'partial', 'failed')"),
        ),
        Index("ix_orders_user_id", "user_id", "created_at"),
        Index("ix_orders_rider_id", "rider_id", postgresql_where=text("rider_id IS NOT NULL")),
        Index("ix_orders_conversation_id", "conversation_id", postgresql_where=text("conversation_id IS NOT NULL")),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    merchant_id: Mapped[str] = mapped_column(ForeignKey("merchants.id"))
    user_id: Mapped[str] = mapped_column(ForeignKey("customers.id"))
    vendor_id: Mapped[str] = mapped_column(ForeignKey("vendors.id"))
    rider_id: Mapped[str | None]
    city: Mapped[str]
    currency: Mapped[str] = mapped_column(String(3))
    channel: Mapped[str]
    conversation_id: Mapped[str | None]
    intent_key: Mapped[str]
    reference_key: Mapped[str]
    state: Mapped[OrderState] = mapped_column(String, server_default="pending")
    state_since: Mapped[datetime] = mapped_column(server_default=text("duka_now()"))
    payment_mode: Mapped[PaymentMode] = mapped_column(String)
    payment_method: Mapped[PaymentMethod | None] = mapped_column(String)
    payment_status: Mapped[PaymentStatus] = mapped_column(String, server_default="pending")
    items_minor: Mapped[int] = mapped_column(BigInteger)
    delivery_fee_minor: Mapped[int] = mapped_column(BigInteger, server_default="0")
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    paid_minor: Mapped[int] = mapped_column(BigInteger, server_default="0")
    refunded_minor: Mapped[int] = mapped_column(BigInteger, server_default="0")
    prep_eta_minutes: Mapped[int | None]
    prep_due_at: Mapped[datetime | None]
    address_version: Mapped[int] = mapped_column(server_default="1")
    address_confirmed_version: Mapped[int | None]
    contact_phone: Mapped[str | None] = mapped_column(EncryptedText)
    close_reason: Mapped[str | None]
    delivery_failure: Mapped[str | None]
    proof: Mapped[dict[str, Any] | None]
    note: Mapped[str | None]
    version: Mapped[int] = mapped_column(server_default="1")

    lines: Mapped[list["OrderLine"]] = relationship(lazy="raise", order_by="OrderLine.position")
    addresses: Mapped[list["OrderAddress"]] = relationship(lazy="raise", order_by="OrderAddress.version")


class OrderLine(Base):
    """A line with the name and price that the customer was told."""

    __tablename__ = "order_lines"
    __table_args__ = (CheckConstraint("qty > 0 AND unit_price_minor >= 0 AND line_minor >= 0", name="amounts"),)

    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    sku: Mapped[str]
    name: Mapped[str]
    unit: Mapped[str]
    qty: Mapped[Decimal] = mapped_column(QTY)
    unit_price_minor: Mapped[int] = mapped_column(BigInteger)
    line_minor: Mapped[int] = mapped_column(BigInteger)
    note: Mapped[str | None]


class OrderAddress(Base):
    """An end of the way; a change adds a version and retires the one before."""

    __tablename__ = "order_addresses"
    __table_args__ = (
        CheckConstraint("type IN ('drop', 'pickup')", name="type"),
        UniqueConstraint("order_id", "type", "version"),
        Index("uq_order_addresses_active", "order_id", "type", unique=True, postgresql_where=text("active")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"))
    type: Mapped[str]
    version: Mapped[int] = mapped_column(server_default="1")
    address_id: Mapped[str | None]
    address_text: Mapped[str]
    lat: Mapped[float | None]
    lng: Mapped[float | None]
    active: Mapped[bool] = mapped_column(server_default="true")
    created_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=text("duka_now()"))


class OrderNote(Base):
    """A remark that somebody kept with an order; it may name a file of its customer."""

    __tablename__ = "order_notes"
    __table_args__ = (
        CheckConstraint("kind IN ('text', 'voice', 'instruction')", name="kind"),
        CheckConstraint("(file_message_id IS NULL) = (file_place IS NULL)", name="file"),
        Index("ix_order_notes_order_id", "order_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"))
    kind: Mapped[str]
    body: Mapped[str]
    file_message_id: Mapped[str | None]
    file_place: Mapped[int | None]
    actor: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=text("duka_now()"))


class OrderLogEntry(Base):
    """One applied command; the order's own history, never changed."""

    __tablename__ = "order_events"
    __table_args__ = (
        UniqueConstraint("order_id", "command_id"),
        Index("ix_order_events_to_state_at", "to_state", "at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"))
    command: Mapped[str]
    command_id: Mapped[str]
    from_state: Mapped[OrderState | None] = mapped_column(String)
    to_state: Mapped[OrderState] = mapped_column(String)
    actor: Mapped[str]
    source: Mapped[str]
    meta: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    trace_id: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=text("duka_now()"))


class TimelineRow(Base):
    """Something that another domain did around an order: a call, a message, a receipt."""

    __tablename__ = "order_timeline"
    __table_args__ = (Index("ix_order_timeline_order_id", "order_id", "at"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"))
    channel: Mapped[str]
    actor: Mapped[str]
    what: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    at: Mapped[datetime] = mapped_column(server_default=text("duka_now()"))
