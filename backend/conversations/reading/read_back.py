"""A list of ours whose rows are named in full ("2 Passport Photos (4)"): the numbers of their names count nothing."""

import re
from collections.abc import Collection, Mapping
from fractions import Fraction
from typing import Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, stems, words
from backend.conversations.reading.pieces import cues
from backend.conversations.reading.plain_words import names_of

Keys = tuple[str, ...]
_NAMES: Final = "names in full"
_ENDS: Final = re.compile(r"[,.;:!?+&=\n।]")
_COUNTED_BEHIND: Final = re.compile(
    r"\s*(?P<name>[^\W\d].*?)\s+(?P<count>\d+(?:\.\d+)?)(?P<kilo>\s*kg)?[\s.]*", re.IGNORECASE
)


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


def counted_behind(listed: str, catalogue: Catalogue) -> dict[str, Fraction]:
    """The rows of a list each entry of which is a row's whole name or alias and a count ("Eggs 20, Omena 0.5kg").

    Empty where any entry is another, or is a name in whole, whose number counts nothing.

    Args:
        listed: What we listed, without prices and a total.
        catalogue: The merchant's rows.
    """
    order: dict[str, Fraction] = {}
    for entry in listed.split(","):
        found = _COUNTED_BEHIND.fullmatch(entry)
        rows = _called(found["name"], catalogue) if found and not _called(entry, catalogue) else ()
        if found is None or len(rows) != 1:
            return {}
        sku = next(iter(rows))
        if bool(found["kilo"]) != catalogue.by_sku[sku].weighed:
            return {}
        order[sku] = order.get(sku, Fraction(0)) + Fraction(found["count"])
    return order


def _called(said: str, catalogue: Catalogue) -> Collection[str]:
    names, keys = names_of(catalogue), tuple(fold(word) for _, _, word in words(said))
    forms = [(form,) for form in stems(keys[0])] if len(keys) == 1 else []
    return next((names[form] for form in (keys, *forms) if form in names), ())


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
