"""Numbers that are prices, and count nothing: "40 wala vada pav", "mkate ni 65?? leta moja"."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words_before, words_behind
from backend.conversations.reading.pieces import cues

_PRICE: Final = 10
_MINOR: Final = 100
_COSTS: Final = frozenset(
    map(fold, ("ni", "is", "are", "now", "for", "at", "bei", "kwa", "ka", "ki", "का", "की", "ला"))
)


def is_price_asked(
    text: str, amount: Mapping[str, Any], amounts: Sequence[Mapping[str, Any]], catalogue: Catalogue
) -> bool:
    """Whether a number is a price that is wondered at, before how many there are to be ("mkate ni 65?? leta moja")."""
    start, end = int(amount["start"]), int(amount["end"])
    if amount.get("kind") != "count" or not text[end:].lstrip().startswith("?"):
        return False
    before = [fold(word) for _, _, word in words_before(text, start)][-1:]
    told = not _COSTS.isdisjoint(before) and (amount.get("value") or 0) >= _PRICE
    return (told or _costs(str(amount["text"]), catalogue)) and any(one["start"] > end for one in amounts)


def as_price(text: str, amount: Mapping[str, Any], catalogue: Catalogue) -> Mapping[str, Any]:
    """A number before "wala" as the price by which it tells a row ("40 wala vada pav"), or the amount as it is."""
    behind = words_behind(text, int(amount["end"]))[:1] if amount.get("kind") == "count" else ()
    told = behind and tells_price(str(amount.get("text") or ""), behind[0][2], catalogue)
    return {**amount, "kind": "money"} if told else amount


def tells_price(number: str, after: str, catalogue: Catalogue) -> bool:
    """Whether a number before "wala" is what a row costs, and no size of one."""
    sized = after.lower() in cues().attributes and any(number in row.size_numbers for row in catalogue.items)
    return after.lower() in cues().attributes and not sized and _costs(number, catalogue)


def _costs(number: str, catalogue: Catalogue) -> bool:
    price = int(number) if number.isdigit() else 0
    return price >= _PRICE and any(row.price_minor == price * _MINOR for row in catalogue.items)
