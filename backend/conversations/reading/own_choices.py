"""Words beside a good that only choose what it comes in ("2 red ribbon"), and are no whole name of another row."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import takewhile
from typing import Final

from backend.catalog.linking.catalogue import Catalogue, CatalogueItem
from backend.catalog.linking.folding import fold, words
from backend.catalog.linking.lexicon import sense_of
from backend.catalog.linking.resolve import Status
from backend.catalog.linking.terms import read_keys
from backend.conversations.reading.amounts import number_of
from backend.conversations.reading.item import Item
from backend.conversations.reading.pieces import cues
from backend.conversations.reading.siblings import resolved

_FEWEST: Final = 2
_END: Final = re.compile(r"[.;\n।)]")


def with_own_choices(items: Sequence[Item], text: str, catalogue: Catalogue) -> list[Item]:
    """The items, a part of another row's name that is a choice of the good beside it read as that ("red", of ribbons).

    Args:
        items: The items of a message in order.
        text: The message.
        catalogue: The merchant's rows; "colour=red,gold" of a row is what it may be had in.
    """
    if len(items) < _FEWEST:
        return list(items)
    out: list[Item] = []
    for item in items:
        last = out[-1] if out else None
        joined = _joined(last, item, text, catalogue) if last is not None and _may_join(last, item) else None
        out[len(out) - (joined is not None) :] = [joined or item]
    return list(_without_shares(out, text, catalogue))


def _may_join(one: Item, other: Item) -> bool:
    return one.role == other.role and (one.unamounted or other.unamounted)


def _joined(one: Item, other: Item, text: str, catalogue: Catalogue) -> Item | None:
    """Two items that touch as the good that one of them is, or None where neither is a choice of the other."""
    if not text[one.end : other.start].isspace():
        return None
    for good, choice in ((other, one), (one, other)):
        if _is_choice(choice, good, catalogue):
            amounts, wanted = (choice.amounts, choice.wanted) if good.unamounted else (good.amounts, good.wanted)
            joined = replace(good, amounts=amounts, wanted=replace(wanted, size=wanted.size or good.wanted.size))
            return resolved(replace(joined, start=one.start, end=other.end), catalogue)
    return None


def _is_choice(choice: Item, good: Item, catalogue: Catalogue) -> bool:
    """Whether an item that is no row's whole name says no more than what the other good may be had in."""
    row = catalogue.by_sku.get(good.sku or "")
    if row is None or not good.resolution.exact or choice.resolution.exact or choice.resolution.status is Status.ODD:
        return False
    said = [term.key for term in read_keys(choice.keys).goods]
    return bool(said) and all(is_choice_of(key, row) for key in said)


def is_choice_of(key: str, row: CatalogueItem) -> bool:
    """Whether a folded word says what a row may be had in, in whichever language."""
    return any(key == value or not sense_of(key).isdisjoint(sense_of(value)) for value in _choices(row))


def _choices(row: CatalogueItem) -> Iterator[str]:
    """Folded words for what a row may be had in, of which it has several."""
    values = (value for axis in row.options.values() if len(axis) > 1 for value in axis)
    return (fold(word) for value in values for _, _, word in words(value))


def may_be_choice(one: Item, other: Item, catalogue: Catalogue) -> bool:
    """Whether one of two goods that were read may only say what the other comes in ("red and gold ribbon")."""
    return _is_choice(one, other, catalogue) or _is_choice(other, one, catalogue)


def _without_shares(items: Sequence[Item], text: str, catalogue: Catalogue) -> Iterator[Item]:
    """The items without the choices behind a counted good whose numbers make up its own ("4 (2 red, 2 gold)")."""
    rest = list(items)
    while rest:
        good, *rest = rest
        shares = list(takewhile(partial(_is_choice, good=good, catalogue=catalogue), rest))
        end = rest[len(shares)].start if len(shares) < len(rest) else len(text)
        told = _END.split(text[good.end : end], maxsplit=1)[0] if shares else ""
        if shares and _tells_all(good, told, catalogue):
            good = replace(good, corrects=(*good.corrects, (good.end, good.end + len(told))))
            rest = rest[len(shares) :]
        yield good


def _tells_all(good: Item, told: str, catalogue: Catalogue) -> bool:
    """Whether a text says nothing but choices of a good and numbers, which make up how many of it come."""
    row = catalogue.by_sku[good.sku or ""]
    said = [(fold(word), word.lower()) for _, _, word in words(told)]
    numbers = [value for key, _ in said if (value := number_of(key)) is not None]
    left = (key for key, word in said if number_of(key) is None and word not in cues().attributes)
    plain = all(key in cues().joins or is_choice_of(key, row) for key in left)
    return plain and len(numbers) > 1 and sum(numbers) == good.wanted.count
