"""Which sorts of a good an order takes: without the ones refused, and some of them in another sort."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile
from typing import Final

from backend.catalog.linking.candidates import find
from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words
from backend.catalog.linking.resolve import Status, resolve
from backend.catalog.linking.terms import read_keys
from backend.conversations.reading.item import ADD, Item
from backend.conversations.reading.pieces import cues
from backend.conversations.reading.refused import is_refused_alone

_BEHIND_REFUSED: Final = 2
_SORTS: Final = 2
_NEGATIVE_ROLES: Final = frozenset({"remove", "from"})


def rule_out(items: Sequence[Item], text: str, catalogue: Catalogue) -> list[Item]:
    """Take what is refused out of an order: "bread, but not the brown one" leaves bread, without the brown row.

    Args:
        items: The items of an order in the order of the message.
        text: The message.
        catalogue: The merchant's rows.
    """
    refused = frozenset(sku for item in items if item.role in _NEGATIVE_ROLES for sku in _skus(item))
    gone = [item for item in items if _is_refused(item) or any(_takes_back(item, other, text) for other in items)]
    kept = [item for place, item in enumerate(items) if item not in gone and not _confirms(place, items)]
    spans = tuple((item.start, item.end) for item in gone)
    kept = [replace(item, corrects=(*item.corrects, *spans)) for item in kept] if spans else kept
    return [
        _again(item, catalogue, refused) if item.resolution.status is Status.OPEN and refused else item for item in kept
    ]


def _is_refused(item: Item) -> bool:
    return item.role in _NEGATIVE_ROLES


def _takes_back(item: Item, other: Item, text: str) -> bool:
    """Whether a good is refused behind itself ("one tea, one bun, no bun, one cake instead").

    What something else is to come without ("no sugar in the tea"), or a sort of it ("no stale bun"), is not.
    """
    refused = _is_refused(other) and other.unamounted and other.resolution.exact
    again = refused and item.sku is not None and item.sku == other.sku and item.end <= other.start
    return again and is_refused_alone(text, other.start, other.end)


def _confirms(place: int, items: Sequence[Item]) -> bool:
    """Whether an item only says again which was meant ("one bread, not brown, the white one")."""
    item = items[place]
    if place < _BEHIND_REFUSED or not item.unamounted or item.resolution.status is not Status.OPEN:
        return False
    meant, refused = items[place - 2], items[place - 1]
    return _is_refused(refused) and not _is_refused(meant) and meant.sku in item.resolution.alternatives


def _skus(item: Item) -> tuple[str, ...]:
    return (item.sku,) if item.sku else item.resolution.alternatives


def _again(item: Item, catalogue: Catalogue, without: frozenset[str]) -> Item:
    return replace(item, resolution=resolve(catalogue, read_keys(item.keys, item.weak), item.wanted, without))


def without_totals(items: Sequence[Item], text: str, catalogue: Catalogue) -> list[Item]:
    """An order without a number that is told again by sorts: "two biryani, one full one half" are two."""
    out: list[Item] = []
    rest = list(items)
    while rest:
        item, *rest = rest
        sorts = _told_by(item, rest, text, catalogue)
        out += sorts or [item]
        rest = rest[len(sorts) :]
    return out


def _told_by(item: Item, behind: Sequence[Item], text: str, catalogue: Catalogue) -> list[Item]:
    """The sorts right behind an item, where their counts make up its own and no "and" adds them to it."""
    rows = sorts_of(item, catalogue) if item.wanted.count is not None else frozenset()
    among = (_among(item, one, rows, catalogue) for one in behind)
    sorts = list(takewhile(lambda one: one.sku in rows and one.wanted.count is not None, among))
    told = sum(one.wanted.count or 0 for one in sorts)
    if len(sorts) < _SORTS or told != item.wanted.count:
        return []
    between = (fold(word) for _, _, word in words(text[item.end : sorts[0].start]))
    told_again = item.resolution.status is Status.OPEN or cues().joins.isdisjoint(between)
    read = (*sorts[0].corrects, (item.start, item.end))
    return [replace(sorts[0], corrects=read), *sorts[1:]] if told_again else []


def _among(total: Item, item: Item, rows: frozenset[str], catalogue: Catalogue) -> Item:
    """An item as the one row of some that it can mean ("white", of loaves), by itself or with the name before it."""
    if item.resolution.status is Status.UNKNOWN:
        sort = as_sort_of(total, item, catalogue)
        return sort if sort is not None and sort.sku in rows else item
    others = frozenset(item.resolution.alternatives) - rows
    one = len(item.resolution.alternatives) - len(others) == 1 and item.resolution.status is Status.OPEN
    return _again(item, catalogue, others) if one else item


def sorts_of(item: Item, catalogue: Catalogue) -> frozenset[str]:
    """The rows that an item's words fit, though they may mean one of them to the shop."""
    if item.resolution.status is not Status.SURE:
        return frozenset(item.resolution.alternatives)
    goods = read_keys(tuple(term.key for term in read_keys(item.keys, item.weak).goods), item.weak)
    return frozenset(catalogue.items[one.row].sku for one in find(catalogue, goods))


def split_off(items: Sequence[Item], place: int | None, catalogue: Catalogue) -> list[Item]:
    """Give some of an item another sort: of "three, one of them cheese" two stay as they were."""
    if place is None:
        return list(items)
    earlier = [item for item in items if item.end <= place]
    later = [item for item in items if item.end > place]
    if not earlier or not later:
        return list(items)
    base, part = earlier[-1], later[0]
    sort = as_sort_of(base, part, catalogue)
    if sort is None or not base.wanted.count or base.wanted.count <= (part.wanted.count or 1):
        return earlier
    rest = replace(base, wanted=replace(base.wanted, count=base.wanted.count - (part.wanted.count or 1)))
    return [*earlier[:-1], _again(rest, catalogue, frozenset()), sort, *later[1:]]


def as_sort_of(base: Item, part: Item, catalogue: Catalogue) -> Item | None:
    """Another sort of the same good, named by what tells it apart alone, or None."""
    if part.resolution.status is Status.SURE and part.sku != base.sku:
        return replace(part, wanted=part.wanted, role=ADD)
    names = tuple(term.key for term in read_keys(base.keys).goods)
    joined = replace(part, keys=(*names, *part.keys), weak=frozenset(part.keys) - _named(part, catalogue), role=ADD)
    found = _again(joined, catalogue, frozenset())
    return found if found.resolution.status is Status.SURE and found.sku != base.sku else None


def _named(part: Item, catalogue: Catalogue) -> frozenset[str]:
    return frozenset(key for key in part.keys if key in catalogue.index.by_key)


def choices_of(items: Sequence[Item], catalogue: Catalogue) -> frozenset[str]:
    """Folded words for what the rows of an order may be had with, and that make no row of their own ("spice=mild")."""
    rows = (catalogue.by_sku[item.sku] for item in items if item.sku)
    values = (value for row in rows for axis in row.options.values() if len(axis) > 1 for value in axis)
    return frozenset(fold(word) for value in values for _, _, word in words(value))


def without_choices(items: Sequence[Item], catalogue: Catalogue) -> list[Item]:
    """An order without the words that only say how a good is wanted ("with butter", where the shop has no butter)."""
    choices = choices_of(items, catalogue)
    return [item for item in items if item.resolution.status is not Status.UNKNOWN or not choices.issuperset(item.keys)]
