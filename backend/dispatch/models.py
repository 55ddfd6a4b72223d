"""Tables of dispatch."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.platform.db.base import Base, Timestamped
from backend.platform.db.types import EncryptedText

LIVE = text("state IN ('offered', 'accepted', 'picked_up')")


class Rider(Base, Timestamped):
    """A person who carries orders."""

    __tablename__ = "riders"
    __table_args__ = (
        CheckConstraint("capacity > 0", name="capacity"),
        Index("ix_riders_phone_index", "phone_index"),
        Index("ix_riders_city", "city"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    phone: Mapped[str] = mapped_column(EncryptedText)
    phone_index: Mapped[bytes]
    language: Mapped[str]
    city: Mapped[str]
    merchant_id: Mapped[str | None]
    active: Mapped[bool] = mapped_column(server_default="true")
    on_shift: Mapped[bool] = mapped_column(server_default="false")
    capacity: Mapped[int] = mapped_column(server_default="3")
    lat: Mapped[float | None]
    lng: Mapped[float | None]
    seen_at: Mapped[datetime | None]


class Assignment(Base, Timestamped):
    """One offer of one order to one rider; at most one of an order is live."""

    __tablename__ = "assignments"
    __table_args__ = (
        CheckConstraint(
            "state IN ('offered', 'accepted', 'picked_up', 'delivered', 'rejected', 'expired', 'failed', 'released')",
            name="state",
        ),
        Index("uq_assignments_live", "order_id", unique=True, postgresql_where=LIVE),
        Index("ix_assignments_rider_id", "rider_id", "state"),
        Index("ix_assignments_order_id", "order_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"))
    rider_id: Mapped[str] = mapped_column(ForeignKey("riders.id"))
    round: Mapped[int]
    state: Mapped[str]
    otp_tries: Mapped[int] = mapped_column(server_default="0")
    proof: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    reason: Mapped[str] = mapped_column(server_default="")
    route: Mapped[str | None]
    off_routes: Mapped[int] = mapped_column(server_default="0")
    off_route_since: Mapped[datetime | None]
    picked_up_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    fee_minor: Mapped[int] = mapped_column(BigInteger, server_default="0")
    currency: Mapped[str] = mapped_column(server_default="")


class Proof(Base, Timestamped):
    """A photo or signature that proves a delivery; sealed once all of it has come and was found to be a picture.

    A sealed row never changes: the database refuses it, and keeps content and hash in step.
    """

    __tablename__ = "proofs"
    __table_args__ = (
        CheckConstraint("kind IN ('photo', 'signature')", name="kind"),
        CheckConstraint("length > 0", name="length"),
        CheckConstraint("received BETWEEN 0 AND length", name="received"),
        CheckConstraint(
            "CASE WHEN sealed_at IS NULL THEN content IS NULL AND sha256 IS NULL"
            " ELSE received = length AND media_type IS NOT NULL AND sha256 IS NOT NULL AND content IS NOT NULL"
            " AND sha256 = encode(sha256(content), 'hex') END",
            name="sealed",
        ),
        Index("ix_proofs_order_id", "order_id"),
        Index("ix_proofs_expires_at", "expires_at", postgresql_where=text("sealed_at IS NULL")),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"))
    rider_id: Mapped[str] = mapped_column(ForeignKey("riders.id"))
    kind: Mapped[str]
    length: Mapped[int]
    received: Mapped[int] = mapped_column(server_default="0")
    expires_at: Mapped[datetime]
    sealed_at: Mapped[datetime | None]
    media_type: Mapped[str | None]
    sha256: Mapped[str | None]
    content: Mapped[bytes | None] = mapped_column(deferred=True)


class ProofPart(Base):
    """What one request brought of a proof that is not sealed yet."""

    __tablename__ = "proof_parts"

    proof_id: Mapped[str] = mapped_column(ForeignKey("proofs.id", ondelete="CASCADE"), primary_key=True)
    offset: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes]
