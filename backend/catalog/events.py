"""What has happened to a merchant's catalogue."""

from dataclasses import dataclass
from typing import ClassVar

from backend.platform.events import Event


@dataclass(frozen=True)
class CatalogueChanged(Event):
    """Items or prices of a merchant have changed; stock that orders take is no such change."""

    topic: ClassVar[str] = "catalogue.changed"

    merchant_id: str
    created: int
    updated: int
    reason: str

    @property
    def key(self) -> str:
        """The merchant's id."""
        return self.merchant_id


@dataclass(frozen=True)
class StockLow(Event):
    """An item has come down to the merchant's mark; `left` is what may still be sold, as a decimal number."""

    topic: ClassVar[str] = "catalogue.stock_low"

    merchant_id: str
    sku: str
    name: str
    unit: str
    left: str

    @property
    def key(self) -> str:
        """The merchant's id."""
        return self.merchant_id


@dataclass(frozen=True)
class StockOversold(Event):
    """Somebody counted less of an item than orders were promised; `orders` are those that hold it, the newest first."""

    topic: ClassVar[str] = "catalogue.stock_oversold"

    merchant_id: str
    sku: str
    name: str
    unit: str
    counted: str
    promised: str
    orders: tuple[str, ...]

    @property
    def key(self) -> str:
        """The merchant's id."""
        return self.merchant_id
