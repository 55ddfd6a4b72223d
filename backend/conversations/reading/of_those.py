"""Reads a count that an answer puts behind what it chooses ("medium, 2 of them"): it names no row by its number."""

import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

from backend.catalog.linking.folding import fold, words
from backend.catalog.linking.quantities import Wanted
from backend.conversations.reading.amounts import number_of, number_said
from backend.conversations.reading.item import Item

_OF_THEM: Final = tuple(
    tuple(map(fold, said.split()))
    for said in ("of them", "of those", "of these", "of that", "of it", "zake", "za hizo", "za hiyo", "ya hiyo", "hizo")
)
_NO_COUNT: Final = 20
_LAST: Final = re.compile(r"(?P<chosen>.*\w.*),\s*(?P<number>[^\W\d]+)\W*$", re.DOTALL)


def counted_of_them(asked: Item, text: str, said: Sequence[Wanted]) -> tuple[Item, str, Sequence[Wanted]]:
    """Return the asked item in the count that ends an answer, and the answer and its amounts without that.

    Args:
        asked: An item that was left open between several rows.
        text: The answer.
        said: The amounts of the answer.
    """
    behind = _LAST.fullmatch(text) if not said else None  # "The red one, three", where the bot read no count.
    last = number_said(fold(behind["number"]), behind["number"]) if behind else None
    if behind and last:
        number = Fraction(last).limit_denominator()
        return replace(asked, wanted=replace(asked.wanted, count=number)), behind["chosen"], ()
    found = words(text)
    keys = [fold(word) for _, _, word in found]
    ending = next((one for one in _OF_THEM if tuple(keys[-len(one) :]) == one), ())
    place = len(keys) - len(ending) - 1
    count = number_of(keys[place]) if ending and place > 0 else None
    others = [value for key in keys[:place] if (value := number_of(key)) is not None]
    if count is None or any(value < _NO_COUNT for value in others):  # The number before it may be a size ("500").
        return asked, text, said
    number = Fraction(count).limit_denominator()
    counted = replace(asked, wanted=replace(asked.wanted, count=number))
    return counted, text[: found[place][0]], [one for one in said if one.count != number]
