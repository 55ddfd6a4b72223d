"""One item of a message: what was said of a good, and the row that it means."""

from dataclasses import dataclass, replace
from typing import Final

from backend.catalog.linking.quantities import Wanted
from backend.catalog.linking.resolve import Resolution

ADD: Final = "add"
REMOVE: Final = "remove"
ELSEWHERE: Final = (-1,)  # the amounts of an item whose amount another message says


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a message: its words, amounts, role, and what they resolve to."""

    start: int
    end: int
    text: str
    keys: tuple[str, ...]
    weak: frozenset[str]
    amounts: tuple[int, ...]
    wanted: Wanted
    resolution: Resolution
    role: str = ADD
    mention: int | None = None
    guessed: bool = False
    corrects: tuple[tuple[int, int], ...] = ()  # where the items stood that it was said instead of

    def holds(self, place: int) -> bool:
        """Whether it, or what it corrects, was read from the place of a message."""
        if self.start <= place < self.end:
            return True
        return bool(self.corrects) and any(start <= place < end for start, end in self.corrects)

    def instead_of(self, start: int, end: int) -> "Item":
        """The same, said instead of what stands at a place of the message."""
        return replace(self, corrects=(*self.corrects, (start, end)))

    @property
    def unamounted(self) -> bool:
        """Whether nothing was said of how much."""
        return not self.amounts

    @property
    def sku(self) -> str | None:
        """The row it means, where that is settled."""
        return self.resolution.sku
