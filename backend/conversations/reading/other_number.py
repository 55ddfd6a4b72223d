"""Two numbers that change the size of a row on an order, and not how many of it ("22 nahi 24", "12 badala ya 6")."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words
from backend.catalog.linking.lexicon import lexicon
from backend.conversations.reading.amounts import ALSO_GIVES, number_of
from backend.conversations.reading.change import Change
from backend.conversations.reading.choices import numbers_of
from backend.conversations.reading.instead import LEADING_OF, is_said_of
from backend.conversations.reading.pieces import cues, either

Order = Mapping[str, Fraction]
_INSTEAD: Final = frozenset(map(fold, ("instead", "rather", "than", "badala")))
_PAIR: Final = 2


def in_other_number(text: str, order: Order, catalogue: Catalogue) -> Change | None:
    """Return the change where one row of an order becomes its sibling of another number; else None.

    Args:
        text: The message, of which no words name a good.
        order: The running order; a number that it has as a count may be one, and how many is left to others.
        catalogue: The merchant's rows.
    """
    keys = [fold(word) for _, _, word in words(text)]
    said = [value for key in keys if (value := number_of(key)) is not None]
    if len(said) > _PAIR:  # Hindi's "do" gives as well.
        said = [value for key in keys if (value := number_of(key)) is not None and key not in ALSO_GIVES]
    if len(said) != _PAIR or said[0] == said[1] or not _only_refuses(text, keys):
        return None
    pairs = {pair for one, other in (said, said[::-1]) for pair in _pairs(one, other, order, catalogue)}
    if len(pairs) != 1 or not order.keys().isdisjoint(new for _, new in pairs):
        return None
    (sku, new), change = pairs.pop(), Change()
    if order[sku] in said:
        return None
    change.take_off(sku)
    change.add(new, order[sku])
    return change


def _only_refuses(text: str, keys: list[str]) -> bool:
    """Whether beside its numbers a message only says that one comes in the other's place."""
    known, lex = cues(), lexicon()
    refusing = either(known.negations, known.refusals_after)
    steering = either(refusing, _INSTEAD, LEADING_OF, known.set, known.becomes, known.gives, known.asks, known.puts)
    told = is_said_of(text) or not either(refusing, _INSTEAD).isdisjoint(keys)
    rest = (key for key in keys if key not in steering and number_of(key) is None)
    return told and (is_said_of(text) or all(key in lex.filler or lex.is_joint(key) for key in rest))


def _pairs(former: float, new: float, order: Order, catalogue: Catalogue) -> list[tuple[str, str]]:
    """Rows of an order that a number names among their siblings, each with the one that another number names."""
    found = []
    for sku in order:
        siblings = [catalogue.items[row] for row in catalogue.siblings(catalogue.row_of[sku])]
        named = [one.sku for one in siblings if f"{former:g}" in numbers_of(one)]
        others = [one.sku for one in siblings if f"{new:g}" in numbers_of(one)]
        found += [(sku, others[0])] if named == [sku] and len(others) == 1 else []
    return found
