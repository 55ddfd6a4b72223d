"""One thing of an order for another, and more besides ("swap the tea for the cocoa and add two rusks")."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words, words_before
from backend.catalog.linking.lexicon import lexicon
from backend.catalog.linking.quantities import Wanted
from backend.catalog.linking.resolve import Status, resolve
from backend.catalog.linking.terms import read_keys
from backend.conversations.reading.change import Change
from backend.conversations.reading.item import Item
from backend.conversations.reading.pieces import cues, either

Order = Mapping[str, Fraction]
_FEWEST: Final = 3
_EXCHANGES: Final = frozenset(
    map(
        fold,
        (
            "replace",
            "swap",
            "switch",
            "change",
            "exchange",
            "badilisha",
            "ubadilishe",
            "badili",
            "nibadilishie",
            "geuza",
            "geuzia",
        ),
    )
)
_FOR: Final = frozenset(map(fold, ("for", "with", "to", "na", "kwa", "iwe", "ziwe", "ikuwe", "zikuwe", "into")))


def traded(text: str, items: Sequence[Item], order: Order, catalogue: Catalogue) -> Change | None:
    """Return the change where a word of exchanging leads to two goods, and what is added stands behind them; else None.

    Args:
        text: The message.
        items: The items that were read in it, in order.
        order: The running order.
        catalogue: The merchant's rows.
    """
    if len(items) < _FEWEST or not order:
        return None
    gone, comes, *more = sorted(items, key=lambda item: item.start)
    led = _keys(text, 0, gone.start)
    between = _keys(text, gone.end, comes.start)
    if not _EXCHANGES.issuperset(led[-1:]) or not led or len(between) != 1 or not _FOR.issuperset(between):
        return None
    sku, target = _row_of(gone, catalogue.part(order.keys())), _row_of(comes, catalogue)
    told = sku is not None and target is not None and target not in order and gone.unamounted
    if sku is None or target is None or not told or not all(_is_added(item, text, order) for item in more):
        return None
    change = Change()
    change.take_off(sku)
    change.add(target, comes.wanted.count or order[sku])
    for item in more:
        change.add(*item.resolution.lines[0])
    return change


def _keys(text: str, start: int, end: int) -> list[str]:
    """The words between two places that say something."""
    known = lexicon().filler - _FOR
    return [key for _, _, word in words(text[start:end]) if (key := fold(word)) not in known]


def _row_of(item: Item, rows: Catalogue) -> str | None:
    found = resolve(rows, read_keys(item.keys, item.weak), Wanted(count=Fraction(1)))
    return found.sku if found.status is Status.SURE and len(found.lines) == 1 else None


def _is_added(item: Item, text: str, order: Order) -> bool:
    """Whether an item is of another row, settled, and a word of adding or an "and" stands right before it."""
    settled = item.resolution.status is Status.SURE and len(item.resolution.lines) == 1 and item.sku not in order
    led = [fold(word) for _, _, word in words_before(text, item.start)[-1:]]
    return settled and item.resolution.exact and not either(cues().puts, cues().joins).isdisjoint(led)
