"""Counts that may be a total: "three mandazi, one coconut" are three or four, and "four, sorry, six brown" are six."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words
from backend.catalog.linking.lexicon import lexicon
from backend.conversations.reading.item import ADD, Item
from backend.conversations.reading.partly import SOME_OF_THEM
from backend.conversations.reading.pieces import cues, of_them
from backend.conversations.reading.sorts import sorts_of

_SENTENCE_SIGNS: Final = frozenset(".;\n।!?")


def may_be_total(items: Sequence[Item], text: str, catalogue: Catalogue) -> bool:
    """Whether what is said behind a counted good may be some of it, or come in its place.

    Args:
        items: The items of an order.
        text: The message.
        catalogue: The merchant's rows.
    """
    if of_them(text) is not None:
        return False
    ordered = [item for item in items if item.role == ADD and item.sku and item.resolution.rule != SOME_OF_THEM]
    pairs = ((one, other) for one, other in pairwise(ordered) if _is_another_sort(one, other, text, catalogue))
    return any(_may_be_some(one, other, text) or _takes_its_place(one, other, text) for one, other in pairs)


def _is_another_sort(item: Item, other: Item, text: str, catalogue: Catalogue) -> bool:
    """Whether the second is a sort of the first, named by what tells it alone ("mandazi 3, coconut 1")."""
    named = {fold(word) for _, _, word in words(text[other.start : other.end])}
    if item.sku == other.sku or item.end > other.start or not named.isdisjoint(item.keys):
        return False
    rows = sorts_of(item, catalogue)
    own, its = catalogue.by_sku[item.sku or ""], catalogue.by_sku[other.sku or ""]
    return other.sku in rows and item.sku in rows and bool(own.kin & its.kin)


def _says_size(item: Item) -> bool:
    wanted = item.wanted
    return bool(wanted.measure or wanted.size or wanted.portion) or not lexicon().sizes.keys().isdisjoint(item.keys)


def _may_be_some(item: Item, part: Item, text: str) -> bool:
    """Whether a comma and a smaller count lead to a sort of a good whose own sort was not said."""
    had, count = item.wanted.count or 1, part.wanted.count or 1
    between = text[item.end : part.start]
    joined = not cues().joins.isdisjoint(fold(word) for _, _, word in words(between))
    if _says_size(item) and _says_size(part):  # "Two large, one small" lists both.
        return False
    return had > count and not joined and "," in between and _SENTENCE_SIGNS.isdisjoint(between)


def _takes_its_place(item: Item, other: Item, text: str) -> bool:
    """Whether a word that corrects stands between a good and another sort of it."""
    between = {fold(word) for _, _, word in words(text[item.end : other.start])}
    return not cues().corrections.isdisjoint(between)
