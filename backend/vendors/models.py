"""Tables of vendors."""

from datetime import time
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.platform.db.base import Base, Timestamped
from backend.platform.db.types import EncryptedText


class Merchant(Base, Timestamped):
    """A business with one catalogue and its accounts at the providers."""

    __tablename__ = "merchants"
    __table_args__ = (
        CheckConstraint("currency IN ('KES', 'INR')", name="currency"),
        Index(
            "uq_merchants_wa_phone_number_id",
            "wa_phone_number_id",
            unique=True,
            postgresql_where=text("wa_phone_number_id IS NOT NULL"),
        ),
        Index(
            "uq_merchants_ig_account_id",
            "ig_account_id",
            unique=True,
            postgresql_where=text("ig_account_id IS NOT NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    city: Mapped[str]
    country: Mapped[str] = mapped_column(String(2))
    currency: Mapped[str] = mapped_column(String(3))
    timezone: Mapped[str]
    default_language: Mapped[str]
    wa_phone_number_id: Mapped[str | None]
    ig_account_id: Mapped[str | None]
    shortcode: Mapped[str | None]
    upi_vpa: Mapped[str | None]
    settings: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))


class Vendor(Base, Timestamped):
    """An outlet that prepares orders; `misses` counts orders in a row that it did not answer."""

    __tablename__ = "vendors"
    __table_args__ = (
        CheckConstraint("misses >= 0", name="misses"),
        Index("ix_vendors_merchant_id", "merchant_id"),
        Index("ix_vendors_phone_index", "phone_index"),
        Index("ix_vendors_city", "city"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    merchant_id: Mapped[str] = mapped_column(ForeignKey("merchants.id"))
    name: Mapped[str]
    phone: Mapped[str] = mapped_column(EncryptedText)
    phone_index: Mapped[bytes]
    wa_id: Mapped[str | None] = mapped_column(EncryptedText)
    language: Mapped[str]
    city: Mapped[str]
    tier: Mapped[str] = mapped_column(server_default="standard")
    active: Mapped[bool] = mapped_column(server_default="true")
    inactive_reason: Mapped[str | None]
    lat: Mapped[float | None]
    lng: Mapped[float | None]
    address_text: Mapped[str] = mapped_column(server_default="")
    misses: Mapped[int] = mapped_column(server_default="0")


class VendorHours(Base):
    """When an outlet is open on a weekday, local time; a day without a row is closed."""

    __tablename__ = "vendor_hours"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("opens < closes", name="span"),
    )

    vendor_id: Mapped[str] = mapped_column(ForeignKey("vendors.id", ondelete="CASCADE"), primary_key=True)
    weekday: Mapped[int] = mapped_column(primary_key=True)
    opens: Mapped[time] = mapped_column(primary_key=True)
    closes: Mapped[time]
