"""Some of what is on the order, to come in another sort of it ("make one of them white", of two black crop tops)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

from backend.catalog.linking.catalogue import Catalogue, CatalogueItem
from backend.catalog.linking.folding import words
from backend.catalog.linking.resolve import Status
from backend.conversations.reading.item import ADD, Item
from backend.conversations.reading.partly import SOME_OF_THEM
from backend.conversations.reading.pieces import of_them
from backend.conversations.reading.rearranging import sort_of


def in_sort_of_order(
    text: str, items: Sequence[Item], order: Mapping[str, Fraction], catalogue: Catalogue
) -> list[Item]:
    """The items, of which one behind "of them" is the sort of what is ordered, and no other good of that sort.

    Args:
        text: The message.
        items: Its items.
        order: The running order.
        catalogue: The merchant's rows.
    """
    if not items or of_them(text) is None:
        return [*items]
    return [_sorted(item, order, catalogue) for item in items]


def _sorted(item: Item, order: Mapping[str, Fraction], catalogue: Catalogue) -> Item:
    bare = replace(item, resolution=item.resolution._replace(status=Status.OPEN))  # "White" may be of any good.
    found = {sort_of(bare, sku, catalogue) for sku in order} - {None} if item.role == ADD else set()
    sku = next(iter(found)) if len(found) == 1 else None
    if sku is None or sku == item.sku or sku in order:
        return item
    if _names_another(item, catalogue.by_sku[sku], catalogue):
        return item
    count = item.wanted.count or Fraction(1)
    sure = item.resolution._replace(status=Status.SURE, sku=sku, lines=((sku, count),), exact=True, rule=SOME_OF_THEM)
    return replace(item, resolution=sure, guessed=False)


def _names_another(item: Item, row: CatalogueItem, catalogue: Catalogue) -> bool:
    """Whether an item has a word as the shop spells it, in the names of other rows alone ("... a white tee")."""
    own = {word.lower() for text in (row.name, *row.aliases) for _, _, word in words(text)}
    said = {word.lower() for _, _, word in words(item.text)} - _BETWEEN
    return any(word in catalogue.written and word not in own for word in said)


_BETWEEN: Final = frozenset({"of", "them", "those", "these", "a", "the", "in", "one"})
