"""The size that a mention asks for: in its words or in its amounts."""

from fractions import Fraction
from typing import Final, NamedTuple

from backend.catalog.linking.packs import PIECES_IN
from backend.catalog.linking.quantities import TRAY, Wanted
from backend.catalog.linking.terms import Measure, Terms

HALVES: Final = {Fraction(1, 2): "half", Fraction(1, 4): "quarter"}
_PIECE: Final = "piece"
_PARTS: Final = {label: part for part, label in HALVES.items()}


class Spec(NamedTuple):
    """The size that is asked for, wherever in the words it was said."""

    measure: Measure | None
    label: str | None
    container: str | None
    numbers: frozenset[str]

    @property
    def silent(self) -> bool:
        """Whether no size is said but what it comes in."""
        return self.measure is None and self.label is None and not self.numbers

    @property
    def is_part(self) -> bool:
        """Whether no more than a half or a quarter is said, which of what is weighed is that part of a kilo."""
        return self.label in _PARTS and self.measure is None and not self.numbers


def spec_of(terms: Terms, wanted: Wanted) -> Spec:
    """The size in a mention's words and amounts; the amounts go first."""
    measure = wanted.size or terms.measure or wanted.measure
    broken = wanted.container in PIECES_IN or wanted.container == TRAY  # Half a tray is no half size.
    part = HALVES.get(wanted.count) if wanted.count is not None and not broken else None
    label = terms.label or wanted.portion or part
    counted = wanted.container if wanted.container != _PIECE or terms.container is None else None
    return Spec(measure, label, counted or terms.container, terms.numbers)  # "Gift box, 4 pcs": so many boxes.


def count_of(spec: Spec, wanted: Wanted, *, labelled: bool, weighed: bool) -> Fraction | None:
    """How many are wanted of a row, or how many kilos.

    A half that names its row counts nothing; one that only a word says is a part of what is weighed ("korosho robo").
    """
    if labelled:
        named = wanted.count in HALVES and spec.label in _PARTS and wanted.container not in PIECES_IN
        return None if named else wanted.count
    if wanted.portion is not None and wanted.container is not None and wanted.count is not None:
        return wanted.count * _PARTS[wanted.portion]  # "Three half plates" of what has no half size.
    bare = wanted.count is None and weighed and spec.measure is None
    return _PARTS.get(spec.label or "") if bare else wanted.count
