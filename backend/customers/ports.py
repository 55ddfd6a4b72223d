"""What others get to see of a customer."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True)
class CustomerView:
    """A person who buys from one merchant.

    Attributes:
        phone: E.164; `phone_verified` says whether a provider vouched for it.
        language: As last believed, such as `sw` or `hi-Latn`; None before the first belief.
        language_confidence: How sure that belief is, in [0, 1].
    """

    id: str
    merchant_id: str
    name: str | None
    phone: str | None
    phone_verified: bool
    language: str | None
    script: str | None
    language_confidence: float
    opted_out_at: datetime | None
    created_at: datetime

    @property
    def opted_out(self) -> bool:
        """True where we must not write first."""
        return self.opted_out_at is not None


@dataclass(frozen=True, slots=True)
class IdentityView:
    """How to reach the customer on a channel."""

    channel: str
    scope: str
    external_id: str
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class AddressOnFile:
    """A place that the customer had something delivered to."""

    id: str
    text: str
    lat: float | None
    lng: float | None
    last_used_at: datetime


class MerchantCities(Protocol):
    """Where merchants are; vendors serve it."""

    async def city_of(self, session: "AsyncSession", merchant_id: str) -> str:
        """Return the city that a merchant sells in."""
        ...
