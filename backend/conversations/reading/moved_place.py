"""Asking to change where an order goes, which is neither to cancel it nor to ask where it is."""

import re
from collections.abc import Mapping
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words, words_before, words_behind
from backend.catalog.linking.lexicon import phrase_key
from backend.conversations.reading.intents import TAKEN_FOR, intent_of, ranked, read_as
from backend.conversations.reading.pieces import places_of
from backend.conversations.reading.types import ReadingContext

_WHERE: Final = frozenset(map(fold, ("where", "wapi", "kahan", "kahaan", "kaha", "kuthe", "कहाँ", "कहां", "कुठे")))
_CHANGES: Final = frozenset(
    map(
        fold,
        ("change", "badilisha", "kubadilisha", "nibadilishe", "badalna", "badalni", "badlaycha", "बदलना", "बदलायचा"),
    )
)
_NEAR: Final = 2
_BRINGS: Final = re.compile(
    r"[mnuiz]{0,3}(?:let|pelek)|deliver|bring|send|drop|bhej|de(?:na|do)?$|pahu|pathv|pohoch|भेज|दे|ला|पाठव|पहुँच|पोहोच"
)
_ELSEWHERE: Final = frozenset(
    map(
        phrase_key,
        (
            "somewhere else", "another place", "different place", "another address", "different address",
            "mahali pengine", "pahali pengine", "mahali pingine", "place ingine", "kwingine", "address ingine",
            "kahin aur", "kahi aur", "dusri jagah", "doosri jagah", "dusre pate", "dusrikade", "dusrya thikani",
            "dusrya pattyavar", "कहीं और", "दूसरी जगह", "दूसरे पते", "दुसरीकडे", "दुसऱ्या ठिकाणी", "दुसऱ्या पत्त्यावर",
        ),
    )
)  # fmt: skip


def moves_it(reading: Mapping[str, Any], catalogue: Catalogue, context: ReadingContext) -> Mapping[str, Any] | None:
    """A word of changing with a "where" close behind it, or of another place, changes the address."""
    del catalogue
    if intent_of(reading) == "modify_order" and reading.get("mentions"):
        return None
    if any(_is_brought(context.text, *place) for place in places_of(_ELSEWHERE, context.text)):
        return _as_moved(reading)
    keys = [fold(word) for _, _, word in words(context.text)]
    led = [place for place, key in enumerate(keys) if key in _CHANGES]
    if not any(not _WHERE.isdisjoint(keys[place + 1 : place + 1 + _NEAR]) for place in led):
        return None
    return _as_moved(reading)


def _is_brought(text: str, start: int, end: int) -> bool:
    """Whether a word of bringing stands close to a place; "I got it somewhere else" calls an order off."""
    beside = [*words_before(text, start)[-_NEAR:], *words_behind(text, end)[:_NEAR]]
    return any(_BRINGS.match(word.lower()) for _, _, word in beside)


def _as_moved(reading: Mapping[str, Any]) -> Mapping[str, Any]:
    return read_as(reading, "change_address", max(ranked(reading).get("change_address", 0.0), TAKEN_FOR))
