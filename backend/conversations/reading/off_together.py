"""Goods that come off an order together: "take off the marie and the bhujia"."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Final

from backend.catalog.linking.folding import fold, words
from backend.catalog.linking.quantities import Wanted
from backend.conversations.reading.item import ADD, REMOVE, Item
from backend.conversations.reading.pieces import cues

_ARTICLES: Final = frozenset({"the", "a", "an", "that", "those", "hiyo", "hizo", "ile", "zile", "wo", "te", "ti", "to"})
_ENDS: Final = (",", ".", "!", "?", ";", "\n", "।")


def off_together(items: Sequence[Item], text: str, order: Mapping[str, Fraction]) -> list[Item]:
    """The items, of which one that is on the order comes off too where an "and" alone joins it to what comes off.

    Args:
        items: The items of a change in order.
        text: The message.
        order: The running order.
    """
    out = list(items)
    for place, (before, item) in enumerate(pairwise(items), 1):
        listed = out[place - 1].role == REMOVE and item.role == ADD and item.unamounted and item.sku in order
        if listed and _joins(text[before.end : item.start]) and _ends(text[item.end :]):
            out[place] = replace(item, role=REMOVE)
    return [_without_lent(item, out) for item in out]


def _without_lent(item: Item, items: Sequence[Item]) -> Item:
    """An item that comes off, without an amount that is also of what comes on ("no milk, juice, both one litre")."""
    lent = item.role == REMOVE and not item.unamounted
    lent = lent and any(one.role == ADD and one.amounts == item.amounts for one in items)
    return replace(item, amounts=(), wanted=Wanted()) if lent else item


def _joins(gap: str) -> bool:
    """Whether an "and" stands between two goods, and nothing else does but an article."""
    said = [fold(word) for _, _, word in words(gap)]
    between = [key for key in said if key not in _ARTICLES]
    return len(between) == 1 and between[0] in cues().joins and "," not in gap


def _ends(rest: str) -> bool:
    """Whether a clause ends at a place, or a word of taking off stands there."""
    first = next((word.lower() for _, _, word in words(rest)), "")
    return first in {"", "off", "out"} or fold(first) in cues().off_after or rest.lstrip(" ").startswith(_ENDS)
