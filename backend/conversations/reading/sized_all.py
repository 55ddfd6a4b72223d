"""The size that all goods of an order are to have ("one of these and two of those, all small")."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words
from backend.catalog.linking.lexicon import lexicon
from backend.catalog.linking.resolve import Status, resolve
from backend.catalog.linking.terms import read_keys
from backend.conversations.reading.item import ADD, Item

_ALL: Final = frozenset(
    map(fold, ("all", "both", "zote", "vyote", "yote", "sab", "sabhi", "saare", "dono", "sagle", "sagli", "donhi"))
) | frozenset(map(fold, ("सब", "सभी", "सारे", "दोनों", "सगळे", "सगळ्या", "दोन्ही")))
_FEWEST: Final = 2


def sized_alike(items: Sequence[Item], text: str, catalogue: Catalogue) -> list[Item]:
    """The items, of which those without a size of their own have the one that a message ends in for all of them."""
    said = words(text)
    sizes = lexicon().sizes
    found = [
        (start, fold(size))
        for (start, _, word), (_, _, size) in pairwise(said)
        if fold(word) in _ALL and fold(size) in sizes
    ]
    if not found or len([item for item in items if item.start < found[-1][0]]) < _FEWEST:
        return list(items)
    place, size = found[-1]
    return [_in_size(item, size, catalogue) if item.start < place else item for item in items]


def _in_size(item: Item, size: str, catalogue: Catalogue) -> Item:
    sized = item.role != ADD or any(key in lexicon().sizes for key in item.keys)
    resolution = resolve(catalogue, read_keys((*item.keys, size), item.weak), item.wanted)
    row = catalogue.by_sku.get(resolution.sku or "")
    told = row is not None and (row.label == lexicon().sizes[size] or resolution.rule == "alias")
    told = told and resolution.status is Status.SURE
    return item if sized or not told else replace(item, resolution=resolution)
