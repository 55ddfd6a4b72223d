"""Goods of an order that may not be what was counted: carried to a strange container, told anew, or one of a pair."""

from collections.abc import Mapping, Sequence
from itertools import combinations, pairwise
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words, words_before, words_behind
from backend.catalog.linking.lexicon import lexicon
from backend.conversations.reading.item import Item
from backend.conversations.reading.pieces import cues, places_of

_NEAR: Final = 2


def may_be_counted_otherwise(
    text: str, ordered: Sequence[Item], reading: Mapping[str, Any], catalogue: Catalogue
) -> bool:
    """Whether some goods of an order may be meant in another number or row.

    Args:
        text: The message.
        ordered: The items that an order puts on, each of one row.
        reading: The bot's reading, for what it took for goods.
        catalogue: The merchant's rows.
    """
    return (
        any(_is_other_good(*pair, text, reading, catalogue) for pair in pairwise(ordered))
        or any(_is_told_anew(*pair, text) for pair in combinations(ordered, _NEAR))
        or (cues().any_in(_BOTH, text) and any(_is_of_both(item, ordered, text, catalogue) for item in ordered))
    )


def _is_other_good(last: Item, item: Item, text: str, reading: Mapping[str, Any], catalogue: Catalogue) -> bool:
    """Whether a container that the bot takes for a good was read as more of the last one ("cups 2, plate 1 pack")."""
    if last.sku != item.sku:
        return False
    row, mentions = catalogue.by_sku[item.sku or ""], reading.get("mentions") or ()
    named = [text[one["start"] : one["end"]] for one in mentions if item.start <= one["start"] < item.end]
    held = [lexicon().containers.get(fold(name)) for name in named]
    own = {row.container, *(lexicon().containers.get(word.key) for word in row.spoken)}
    return any(one is not None and one not in own for one in held)


def _is_told_anew(one: Item, other: Item, text: str) -> bool:
    """Whether the same good is named again, with just so many of it ("ludo 2, chess 1, ludo ek hi rakho")."""
    if one.sku != other.sku or one.unamounted or other.unamounted:
        return False
    exact = any(other.start <= start <= other.end for start, _ in places_of(cues().exactly, text))
    behind = {fold(word) for _, _, word in words_behind(text, other.end)[:_NEAR]}
    return exact or not behind.isdisjoint(cues().set | cues().keeps_after)


def _is_of_both(item: Item, ordered: Sequence[Item], text: str, catalogue: Catalogue) -> bool:
    """Whether "both" leads to a good that comes in several sizes, of which one alone was read ("dono cube ek ek")."""
    led = {fold(word) for _, _, word in words_before(text, item.start)[-1:]}
    led |= {fold(word) for _, _, word in words(text[item.start : item.end])[:1]}
    if led.isdisjoint(_BOTH):
        return False
    row = catalogue.row_of[item.sku or ""]
    others = {catalogue.items[one].sku for one in catalogue.siblings(row)} - {item.sku}
    return bool(others) and others.isdisjoint(one.sku for one in ordered)


_BOTH: Final = frozenset(map(fold, ("both", "dono", "donhi", "दोनों", "दोन्ही", "zote mbili")))
