"""What others get to see of items and stock."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True)
class ItemView:
    """A SKU; `available` is what may still be sold."""

    merchant_id: str
    sku: str
    name: str
    aliases: tuple[str, ...]
    unit: str
    price_minor: int
    currency: str
    stock: Decimal
    reserved: Decimal
    options: Mapping[str, tuple[str, ...]]
    active: bool
    low_at: Decimal | None = None

    @property
    def available(self) -> Decimal:
        """What is on the shelf and not promised."""
        return self.stock - self.reserved

    @property
    def low(self) -> bool:
        """True where so little is left to sell that the merchant wants to know."""
        return self.low_at is not None and self.available <= self.low_at


@dataclass(frozen=True, slots=True)
class StockLine:
    """How much of a SKU, in its unit."""

    sku: str
    qty: Decimal


@dataclass(frozen=True, slots=True)
class ItemChanges:
    """What to change of an item; None leaves a value as it is."""

    stock: Decimal | None = None
    price_minor: int | None = None
    name: str | None = None
    aliases: tuple[str, ...] | None = None
    active: bool | None = None
    low_at: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A row of a catalogue file that can be used; `position` is its place in the file."""

    sku: str
    name: str
    aliases: tuple[str, ...]
    unit: str
    price_minor: int
    currency: str
    stock: Decimal
    options: Mapping[str, tuple[str, ...]]
    position: int


class RowOutcome(StrEnum):
    """What becomes of a row."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class RowReport:
    """What becomes of one row of a file.

    Attributes:
        line: The line in the file; the header is line 1.
        changes: Old and new value by column, for an update.
        errors: What is wrong, in words that say how to put it right, for a rejected row.
    """

    line: int
    sku: str
    outcome: RowOutcome
    changes: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import does, or would do; `absent` are SKUs that the file does not name and that stay."""

    rows: tuple[RowReport, ...]
    absent: tuple[str, ...]
    applied: bool

    def count(self, outcome: RowOutcome) -> int:
        """Return how many rows came out so."""
        return sum(row.outcome is outcome for row in self.rows)


class Shops(Protocol):
    """What the catalogue must know of merchants; vendors serve it."""

    async def merchant_of(self, session: "AsyncSession", vendor_id: str) -> str:
        """Return the id of the merchant that an outlet belongs to."""
        ...

    async def currency_of(self, session: "AsyncSession", merchant_id: str) -> str:
        """Return the currency that a merchant sells in."""
        ...

    async def city_of(self, session: "AsyncSession", merchant_id: str) -> str:
        """Return the city that a merchant sells in."""
        ...
