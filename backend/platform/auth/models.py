"""Staff accounts."""

from typing import Any

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.platform.db.base import Base, Timestamped
from backend.platform.db.types import EncryptedText


class StaffUser(Base, Timestamped):
    """A person who logs in to the console."""

    __tablename__ = "staff_user"
    __table_args__ = (CheckConstraint("login = lower(login)", name="login_lower"),)

    id: Mapped[str] = mapped_column(String, primary_key=True)
    login: Mapped[str] = mapped_column(String, unique=True)
    name: Mapped[str]
    password_hash: Mapped[str]
    roles: Mapped[list[Any]]
    cities: Mapped[list[Any]]
    merchant_id: Mapped[str | None]
    phone: Mapped[str | None] = mapped_column(EncryptedText)
    language: Mapped[str] = mapped_column(server_default="en")
    active: Mapped[bool] = mapped_column(server_default="true")
