"""Rows that only a translation names, beside others that are called so as well ("atta" where "flour" is asked for)."""

from collections.abc import Sequence
from typing import Final

from backend.catalog.linking.candidates import Candidate
from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.index import EQUAL
from backend.catalog.linking.spec import Spec
from backend.catalog.linking.terms import Terms

_LEAST: Final = 0.94
_MOST: Final = 0.96


def also_named(
    catalogue: Catalogue, found: Sequence[Candidate], row: int, score: float, spec: Spec, terms: Terms
) -> tuple[int, ...]:
    """The row, and where a translation alone names it the other rows that may be meant as well.

    Args:
        catalogue: The merchant's rows.
        found: All rows that fit the words.
        row: The one that was chosen.
        score: How well its name fits.
        spec: What it is asked for in; a row that comes in just that container is the one that is meant.
        terms: The words.
    """
    if len(terms.goods) > 1:
        return _with_sizes(catalogue, found, row, score)
    if not _LEAST <= score < _MOST or spec.container == catalogue.items[row].container:
        return (row,)
    return (row, *(one.row for one in found if one.row != row and one.score >= EQUAL))


def _with_sizes(catalogue: Catalogue, found: Sequence[Candidate], row: int, score: float) -> tuple[int, ...]:
    """The row, and its other sizes where it is meant by no more than the translation of a part of what was said.

    A shop that calls its large bag "unga ya chapati" has two of "unga ya ngano", if both are wheat flour by name.
    """
    exact = next((one.exact for one in found if one.row == row), ()) if score < _LEAST else ()
    if not exact or any(said.whole or not _LEAST <= said.score < _MOST for said in exact):
        return (row,)
    family = catalogue.items[row].family
    return (row, *(one.row for one in found if one.row != row and catalogue.items[one.row].family == family))
