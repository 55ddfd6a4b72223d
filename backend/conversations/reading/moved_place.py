"""Asking to change where an order goes, which is neither to cancel it nor to ask where it is."""

from collections.abc import Mapping
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words
from backend.conversations.reading.intents import TAKEN_FOR, ranked, read_as
from backend.conversations.reading.types import ReadingContext

_WHERE: Final = frozenset(map(fold, ("where", "wapi", "kahan", "kahaan", "kaha", "kuthe", "कहाँ", "कहां", "कुठे")))
_CHANGES: Final = frozenset(
    map(
        fold,
        ("change", "badilisha", "kubadilisha", "nibadilishe", "badalna", "badalni", "badlaycha", "बदलना", "बदलायचा"),
    )
)
_NEAR: Final = 2


def moves_it(reading: Mapping[str, Any], catalogue: Catalogue, context: ReadingContext) -> Mapping[str, Any] | None:
    """A word of changing with a "where" close behind it changes the address."""
    del catalogue
    keys = [fold(word) for _, _, word in words(context.text)]
    led = [place for place, key in enumerate(keys) if key in _CHANGES]
    if not any(not _WHERE.isdisjoint(keys[place + 1 : place + 1 + _NEAR]) for place in led):
        return None
    return read_as(reading, "change_address", max(ranked(reading).get("change_address", 0.0), TAKEN_FOR))
