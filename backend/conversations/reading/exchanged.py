"""Some of what an order has for something else: "swap one of them for the tea" leaves the others as they are."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words, words_before
from backend.catalog.linking.resolve import Status
from backend.conversations.reading.amounts import number_of
from backend.conversations.reading.change import Change
from backend.conversations.reading.item import Item
from backend.conversations.reading.pieces import cues, of_them

_PHRASE: Final = 3  # How many words of "kati ya hizo mbili" may stand before the number that they share out.


def some_exchanged(
    text: str, items: Sequence[Item], order: Mapping[str, Fraction], catalogue: Catalogue
) -> Change | None:
    """Return the change where some of the one row of an order become another good that a message names, else None.

    Args:
        text: The message.
        items: The items that were read in it.
        order: The running order; with several rows "them" may be any, and which is to be asked.
        catalogue: The merchant's rows.
    """
    part = of_them(text)
    if part is None or not order or _said(text).isdisjoint(cues().set):
        return None
    named = [item for item in items if not (item.guessed and item.start == part)]  # "Kati" may be a size as well.
    if len(named) != 1:
        return None
    item, count = named[0], _shared_out(text, part)
    settled = item.resolution.status is Status.SURE and item.resolution.exact and item.sku not in {None, *order}
    if not settled or count is None or item.end <= part or item.wanted.count not in {None, count}:
        return None
    comes = catalogue.by_sku[str(item.sku)]
    if any(comes.family & catalogue.by_sku[sku].family for sku in order):
        return None  # It is another sort of what is there.
    sku, had = next(iter(order.items()))
    change = Change(unclear=len(order) > 1 or count > had)
    if not change.unclear:
        change.set(sku, had - count)
        change.add(comes.sku, count)
    return change


def _shared_out(text: str, part: int) -> Fraction | None:
    """How many of them: the number right before or behind "of them", or within it ("moja kati ya hizo")."""
    near = [*words_before(text, part)[-1:], *((part + start, part, word) for start, _, word in words(text[part:]))]
    numbers = (number_of(fold(word)) for _, _, word in near[: _PHRASE + 2])
    said = next((value for value in numbers if value is not None), None)
    return None if said is None or said < 1 else Fraction(said).limit_denominator(1)


def _said(text: str) -> set[str]:
    return {fold(word) for _, _, word in words(text)}
