"""Puts the amounts of one item together: how many, in what, of what weight, for what money."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

from backend.catalog.linking.lexicon import lexicon, phrase_key
from backend.catalog.linking.packs import PIECES_IN
from backend.catalog.linking.quantities import OUTER, Wanted
from backend.catalog.linking.terms import Measure, measure_of
from backend.conversations.reading.layout import Amount

COUNTING: Final = frozenset({"count", "each", "pack", "vague"})


def wanted_of(amounts: Sequence[Amount]) -> Wanted:
    """Put the amounts of one item together."""
    wanted = _NOTHING
    for amount in amounts:
        wanted = _added(wanted, amount)
    if len(amounts) < 2 or wanted.vague:  # noqa: PLR2004 - two, to differ
        return wanted
    # Two counts of one thing, and nothing that takes one of them back, are to be asked about.
    counts = {one.value for one in amounts if one.kind in COUNTING and not one.lone} - PORTIONS.keys()
    return replace(wanted, vague=True) if len(counts) > 1 else wanted


def _added(wanted: Wanted, amount: Amount) -> Wanted:
    value = amount.value
    if amount.vague or value is None:
        return replace(wanted, vague=True)
    return _ADDERS.get(amount.kind, _counted)(wanted, amount, value)


def _weighed(wanted: Wanted, amount: Amount, value: Fraction) -> Wanted:
    return _measured(wanted, measure_of(float(value), amount.unit or "kg"))


def _paid(wanted: Wanted, amount: Amount, value: Fraction) -> Wanted:
    del amount
    return replace(wanted, money_minor=value * 100)


def _packed(wanted: Wanted, amount: Amount, value: Fraction) -> Wanted:
    container = lexicon().containers.get(phrase_key(amount.unit or ""), amount.unit)
    keep = wanted.count is not None and value == 1
    if wanted.count is not None and wanted.count.denominator == 1 and value in PORTIONS:
        if container in PIECES_IN or container in OUTER:
            return replace(wanted, container=container, count=wanted.count * value)
        return replace(wanted, container=container, portion=PORTIONS[value])  # "Three half plates" are three.
    return replace(wanted, container=container, count=wanted.count if keep else value)


def _counted(wanted: Wanted, amount: Amount, value: Fraction) -> Wanted:
    del amount
    known = wanted.count
    if known is None or known == value:
        return replace(wanted, count=value)
    part = next((one for one in PORTIONS if one in {known, value}), None)
    # "robo tatu" is three quarters of one thing; any other count beside a part says how many of that size.
    if part is None or (part < _HALF and _THREE in {known, value}):
        return replace(wanted, count=value)
    return replace(wanted, count=known if value == part else value, portion=PORTIONS[part])


_NOTHING: Final = Wanted()
_HALF: Final = Fraction(1, 2)
_THREE: Final = Fraction(3)
PORTIONS: Final = {_HALF: "half", Fraction(1, 4): "quarter"}
_ADDERS: Final = {"measure": _weighed, "money": _paid, "pack": _packed}


def _measured(wanted: Wanted, measure: Measure | None) -> Wanted:
    """Of two measures, the one that goods are not sold by is a size ("two inch nails, half a kilo")."""
    known = wanted.measure
    if known is None or measure is None or known == measure:
        return replace(wanted, measure=measure)
    if known.dimension == measure.dimension:  # "25 litres, in the 5 litre ones": how many is to be asked.
        return replace(wanted, measure=measure, vague=True)
    size, amount = (known, measure) if known.dimension in _SIZES_ONLY else (measure, known)
    return replace(wanted, size=size, measure=amount)


_SIZES_ONLY: Final = frozenset({"inch", "width", "length"})
