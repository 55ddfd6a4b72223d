"""Tables of customers."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.platform.db.base import Base, Timestamped
from backend.platform.db.types import EncryptedText


class Customer(Base, Timestamped):
    """A person who buys from one merchant."""

    __tablename__ = "customers"
    __table_args__ = (
        CheckConstraint("language_confidence BETWEEN 0 AND 1", name="language_confidence"),
        Index(
            "ix_customers_phone_index",
            "merchant_id",
            "phone_index",
            postgresql_where=text("phone_index IS NOT NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    merchant_id: Mapped[str] = mapped_column(ForeignKey("merchants.id"))
    name: Mapped[str | None]
    phone: Mapped[str | None] = mapped_column(EncryptedText)
    phone_index: Mapped[bytes | None]
    phone_verified: Mapped[bool] = mapped_column(server_default="false")
    language: Mapped[str | None]
    script: Mapped[str | None]
    language_confidence: Mapped[float] = mapped_column(server_default="0")
    opted_out_at: Mapped[datetime | None]
    consent: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))


class CustomerIdentity(Base):
    """The customer's id on a channel, within the account that they wrote to; ids may be phone numbers."""

    __tablename__ = "customer_identities"
    __table_args__ = (
        UniqueConstraint("channel", "scope", "external_index"),
        Index("ix_customer_identities_customer_id", "customer_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"))
    channel: Mapped[str]
    scope: Mapped[str]
    external_id: Mapped[str] = mapped_column(EncryptedText)
    external_index: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(server_default=text("duka_now()"))
    last_seen_at: Mapped[datetime] = mapped_column(server_default=text("duka_now()"))


class CustomerAddress(Base):
    """A place that the customer had something delivered to."""

    __tablename__ = "customer_addresses"
    __table_args__ = (
        UniqueConstraint("customer_id", "text_index"),
        Index("ix_customer_addresses_customer_id", "customer_id", "last_used_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"))
    address_text: Mapped[str] = mapped_column(EncryptedText)
    text_index: Mapped[bytes]
    lat: Mapped[float | None]
    lng: Mapped[float | None]
    last_used_at: Mapped[datetime] = mapped_column(server_default=text("duka_now()"))
