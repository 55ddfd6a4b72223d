"""A cancellation or a yes that is or may be a change: it would undo an order that stands, or book the wrong one."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words
from backend.conversations.reading.history import running_order
from backend.conversations.reading.layout import lay_out
from backend.conversations.reading.pieces import UNREAD, Kind, Piece, cues, either
from backend.conversations.reading.slips import is_near, unmet
from backend.conversations.reading.types import ReadingContext

_UNSURE: Final = 0.6
_LONG: Final = 5


def may_change(intent: str, reading: Mapping[str, Any], catalogue: Catalogue, context: ReadingContext) -> bool:
    """Whether a cancellation may ask for less, or for something off; or whether an unsure yes counts something."""
    if intent == "cancel_order":
        pieces = lay_out(context.text, reading, catalogue)
        strange = [one for one in pieces if one.kind in UNREAD and one.start in unmet(reading)]
        named = any(one.kind is Kind.GOODS for one in pieces)
        return any(_may_be(one, _less()) or (named and _may_be(one, _off())) for one in strange)
    p = float((reading.get("intent") or {}).get("confidence", 1.0))
    return intent == "affirm" and p < _UNSURE and bool(reading.get("amounts"))


def takes_some_off(reading: Mapping[str, Any], catalogue: Catalogue, context: ReadingContext) -> bool:
    """Whether a cancellation speaks of what is on an order: it says so, or refuses some of its rows by their names."""
    if cues().any_in(cues().off_order, context.text):
        return True
    order = context.order or running_order(context.history, catalogue)
    said = words(context.text)
    keys = [fold(word) for _, _, word in said]
    whole = either(_WHOLE, cues().rest)
    if len(order) < _SEVERAL or (reading.get("flags") or {}).get("everything") or not whole.isdisjoint(keys):
        return False
    refused = {
        keys[place] for at, key in enumerate(keys) if key in cues().off for place in _beside(at, said, context.text)
    }
    named = {sku for sku in order for word in catalogue.by_sku[sku].spoken if word.key in keys}
    own = {word.key for sku in named for word in catalogue.by_sku[sku].spoken}
    return 0 < len(named) < len(order) and not refused.isdisjoint(own)


def _beside(at: int, said: Sequence[tuple[int, int, str]], text: str) -> Iterator[int]:
    """The places of the words right beside one, with no sign between them."""
    for place in (at - 1, at + 1):
        if 0 <= place < len(said):
            first, last = sorted((place, at))
            if text[said[first][1] : said[last][0]].isspace():
                yield place


_SEVERAL: Final = 2
_WHOLE: Final = frozenset(map(fold, ("order", "oda", "orders", "ऑर्डर", "everything", "all", "zote", "yote", "vyote")))


def _may_be(piece: Piece, listed: Collection[str]) -> bool:
    """Whether a longer word is one slip from one of the listed."""
    return len(piece.key) >= _LONG and is_near(piece.key, listed)


@lru_cache(maxsize=1)
def _less() -> frozenset[str]:
    return frozenset(word for word in cues().less if len(word) >= _LONG)


@lru_cache(maxsize=1)
def _off() -> frozenset[str]:
    return frozenset(word for word in cues().off if len(word) >= _LONG)
