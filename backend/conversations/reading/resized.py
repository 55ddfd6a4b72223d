"""The one good of an order in another of its sizes, told by the size alone ("not the 10, four of the 12")."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Final

from backend.catalog.linking.catalogue import Catalogue, CatalogueItem
from backend.catalog.linking.folding import fold, words, words_before, words_behind
from backend.catalog.linking.quantities import Wanted
from backend.catalog.linking.resolve import Status, resolve
from backend.catalog.linking.terms import Measure, read_keys
from backend.conversations.reading.amounts import number_of
from backend.conversations.reading.change import Change, leaves_some
from backend.conversations.reading.item import ADD, Item
from backend.conversations.reading.pieces import cues, of_them
from backend.conversations.reading.roles import GENITIVES
from backend.conversations.reading.segment import Segment

Order = Mapping[str, Fraction]
_NOT: Final = frozenset(map(fold, ("si", "sio", "siyo", "not")))
_IN_ITS_PLACE: Final = frozenset(
    tuple(map(fold, pair)) for pair in (("badala", "yake"), ("badala", "yao"), ("in", "place"))
)
_INSTEAD: Final = fold("instead")
_LED: Final = 2
_MINOR: Final = 100
_SMALL: Final = 1000


def resized(
    text: str, items: Sequence[Item], loose: Sequence[Segment], order: Order, catalogue: Catalogue
) -> Change | None:
    """Return the change where a message puts one row of an order into another size, and says no more; else None.

    Args:
        text: The message.
        items: The items that were read in it: the good of the order, or none where the order has no other.
        loose: The amounts and sizes that no item took.
        order: The running order.
        catalogue: The merchant's rows.
    """
    keys = [fold(word) for _, _, word in words(text)]
    sku = _told_of(items, order, catalogue) if items or loose else None
    if sku is None or not cues().joins.isdisjoint(keys):
        return None
    had = order[sku]
    said = [*((one.start, one.wanted) for one in items), *((one.start, one.wanted) for one in loose)]
    others = [
        wanted for start, wanted in said if not (_is_refused(text, start) and sku in _in_size(wanted, sku, catalogue))
    ]
    refused, instead = len(others) < len(said), _comes_instead(keys)
    targets = {row for wanted in others for row in _in_size(wanted, sku, catalogue)} - {sku}
    steered = not cues().set.isdisjoint(keys) and (items or any(_is_genitive(text, one.start) for one in loose))
    if len(targets) != 1 or not (refused or instead or steered):
        return None
    counts = {wanted.count for wanted in others} - {None}
    count = next(iter(counts), None)
    unread = _unread(keys, [wanted for _, wanted in said])
    change = Change(lost=unread or len(counts) > 1 or (not refused and not instead and leaves_some(count, had, text)))
    change.set(sku, had - count if count is not None and count < had and of_them(text) is not None else Fraction(0))
    change.add(targets.pop(), count or had)
    return change


def _is_genitive(text: str, start: int) -> bool:
    """Whether a genitive leads to a size ("ziwe za 24")."""
    return any(fold(word) in GENITIVES for _, _, word in words_behind(text, start)[:1])


def _unread(keys: Sequence[str], said: Sequence[Wanted]) -> bool:
    """Whether a number stands in the message that no amount of it says."""
    numbers = {value for key in keys if key not in cues().attributes and (value := number_of(key)) is not None}
    told = {float(wanted.count) for wanted in said if wanted.count is not None}
    told |= {float(wanted.money_minor / _MINOR) for wanted in said if wanted.money_minor is not None}
    bases = {wanted.measure.base for wanted in said if wanted.measure is not None}
    return not numbers <= told | bases | {base / _SMALL for base in bases}


def _comes_instead(keys: Sequence[str]) -> bool:
    return _INSTEAD in keys[-1:] or not _IN_ITS_PLACE.isdisjoint(pairwise(keys))


def _told_of(items: Sequence[Item], order: Order, catalogue: Catalogue) -> str | None:
    """The row of the order that the only item names, with no other row to its name, or the only row."""
    if len(items) > 1 or not (items or len(order) == 1):
        return None
    own = catalogue.part(order.keys())
    found = [resolve(own, read_keys(item.keys, item.weak), Wanted(count=Fraction(1))).sku for item in items]
    settled = any(item.role != ADD or item.resolution.status is Status.SURE for item in items)
    return None if settled else next(iter(found or order))


def _is_refused(text: str, start: int) -> bool:
    """Whether a "not" leads to a place ("si za 10")."""
    return any(fold(word) in _NOT for _, _, word in words_before(text, start)[-_LED:])


def _in_size(wanted: Wanted, sku: str, catalogue: Catalogue) -> frozenset[str]:
    """The rows of a row's good in the size of an amount, whose number may have been taken for money."""
    number = wanted.money_minor / _MINOR if wanted.money_minor else None
    rows = [catalogue.items[row] for row in catalogue.siblings(catalogue.row_of[sku])]
    return frozenset(row.sku for row in rows if _is_size(row, wanted.measure, number))


def _is_size(row: CatalogueItem, said: Measure | None, number: Fraction | None) -> bool:
    if number is None:
        return said is not None and row.measure == said
    measured = row.measure is not None and row.measure.base in {float(number), float(number * _SMALL)}
    return measured or f"{float(number):g}" in row.size_numbers | row.terms.numbers
