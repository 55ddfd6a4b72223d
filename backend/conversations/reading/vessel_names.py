"""Words for what goods come in that a name begins with, and that count in another language ("tin", Hindi's three)."""

from collections.abc import Mapping
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words, words_behind
from backend.catalog.linking.lexicon import lexicon

_TINS: Final = frozenset({"tin"})
_KENYAN: Final = "KES"


def without_vessel_name(text: str, amount: Mapping[str, Any], catalogue: Catalogue) -> Mapping[str, Any] | None:
    """An amount without the name that it begins with ("tin ya 8"), or None where it was nothing else.

    The number that is left belongs to the name, and ends no range ("tin ya 6" is not three or six).

    Args:
        text: The message.
        amount: One of its amounts.
        catalogue: The merchant's rows: one of them must be called by the word and the one behind it, or the shop be
            where nobody counts so.
    """
    said = words(str(amount.get("text") or ""))
    typed = said[0][2].lower() if said else ""
    known = typed in _TINS or typed in catalogue.written
    if amount.get("kind") != "count" or not known or fold(typed) not in lexicon().containers:
        return amount
    start = int(amount["start"])
    behind = words_behind(text, start + said[0][1])[:1]
    named = bool(behind) and (fold(typed), fold(behind[0][2])) in catalogue.pairs
    kenyan = any(item.currency == _KENYAN for item in catalogue.items[:1])
    if not named and not (typed in _TINS and kenyan):
        return amount
    first, last, number = said[-1]
    if not number.isdigit():
        return None
    place = {"start": start + first, "end": start + last, "text": number}
    return {**amount, **place, "value": float(number), "high": None, "named": True}
