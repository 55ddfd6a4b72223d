"""Whether "double" doubles an order, or names a good or a size ("double egg roll", of single ones)."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from backend.catalog.linking.catalogue import Catalogue, CatalogueItem
from backend.catalog.linking.folding import fold, words
from backend.catalog.linking.lexicon import lexicon
from backend.conversations.reading.item import Item
from backend.conversations.reading.pieces import cues, places_of

Order = Mapping[str, Fraction]


def doubles(text: str, items: Sequence[Item], order: Order, catalogue: Catalogue) -> bool:
    """Whether what is there is to be doubled; in the name of a good, or of its other size, "double" tells which."""
    said = _said(text)
    if not said or not order:
        return False
    named = {word.key for item in items if item.sku for word in catalogue.by_sku[item.sku].spoken}
    return any(key not in named for key in said) and not any(_other_sizes(said, order, catalogue))


def may_be_size(text: str, order: Order, catalogue: Catalogue) -> bool:
    """Whether "double" may be the other size of what is ordered, whose own size is not said ("double kar do")."""
    said = _said(text)
    if not said:
        return False
    sizes = {lexicon().sizes.get(fold(word)) for _, _, word in words(text)}
    return any(row.label not in sizes for row in _other_sizes(said, order, catalogue))


def _said(text: str) -> list[str]:
    return [fold(text[start:end]) for start, end in places_of(cues().doubles, text)]


def _other_sizes(said: Sequence[str], order: Order, catalogue: Catalogue) -> Iterator[CatalogueItem]:
    """Rows of an order that a word for "double" is another size of."""
    labels = {lexicon().sizes.get(key) for key in said} - {None}
    for row in (catalogue.by_sku[sku] for sku in order):
        sizes = (one.label for one in catalogue.items if one.sku not in order and one.family == row.family)
        yield from (row for label in sizes if label in labels)
