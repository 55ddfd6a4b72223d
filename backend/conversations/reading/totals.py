"""Counts that may be a total: "three mandazi, one coconut" are three or four, and "four, sorry, six brown" are six."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate, pairwise, takewhile
from typing import Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words
from backend.catalog.linking.lexicon import lexicon, sense_of
from backend.catalog.linking.terms import read_keys
from backend.conversations.reading.choices import is_between
from backend.conversations.reading.item import ADD, Item
from backend.conversations.reading.partly import SOME_OF_THEM
from backend.conversations.reading.pieces import cues, of_them
from backend.conversations.reading.sorts import sorts_of

_WITH: Final = frozenset(map(fold, ("with", "pamoja", "saath", "sath", "sobat", "साथ", "both")))
_FEWEST: Final = 2
_SENTENCE_SIGNS: Final = frozenset(".;\n।!?")


def may_be_total(items: Sequence[Item], text: str, catalogue: Catalogue) -> bool:
    """Whether what is said behind a counted good may be some of it, or come in its place.

    Args:
        items: The items of an order.
        text: The message.
        catalogue: The merchant's rows.
    """
    ordered = [item for item in items if item.role == ADD and item.sku and item.resolution.rule != SOME_OF_THEM]
    if len(ordered) < _FEWEST or of_them(text) is not None:
        return False
    pairs = [(one, other) for one, other in pairwise(ordered) if _is_akin(one, other, text, catalogue)]
    sorts = [(one, other) for one, other in pairs if {one.sku, other.sku} <= sorts_of(one, catalogue)]
    return (
        any(_takes_its_place(*pair, text) or _is_shared_out(*pair, text) for pair in pairs)
        or any(_may_be_some(*pair, text) for pair in sorts)
        or any(_makes_up(one, ordered[place + 1 :], text, catalogue) for place, one in enumerate(ordered))
    )


def _is_akin(item: Item, other: Item, text: str, catalogue: Catalogue) -> bool:
    """Whether the second is another sort of the first's good, named by what tells it alone ("mandazi 3, coconut 1")."""
    named = {fold(word) for _, _, word in words(text[other.start : other.end])}
    if item.sku == other.sku or item.end > other.start or not named.isdisjoint(item.keys):
        return False
    shared = catalogue.by_sku[item.sku or ""].kin & catalogue.by_sku[other.sku or ""].kin
    return any(key in item.keys or sense_of(key) for key in shared)  # A brand alone makes no sort of it.


def _makes_up(item: Item, behind: Sequence[Item], text: str, catalogue: Catalogue) -> bool:
    """Whether the goods behind a comma add up to a count, and one of them is a sort of what it counts."""
    named = {term.key for term in read_keys(item.keys).goods}
    parts = list(takewhile(lambda one: one.wanted.count is not None and named.isdisjoint(one.keys), behind))
    between = text[item.end : parts[0].start] if parts else ""
    if "," not in between or _joins(between):
        return False
    told = list(accumulate(one.wanted.count or Fraction(0) for one in parts))
    had = {word.key for word in catalogue.by_sku[parts[0].sku or ""].spoken}
    return item.wanted.count in told[1:] and named <= had


def _joins(between: str) -> bool:
    return not cues().joins.isdisjoint(fold(word) for _, _, word in words(between))


def _is_shared_out(item: Item, other: Item, text: str) -> bool:
    """Whether an "and" joins an uncounted sort to a counted one, with which it may share the count."""
    several = (item.wanted.count or 1) > 1 and not item.wanted.measured
    led = [fold(word) for _, _, word in words(text[item.end : other.start])][-1:]
    return several and other.unamounted and led != [] and led[0] in cues().joins - _WITH


def _says_size(item: Item) -> bool:
    wanted = item.wanted
    if any(key[:1].isdigit() for key in item.keys):
        return True
    return bool(wanted.measure or wanted.size or wanted.portion) or not lexicon().sizes.keys().isdisjoint(item.keys)


def _may_be_some(item: Item, part: Item, text: str) -> bool:
    """Whether a comma and a smaller count lead to a sort of a good whose own sort was not said."""
    had, count = item.wanted.count or 1, part.wanted.count or 1
    between = text[item.end : part.start]
    if _says_size(item) and _says_size(part):  # "Two large, one small" lists both.
        return False
    return had > count and not _joins(between) and "," in between and _SENTENCE_SIGNS.isdisjoint(between)


def _takes_its_place(item: Item, other: Item, text: str) -> bool:
    """Whether a word that corrects leads from a good to another sort of it."""
    between = [fold(word) for _, _, word in words(text[item.end : other.start])]
    steers = (key for key in reversed(between) if key in cues().corrections or not is_between(key))
    return next(steers, "") in cues().corrections and not other.corrects
