"""Small numbers typed with a slip of the thumb: a letter left out, put in, doubled or mistyped, or two swapped."""

import tomllib
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from importlib import resources
from itertools import groupby
from typing import Any, Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from backend.conversations.reading.recent import Last

# In a shorter word one slip makes another word as often: only swapped letters are read there, and one left out within.
_LONG_ENOUGH: Final = 4
_SHORTEST: Final = 3
_A_WORD: Final = 2


@lru_cache(maxsize=16384)
def meant(word: str, *, strange: bool) -> float | None:
    """Return the number that a mistyped word was meant for, where all numbers one slip away mean the same.

    Args:
        word: As it was typed.
        strange: Whether the bot has never met the word; one that it has met is read only if a letter is doubled.
    """
    typed = unicodedata.normalize("NFC", word).lower()
    if typed in no_slips():
        return None
    if typed not in _numbers() and single(typed) in _single_numbers():
        return _single_numbers()[single(typed)]
    return _nearest(typed) if strange and len(typed) >= _SHORTEST else None


@lru_cache(maxsize=65536)
def single(word: str) -> str:
    """A word with its doubled letters written once."""
    return "".join(sign for sign, _ in groupby(word))


@lru_cache(maxsize=1)
def _single_numbers() -> dict[str, float]:
    return {single(word): value for word, value in _numbers().items() if len(word) >= _LONG_ENOUGH}


def unmet(reading: Mapping[str, Any]) -> frozenset[int]:
    """Where the words start that the bot has never met."""
    return _unmet(reading.get("tokens") or ())


_unmet: Final = Last[Sequence[Mapping[str, Any]], frozenset[int]](
    lambda tokens: frozenset([int(token["start"]) for token in tokens if not token.get("met", True)])
)


def strangers(text: str, reading: Mapping[str, Any]) -> frozenset[int]:
    """Where the words start that the bot has never met, or that a slip tore from their first letter."""
    signs = () if text.isascii() else range(1, len(text))
    return unmet(reading) | {place for place in signs if _torn(text, place)}


def _torn(text: str, place: int) -> bool:
    """Whether a letter follows a vowel sign that has no letter before it."""
    before = text[place - 1]
    lone = unicodedata.category(before).startswith("M") and (place == 1 or not text[place - 2].isalpha())
    return lone and text[place].isalpha() and not _joined(text, place)


def _joined(text: str, place: int) -> bool:
    return place > 1 and unicodedata.category(text[place - 2]).startswith("M")


@lru_cache(maxsize=4096)
def _nearest(typed: str) -> float | None:
    near = process.extract(typed, _numbers().keys(), scorer=OSA.distance, score_cutoff=1, limit=None)
    values = {_numbers()[word] for word, _, _ in near}
    likely = any(_one_slip(typed, word) for word, _, _ in near)
    return values.pop() if likely and len(values) == 1 else None


def _one_slip(typed: str, word: str) -> bool:
    swapped = len(typed) == len(word) and sorted(typed) == sorted(word)
    within = typed[:1] == word[:1] and typed[-1:] == word[-1:]
    return swapped or len(typed) >= _LONG_ENOUGH or (within and len(word) >= _LONG_ENOUGH)


def is_near(typed: str, listed: Collection[str], slips: int = 1) -> bool:
    """Whether a word of two letters or more is at most so many slips from one of the listed."""
    if len(typed) < _A_WORD:
        return False
    return process.extractOne(typed, listed, scorer=OSA.distance, score_cutoff=slips) is not None


@lru_cache(maxsize=1)
def _lists() -> dict[str, Any]:
    text = resources.files("backend.conversations.reading").joinpath("words.toml").read_text("utf-8")
    return tomllib.loads(text)


@lru_cache(maxsize=1)
def no_slips() -> frozenset[str]:
    """Everyday words one letter from a number."""
    return frozenset(_lists()["no_slips"])


@lru_cache(maxsize=1)
def number_words() -> frozenset[str]:
    """The number words that people mostly order by, in lower case."""
    return frozenset(_numbers())


def number_of_word(typed: str) -> float | None:
    """The value of such a word in lower case, or None for any other."""
    return _numbers().get(typed, _as_written().get(typed))


@lru_cache(maxsize=1)
def _numbers() -> dict[str, float]:
    """The words of `words.toml` with their values."""
    return _values(_lists()["numbers"])


@lru_cache(maxsize=1)
def _as_written() -> dict[str, float]:
    """Those that no slip is looked for of."""
    return _values(_lists()["numbers_as_written"])


def _values(rows: Mapping[str, list[str]]) -> dict[str, float]:
    return {unicodedata.normalize("NFC", word): float(value) for value, listed in rows.items() for word in listed}
