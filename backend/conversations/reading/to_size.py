"""A row of an order in another of its sizes, by a word of becoming between the two ("change the 8ml balm to 25ml")."""

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final

from backend.catalog.linking.catalogue import Catalogue, CatalogueItem
from backend.catalog.linking.folding import fold, words
from backend.catalog.linking.quantities import Wanted
from backend.catalog.linking.resolve import resolve
from backend.catalog.linking.terms import read_keys, terms_of
from backend.conversations.reading.amounts import number_of
from backend.conversations.reading.change import Change
from backend.conversations.reading.item import Item
from backend.conversations.reading.pieces import cues, of_them

Order = Mapping[str, Fraction]
_BECOMES: Final = re.compile(r"\b(?:to|into|iwe|ziwe|yawe|uwe|nahin?|nako)\b|(?:नहीं|नको)(?=\s)", re.IGNORECASE)
_INSTEAD: Final = re.compile(r"\b(?:badala\s+ya|instead\s+of|rather\s+than)\b", re.IGNORECASE)
_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")
_ONE: Final = re.compile(r"\b(?:one|a|an)\b", re.IGNORECASE)
_PAIR: Final = 2
_SINGLE: Final = frozenset({None, "piece", "pair"})
_NO_COUNT: Final = 20


def in_named_size(text: str, items: Sequence[Item], order: Order, catalogue: Catalogue) -> Change | None:
    """Return the change where one row of an order becomes its sibling of a size that is said; else None.

    Args:
        text: The message.
        items: The items that were read in it: the good in one size or both, or none where the order has no other.
        order: The running order.
        catalogue: The merchant's rows.
    """
    parts = _parts(text) if order and len(items) <= _PAIR else None
    keys = [fold(word) for _, _, word in words(text)] if parts else []
    if parts is None or cues().set.isdisjoint(keys) or not cues().joins.isdisjoint(keys) or of_them(text) is not None:
        return None
    sku = _told_of(items, order, catalogue)
    if sku is None or any(_counts(key) for key in keys):
        return None
    rows = [catalogue.items[row] for row in catalogue.siblings(catalogue.row_of[sku])]
    former, new = (_in_size(part, rows) for part in parts)
    if len(new) != 1 or former - {sku} or not order.keys().isdisjoint(new) or (_NUMBER.search(parts[0]) and not former):
        return None
    change = Change(lost=order[sku] > 1 and _ONE.search(parts[0]) is not None)  # "Change one balm", of two.
    change.take_off(sku)
    change.add(new.pop(), order[sku])
    return change


def _counts(key: str) -> bool:
    return (number_of(key) or 0) >= 1 and not key[:1].isdigit() and _ONE.fullmatch(key) is None


def _parts(text: str) -> tuple[str, str] | None:
    """What is said of a good as it was, and of what it becomes, with at most one number in each."""
    instead, made = _INSTEAD.search(text), _BECOMES.search(text)
    if instead is not None:
        parts = (text[instead.end() :], text[: instead.start()])
    elif made is not None:
        parts = (text[: made.start()], text[made.end() :])
    else:
        return None
    counts = [len(_NUMBER.findall(part)) for part in parts]
    return parts if counts[0] <= 1 and counts[1] == 1 else None


def _told_of(items: Sequence[Item], order: Order, catalogue: Catalogue) -> str | None:
    """The row of the order that the items name by their words alone, once in each size, or the only row."""
    if not items:
        return next(iter(order)) if len(order) == 1 else None
    goods = dict.fromkeys(word.key for item in items for word in read_keys(item.keys, item.weak).goods)
    own = catalogue.part(order.keys())
    return resolve(own, read_keys(tuple(goods), items[0].weak), Wanted(count=Fraction(1))).sku


def _in_size(part: str, rows: Sequence[CatalogueItem]) -> set[str]:
    """The rows in the size that is said: by its measure, or by a number that is too high for a count."""
    measure, number = terms_of(part).measure, _NUMBER.search(part)
    if measure is not None:
        return {row.sku for row in rows if row.measure == measure}
    if number is None or float(number.group()) < _NO_COUNT:
        return set()
    said = f"{float(number.group()):g}"
    # "Make it 50" of packs of 25 and 50 may be fifty pieces.
    return {row.sku for row in rows if said in row.size_numbers | row.terms.numbers and row.container in _SINGLE}
