"""Tables of the catalogue."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Numeric,
    String,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.platform.db.base import Base, Timestamped

QTY = Numeric(12, 3)


class CatalogueVersion(Base):
    """Counts the changes of a merchant's catalogue, so that a process knows when its copy is old."""

    __tablename__ = "catalogue_versions"

    merchant_id: Mapped[str] = mapped_column(ForeignKey("merchants.id"), primary_key=True)
    version: Mapped[int] = mapped_column(server_default="1")


class Item(Base, Timestamped):
    """A SKU in its place on the menu; `stock` is on the shelf, `reserved` of it is promised to orders.

    Where `low_at` is set, the merchant is told when no more than that is left to sell.
    """

    __tablename__ = "items"
    __table_args__ = (
        CheckConstraint("price_minor >= 0", name="price"),
        CheckConstraint("reserved >= 0 AND stock >= reserved", name="stock"),
        CheckConstraint("low_at >= 0", name="low_at"),
        Index("ix_items_merchant_id_position", "merchant_id", "position"),
    )

    merchant_id: Mapped[str] = mapped_column(ForeignKey("merchants.id"), primary_key=True)
    sku: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    aliases: Mapped[list[str]] = mapped_column(server_default=text("'[]'::jsonb"))
    unit: Mapped[str]
    price_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    stock: Mapped[Decimal] = mapped_column(QTY, server_default="0")
    reserved: Mapped[Decimal] = mapped_column(QTY, server_default="0")
    low_at: Mapped[Decimal | None] = mapped_column(QTY)
    options: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    active: Mapped[bool] = mapped_column(server_default="true")
    position: Mapped[int] = mapped_column(server_default="0")


class StockReservation(Base):
    """Stock promised to an order, one row a SKU."""

    __tablename__ = "stock_reservations"
    __table_args__ = (
        CheckConstraint("state IN ('held', 'committed', 'released')", name="state"),
        CheckConstraint("qty > 0", name="qty"),
        ForeignKeyConstraint(["merchant_id", "sku"], ["items.merchant_id", "items.sku"]),
        Index("ix_stock_reservations_merchant_id_sku", "merchant_id", "sku"),
    )

    order_id: Mapped[str] = mapped_column(primary_key=True)
    sku: Mapped[str] = mapped_column(primary_key=True)
    merchant_id: Mapped[str]
    qty: Mapped[Decimal] = mapped_column(QTY)
    state: Mapped[str] = mapped_column(server_default="held")
    expires_at: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(server_default=text("duka_now()"))
    settled_at: Mapped[datetime | None]


class StockMovement(Base):
    """A change of shelf stock or price by hand or by import, with its reason."""

    __tablename__ = "stock_movements"
    __table_args__ = (
        ForeignKeyConstraint(["merchant_id", "sku"], ["items.merchant_id", "items.sku"]),
        Index("ix_stock_movements_merchant_id_sku", "merchant_id", "sku", "at"),
        Index(
            "uq_stock_movements_command_id",
            "merchant_id",
            "command_id",
            unique=True,
            postgresql_where=text("command_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    merchant_id: Mapped[str]
    sku: Mapped[str]
    old_stock: Mapped[Decimal] = mapped_column(QTY)
    new_stock: Mapped[Decimal] = mapped_column(QTY)
    old_price_minor: Mapped[int] = mapped_column(BigInteger)
    new_price_minor: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str]
    actor: Mapped[str]
    command_id: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(server_default=text("duka_now()"))


class ItemPrice(Base):
    """A price that begins at an instant; a timer puts it in force, and it may be withdrawn until then."""

    __tablename__ = "item_prices"
    __table_args__ = (
        CheckConstraint("price_minor >= 0", name="price"),
        CheckConstraint("state IN ('planned', 'in_force', 'withdrawn')", name="state"),
        ForeignKeyConstraint(["merchant_id", "sku"], ["items.merchant_id", "items.sku"]),
        Index(
            "uq_item_prices_planned",
            "merchant_id",
            "sku",
            "from_at",
            unique=True,
            postgresql_where=text("state = 'planned'"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    merchant_id: Mapped[str]
    sku: Mapped[str]
    price_minor: Mapped[int] = mapped_column(BigInteger)
    from_at: Mapped[datetime]
    reason: Mapped[str]
    actor: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="planned")
    created_at: Mapped[datetime] = mapped_column(server_default=text("duka_now()"))
