"""A list of ours whose rows are named in full ("2 Passport Photos (4)"): the numbers of their names count nothing."""

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words
from backend.conversations.reading.pieces import cues

Keys = tuple[str, ...]
_NAMES: Final = "names in full"
_ENDS: Final = re.compile(r"[,.;:!?+&=\n।]")


def named_in_full(listed: str, catalogue: Catalogue) -> dict[str, Fraction]:
    """The rows of a list each entry of which is a count and a row's whole name; empty where anything else is counted.

    Args:
        listed: What we listed, without prices and a total.
        catalogue: The merchant's rows.
    """
    said, names = words(listed), _names(catalogue)
    keys = tuple(fold(word) for _, _, word in said)
    order: dict[str, Fraction] = {}
    place, entry_end = 0, 0
    while place < len(said):
        _, end, word = said[place]
        if word.isdigit():
            last = next((last for last in range(len(keys), place + 1, -1) if keys[place + 1 : last] in names), 0)
            sku = names.get(keys[place + 1 : last], "")
            if not sku:
                return {}
            order[sku] = order.get(sku, Fraction(0)) + int(word)
            place, entry_end = last, said[last - 1][1]
        elif entry_end and not _ENDS.search(listed[entry_end:end]) and keys[place] not in cues().joins:
            return {}
        else:
            place += 1
    return order


def _names(catalogue: Catalogue) -> Mapping[Keys, str]:
    """Rows by the folded words of their names; those that share a name have an empty one."""
    known: Mapping[Keys, str] | None = catalogue.said.get(_NAMES)
    if known is None:
        found: dict[Keys, str] = {}
        for item in catalogue.items:
            keys = tuple(fold(word) for _, _, word in words(item.name))
            found[keys] = "" if keys in found else item.sku
        known = catalogue.said[_NAMES] = found
    return known
