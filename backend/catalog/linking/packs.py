"""Unit arithmetic: how many of which packs make an amount exactly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Final

PIECES_IN: Final[Mapping[str, int]] = {"dozen": 12, "pair": 2, "score": 20, "gross": 144}
_FINEST: Final = Fraction(1, 100)
_MOST_PACKS: Final = 400
_LARGEST_TARGET: Final = 20_000


@dataclass(frozen=True, slots=True)
class Pack:
    """A row that holds `size` of something: grams, millilitres, pieces or minor units of money."""

    row: int
    size: Fraction


def fewest(packs: Sequence[Pack], amount: Fraction) -> dict[int, int] | None:
    """The fewest packs that make an amount exactly.

    Args:
        packs: The packs at hand, with sizes in the unit of `amount`; of equal ones the first is taken.
        amount: What is wanted, positive.

    Returns:
        Counts by row, or None where no combination comes out even.
    """
    sizes = {pack.size: pack.row for pack in reversed(packs) if pack.size > 0}
    if not sizes or amount <= 0:
        return None
    step = _common_step([*sizes, amount])
    target = int(amount / step)
    whole = tuple(sorted((int(size / step) for size in sizes), reverse=True))
    if target > _LARGEST_TARGET or target / whole[0] > _MOST_PACKS:
        return _multiples(sizes, amount)
    counts = _change(whole, target)
    return None if counts is None else {sizes[size * step]: count for size, count in counts}


def _common_step(values: Sequence[Fraction]) -> Fraction:
    step = values[0]
    for value in values[1:]:
        while value:
            step, value = value, step % value  # noqa: PLW2901 - Euclid's algorithm
    return step


def _multiples(sizes: Mapping[Fraction, int], amount: Fraction) -> dict[int, int] | None:
    """For amounts far above any pack: as many of the largest pack that divides them."""
    fitting = [size for size in sizes if amount % size == 0]
    return {sizes[max(fitting)]: int(amount / max(fitting))} if fitting else None


@lru_cache(maxsize=4096)
def _change(sizes: tuple[int, ...], target: int) -> tuple[tuple[int, int], ...] | None:
    """Coin change: the fewest of `sizes` that sum to `target`, larger ones first among equals."""
    best: list[tuple[int, int] | None] = [(0, 0)] + [None] * target
    for total in range(1, target + 1):
        for size in sizes:
            before = best[total - size] if size <= total else None
            known = best[total]
            if before is not None and (known is None or before[0] + 1 < known[0]):
                best[total] = (before[0] + 1, size)
    if best[target] is None:
        return None
    counts: dict[int, int] = {}
    while target:
        size = (best[target] or (0, 0))[1]
        counts[size] = counts.get(size, 0) + 1
        target -= size
    return tuple(counts.items())


def by_money(price_minor: int, amount_minor: Fraction, *, weighed: bool) -> Fraction | None:
    """How much money buys: whole packs, or hundredths of a weighed unit; None where it comes out uneven."""
    if price_minor <= 0:
        return None
    bought = amount_minor / price_minor
    finest = _FINEST if weighed else Fraction(1)
    return bought if bought > 0 and bought % finest == 0 else None


@lru_cache(maxsize=1024)
def as_fraction(value: float) -> Fraction:
    """A spoken amount as a fraction: 0.333 is a third, 2.5 is five halves."""
    return Fraction(value).limit_denominator(1000)
