"""A cancellation or a yes that is or may be a change: it would undo an order that stands, or book the wrong one."""

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue
from backend.conversations.reading.layout import lay_out
from backend.conversations.reading.pieces import UNREAD, Kind, Piece, cues
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


def _may_be(piece: Piece, listed: Collection[str]) -> bool:
    """Whether a longer word is one slip from one of the listed."""
    return len(piece.key) >= _LONG and is_near(piece.key, listed)


@lru_cache(maxsize=1)
def _less() -> frozenset[str]:
    return frozenset(word for word in cues().less if len(word) >= _LONG)


@lru_cache(maxsize=1)
def _off() -> frozenset[str]:
    return frozenset(word for word in cues().off if len(word) >= _LONG)
