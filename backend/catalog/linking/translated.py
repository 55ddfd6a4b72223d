"""Rows that only a translation names, beside others that have the word itself ("atta" where "flour" is asked for)."""

from collections.abc import Sequence
from typing import Final

from backend.catalog.linking.candidates import Candidate
from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.index import EQUAL

_LEAST: Final = 0.94
_MOST: Final = 0.96


def with_literal(
    catalogue: Catalogue, found: Sequence[Candidate], row: int, score: float, container: str | None
) -> tuple[int, ...]:
    """The row, and where a translation alone names it the other rows that have the word as it was said.

    Args:
        catalogue: The merchant's rows.
        found: All rows that fit the word.
        row: The one that was chosen.
        score: How well its name fits.
        container: What it is asked for in; a row that comes in just that is the one that is meant.
    """
    if not _LEAST <= score < _MOST or container == catalogue.items[row].container:
        return (row,)
    return (row, *(one.row for one in found if one.row != row and one.score >= EQUAL))
