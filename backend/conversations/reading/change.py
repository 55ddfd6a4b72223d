"""What a change of an order comes to: rows off, quantities on, and what it leaves to be asked about."""

from dataclasses import dataclass, field
from fractions import Fraction

from backend.conversations.reading.items import Item


@dataclass(slots=True)
class Change:
    """What a change comes to: SKUs off, then quantities on; `open_items` are those that it leaves to be asked about."""

    removed: list[str] = field(default_factory=list)
    added: dict[str, Fraction] = field(default_factory=dict)
    open_items: list[Item] = field(default_factory=list)
    unclear: bool = False
    lost: bool = False

    def set(self, sku: str, quantity: Fraction) -> None:
        """Put a row of the order to a new quantity."""
        self.take_off(sku)
        if quantity > 0:
            self.added[sku] = quantity

    def take_off(self, sku: str) -> None:
        """Take a row off the order."""
        if sku not in self.removed:
            self.removed.append(sku)

    def add(self, sku: str, quantity: Fraction) -> None:
        """Put more of a row on the order."""
        self.added[sku] = self.added.get(sku, Fraction(0)) + quantity

    @property
    def empty(self) -> bool:
        """Whether it changes nothing."""
        return not self.removed and not self.added
