"""What may be sent when, by channel: rows, and one pure decision over them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from backend.channels.ports import Channel, Permission


@dataclass(frozen=True, slots=True)
class WindowRule:
    """One channel's windows, counted from the customer's last message.

    Attributes:
        free: Anything may be sent.
        person: Words typed by a person may be sent.
        templates: Whether approved templates may be sent after that.
    """

    free: timedelta
    person: timedelta
    templates: bool


RULES: Final = {
    Channel.WHATSAPP: WindowRule(free=timedelta(hours=24), person=timedelta(hours=24), templates=True),
    Channel.INSTAGRAM: WindowRule(free=timedelta(hours=24), person=timedelta(days=7), templates=False),
}


PRIVATE_REPLY: Final = timedelta(days=7)  # One message to who wrote a public comment, within this time.


def permission(channel: Channel, last_inbound_at: datetime | None, now: datetime) -> Permission:
    """Say what may be sent to a customer who last wrote at `last_inbound_at` (None: never)."""
    rule = RULES[channel]
    age = now - last_inbound_at if last_inbound_at is not None else None
    if age is not None and age < rule.free:
        return Permission.FREE
    if rule.templates:
        return Permission.TEMPLATE_ONLY
    return Permission.PERSON_ONLY if age is not None and age < rule.person else Permission.NOTHING


def open_until(channel: Channel, last_inbound_at: datetime | None) -> datetime | None:
    """Return when the free window ends; None where the customer never wrote."""
    return last_inbound_at + RULES[channel].free if last_inbound_at is not None else None
