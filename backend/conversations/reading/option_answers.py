"""Reads an answer that tells an option of one row ("8, two pairs", to the size of boots) and names none of its own."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.resolve import Status, resolve
from backend.catalog.linking.terms import read_keys
from backend.conversations.reading.choices import prices_in
from backend.conversations.reading.item import ELSEWHERE, Item
from backend.conversations.reading.segment import Segment

_FEWEST: Final = 2


def with_option(
    asked: Sequence[Item], loose: Sequence[Segment], question: str, catalogue: Catalogue
) -> list[Item] | None:
    """Return the asked item with the number of an answer that is none of its options, or None where it tells none.

    Args:
        asked: The items that were asked about, the one of the question first.
        loose: The amounts of the answer that name no good.
        question: What the bot asked, which lists the options.
        catalogue: The merchant's rows.
    """
    row = catalogue.by_sku.get(asked[0].sku or "") if asked else None
    axes = [values for values in (row.options if row else {}).values() if len(values) >= _FEWEST]
    options = {value for values in axes for value in values if value.isdigit()} & prices_in(question)
    counts = [one.wanted.count for one in loose if one.wanted.count is not None and not one.keys]
    others = [count for count in counts if f"{float(count):g}" not in options]
    if len(options) < _FEWEST or len(counts) != len(loose) or len(counts) != len(others) + 1 or len(others) > 1:
        return None
    item = asked[0]
    if not others and item.resolution.status is Status.SURE:
        return [item]
    wanted = replace(item.wanted, count=others[0] if others else item.wanted.count or Fraction(1))
    found = resolve(catalogue, read_keys(item.keys, item.weak), wanted)
    return [replace(item, wanted=wanted, amounts=ELSEWHERE, resolution=found)]
