"""What a change of an order comes to: rows off, quantities on, and what it leaves to be asked about."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from backend.catalog.linking.folding import fold, words
from backend.catalog.linking.quantities import Wanted
from backend.catalog.linking.resolve import Resolution, Status
from backend.conversations.reading.item import Item
from backend.conversations.reading.pieces import cues
from backend.conversations.reading.segment import Segment


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


def is_another(item: Item, sku: str) -> bool:
    """Whether an item is the whole name of another row ("take the chain off, put the chain kit on")."""
    found = item.resolution
    return found.status is Status.SURE and found.exact and not item.guessed and item.sku != sku


def amounts_to_much(wanted: Wanted) -> bool:
    """Whether an amount says how many, or of what weight."""
    return wanted.count is not None or wanted.measure is not None


def as_size(segment: Segment, text: str) -> Segment:
    """A number behind a word of size ("size 9 instead") as the size that it names."""
    before = [fold(word) for _, _, word in words(text[: segment.start])][-1:]
    count = segment.wanted.count
    if segment.keys or count is None or cues().number_words.isdisjoint(before):
        return segment
    return replace(segment, keys=(f"{float(count):g}",), wanted=replace(segment.wanted, count=None))


def other_row(found: Resolution, sku: str, order: Mapping[str, Fraction]) -> bool:
    """Whether a row is settled that the order does not have yet."""
    return found.status is Status.SURE and found.sku != sku and found.sku not in order and len(found.lines) == 1
