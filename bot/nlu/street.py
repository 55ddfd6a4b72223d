"""Reads sums as Nairobi's streets say them: "soo na nusu" is 150 shillings, "thao moja mia mbili" 1,200."""

from collections.abc import Callable, Sequence

from bot.nlu import numbers
from bot.nlu.grammar import numbers as rows

_LANGUAGE = "sw"
_AND = "na"
_HALVES = frozenset({"nusu", "half"})
_MOST = 10  # what a hundred or a thousand is counted by is one word
_ROUND = 5  # people name sums in fives


def starts(word: str) -> bool:
    """Whether a folded word names money."""
    return word in rows.SHENG_MONEY


def read(words: Sequence[str], at: int, is_unit: Callable[[str], bool]) -> tuple[float, int]:
    """Read the sum that begins at a word of money.

    Args:
        words: Folded words.
        at: Where a word of money stands.
        is_unit: Whether a word is a unit; a number before one counts goods and belongs to no sum.

    Returns:
        The value in shillings and the index after its last word.
    """
    size, counts = rows.SHENG_MONEY[words[at]]
    value, last = float(size), at + 1
    many = numbers.read(words[: last + 1], last, _LANGUAGE) if counts else None
    if many and 0 < many[0] <= _MOST:
        value, last = value * many[0], many[1]
    joined = _word(words, last) == _AND
    if joined and starts(_word(words, last + 1)):
        rest, end = read(words, last + 1, is_unit)
        return value + rest, end
    if counts and (joined or last > at + 1):
        return _with_rest(words, value, last, size, joined=joined, is_unit=is_unit)
    return value, last


def _with_rest(
    words: Sequence[str], value: float, last: int, size: float, *, joined: bool, is_unit: Callable[[str], bool]
) -> tuple[float, int]:
    start = last + joined
    if joined and _word(words, start) in _HALVES and not is_unit(_word(words, start + 1)):
        return value + size / 2, start + 1
    rest = numbers.read(words, start, _LANGUAGE)
    if rest is None or not 0 < rest[0] < size or rest[0] % _ROUND or is_unit(_word(words, rest[1])):
        return value, last
    return value + rest[0], rest[1]


def _word(words: Sequence[str], at: int) -> str:
    return words[at] if at < len(words) else ""
