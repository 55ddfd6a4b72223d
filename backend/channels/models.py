"""Tables of the channels: what providers said about our sends, and how our templates stand."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from backend.platform.db.base import Base, Timestamped


class ChannelReceipt(Base, Timestamped):
    """The first sign that a send reached the provider, found by the reference that we sent with it."""

    __tablename__ = "channel_receipts"

    reference: Mapped[str] = mapped_column(primary_key=True)
    provider_id: Mapped[str]
    status: Mapped[str]


class ChannelNumber(Base, Timestamped):
    """The provider's account that one of our numbers belongs to, as its webhooks tell; templates are that account's."""

    __tablename__ = "channel_numbers"

    number: Mapped[str] = mapped_column(primary_key=True)
    account: Mapped[str]


class ChannelTemplate(Base, Timestamped):
    """How one template stands with the provider; templates without a row count as approved."""

    __tablename__ = "channel_templates"

    account: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    status: Mapped[str]
    reason: Mapped[str] = mapped_column(server_default="")
    changed_at: Mapped[datetime]
