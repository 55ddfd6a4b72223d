"""Tables of reports."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.platform.db.base import Base


class KeptReport(Base):
    """A report as it was made when its time was over; never changed."""

    __tablename__ = "kept_reports"
    __table_args__ = (CheckConstraint("kind IN ('day', 'week', 'month')", name="kind"),)

    merchant_id: Mapped[str] = mapped_column(ForeignKey("merchants.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String, primary_key=True)
    first: Mapped[date] = mapped_column(primary_key=True)
    body: Mapped[dict[str, Any]]
    sent_to: Mapped[int] = mapped_column(server_default="0")
    made_at: Mapped[datetime] = mapped_column(server_default=text("duka_now()"))
