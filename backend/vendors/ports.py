"""What others get to see of merchants and outlets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any


@dataclass(frozen=True, slots=True)
class MerchantView:
    """A business with one catalogue; `settings` holds its thresholds and choices."""

    id: str
    name: str
    city: str
    country: str
    currency: str
    timezone: str
    default_language: str
    wa_phone_number_id: str | None = None
    ig_account_id: str | None = None
    shortcode: str | None = None
    upi_vpa: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VendorView:
    """An outlet; `phone` is E.164 and `wa_id` the number as WhatsApp writes it."""

    id: str
    merchant_id: str
    name: str
    phone: str
    wa_id: str | None
    language: str
    city: str
    tier: str
    active: bool
    inactive_reason: str | None
    lat: float | None
    lng: float | None
    address_text: str
    misses: int


@dataclass(frozen=True, slots=True)
class Miss:
    """An order that an outlet did not answer; the trace is that of the moment where empty."""

    vendor_id: str
    trace_id: str = ""


@dataclass(frozen=True, slots=True)
class OpenSpan:
    """A span in which an outlet is open, in its merchant's local time; Monday is 0."""

    weekday: int
    opens: time
    closes: time

    def holds(self, local: datetime) -> bool:
        """True where the local time lies in the span."""
        return self.weekday == local.weekday() and self.opens <= local.time() < self.closes


@dataclass(frozen=True, slots=True)
class NewMerchant:
    """A merchant to create or bring up to date."""

    id: str
    name: str
    city: str
    country: str
    currency: str
    timezone: str
    default_language: str
    wa_phone_number_id: str | None = None
    ig_account_id: str | None = None
    shortcode: str | None = None
    upi_vpa: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewVendor:
    """An outlet to create or bring up to date; `phone` in E.164."""

    id: str
    merchant_id: str
    name: str
    phone: str
    language: str
    city: str
    tier: str = "standard"
    lat: float | None = None
    lng: float | None = None
    address_text: str = ""
    wa_id: str | None = None
    hours: tuple[OpenSpan, ...] = ()


@dataclass(frozen=True, slots=True)
class VendorFilter:
    """Which outlets are wanted; None means any."""

    cities: frozenset[str] | None = None
    merchant_id: str | None = None
    active: bool | None = None
