"""The words of a change in so many words, and the names of a shop's rows in full, by where they stand in a message."""

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import pairwise
from typing import Any, Final, NamedTuple

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words
from backend.catalog.linking.terms import UNITS, Measure, is_unit, measure_of, spoken_number
from backend.conversations.reading.amounts import number_of
from backend.conversations.reading.pieces import cues
from backend.conversations.reading.slips import number_of_word

NAME: Final = "a"
NUMBER: Final = "n"
WEIGHT: Final = "v"
NOTHING: Final = ""
_SIGN: Final = "c"
_GAP: Final = re.compile(r"[\s,.!।]*|\s?[-'’/&+]\s?")
_CUT: Final = re.compile(r"[,!।\n]|\.\s")
TIMES: Final = "x"
MOST_WAYS: Final = 256  # in which the words of a message may be taken; more are left to the other rules
_LONGEST: Final = 14
_LONGEST_WEIGHT: Final = 4
_A_PAIR: Final = 2
_AND: Final = fold("na")
_FRACTIONS: Final = frozenset({0.25, 0.5, 0.75})
_SOLD_BY: Final = frozenset({"mass", "volume"})
_DECIMAL: Final = re.compile(r"\d{1,4}(\.\d+)?")
_LONGEST_PHRASE: Final = 4
_OR: Final = re.compile(r"\b[oO][rR]\b")  # sounds as Hindi's "aur" does, and takes one of two in English
_MOST: Final = 99
_OF: Final = "च्या"  # Marathi's genitive, as in "दहाच्या ऐवजी": instead of ten
_NOT_ALONE: Final = frozenset({"take", "leave", "less", "minus", "out", "without", "vitut"})

Keys = tuple[str, ...]


class Said(NamedTuple):
    """A part of a message: what it may be, by letter; the rows that it names; the number or weight that it says."""

    letters: str
    start: int
    end: int
    rows: frozenset[str] = frozenset()
    number: int = 0
    weight: Measure | None = None


@lru_cache(maxsize=1)
def lists() -> Mapping[str, Any]:
    """The lists of the grammar by letter or name."""
    text = resources.files("backend.conversations.reading").joinpath("plain.toml").read_text("utf-8")
    return tomllib.loads(text)


@lru_cache(maxsize=1)
def _numbers() -> Mapping[str, float]:
    """Words for numbers in lower case that the everyday lists lack, with their values."""
    rows: Mapping[str, list[str]] = lists()["numbers"]
    return {word: float(value) for value, listed in rows.items() for word in listed}


@lru_cache(maxsize=1)
def totals() -> frozenset[str]:
    """Folded words that stand by the number that there are to be in all."""
    return frozenset(fold(word) for word in lists()["totals"])


def number_said(word: str) -> int:
    """The whole number that a word says, or 0."""
    typed = unicodedata.normalize("NFC", word.lower())
    typed = typed.removesuffix(_OF)
    value = _numbers().get(typed) or number_of_word(typed) or number_of(fold(typed)) or 0.0
    return int(value) if value == int(value) and value <= _MOST else 0


def _puts() -> frozenset[str]:
    """The forms of Swahili's "put", which may also put something in another's place."""
    return frozenset(key for key in cues().puts if "vek" in key) | {"put"}


@lru_cache(maxsize=1)
def _phrases() -> Mapping[Keys, str]:
    """Every phrase of the grammar with the letters that it may stand for."""
    grammar = lists()
    found: dict[Keys, str] = {}
    for letter in "xykpjgmcefstbwrquoh":
        for phrase in grammar[letter]:
            key = tuple(fold(word) for _, _, word in words(phrase))
            found[key] = found.get(key, "") + letter * (letter not in found.get(key, ""))
    skipped = {fold(word) for word in _NOT_ALONE}
    for letter, listed in (
        ("x", cues().off_before),
        ("y", cues().off_after),
        ("p", cues().puts),
        ("j", cues().puts - _puts()),
    ):
        for word in listed - skipped:
            known = found.get((word,), "")
            found[word,] = known + letter * (letter not in known)
    for word in cues().off_before - skipped - {"no"}:
        found[word,] += "y" * ("y" not in found[word,])
    return found | {tuple(fold(word) for _, _, word in words(one)): NOTHING for one in grammar["fillers"]}


@lru_cache(maxsize=1)
def grammar_words() -> frozenset[str]:
    """Every folded word of the grammar, and of weights."""
    return frozenset({key for phrase in _phrases() for key in phrase} | UNITS | {fold(TIMES), "a"})


def names_of(catalogue: Catalogue) -> Mapping[Keys, frozenset[str]]:
    """The rows of a shop by the folded words of their whole names and aliases."""
    known: Mapping[Keys, frozenset[str]] | None = catalogue.said.get(names_of)
    if known is None:
        known = catalogue.said[names_of] = _by_words(catalogue, fold)
    return known


def _typed_names(catalogue: Catalogue) -> Mapping[Keys, frozenset[str]]:
    """The rows of a shop by the words of their names as they are written: "AA" and "AAA" fold alike."""
    known: Mapping[Keys, frozenset[str]] | None = catalogue.said.get(_typed_names)
    if known is None:
        known = catalogue.said[_typed_names] = _by_words(catalogue, str.lower)
    return known


def _by_words(catalogue: Catalogue, key_of: Callable[[str], str]) -> Mapping[Keys, frozenset[str]]:
    found: dict[Keys, set[str]] = {}
    for item in catalogue.items:
        for text in (item.name, *item.aliases):
            found.setdefault(tuple(key_of(word) for _, _, word in words(text)), set()).add(item.sku)
    return {keys: frozenset(rows) for keys, rows in found.items() if keys}


def divided(text: str, catalogue: Catalogue) -> Iterator[Sequence[Said]]:
    """The ways in which a message comes apart into names, numbers and words of the grammar with nothing left over."""
    said = words(text)
    gaps = [text[end:start] for (_, end, _), (start, _, _) in pairwise(said)]
    edges = (text[: said[0][0]], text[said[-1][1] :]) if said else ("?",)
    plain = len(said) <= _LONGEST and not _OR.search(text)
    if not plain or not all(_GAP.fullmatch(gap) for gap in (*gaps, *edges)):
        return
    cuts = [bool(_CUT.search(gap)) for gap in gaps]
    keys = tuple(fold(word) for _, _, word in said)
    yield from _Message(keys, said, cuts, catalogue).parted(0)


@dataclass(frozen=True, slots=True)
class _Message:
    """The words of a message, where a sign stands behind one, and the shop whose goods they name."""

    keys: Keys
    said: Sequence[tuple[int, int, str]]
    cuts: Sequence[bool]
    catalogue: Catalogue

    def parted(self, place: int) -> Iterator[list[Said]]:
        """The ways in which the words from a place on come apart."""
        if place == len(self.keys):
            yield []
            return
        for one, last in self._readings(place):
            cut = last < len(self.keys) and self.cuts[last - 1]
            led = [*([one] if one.letters else []), *([Said(_SIGN, one.end, one.end)] if cut else [])]
            for rest in self.parted(last):
                yield [*led, *rest]

    def _readings(self, place: int) -> Iterator[tuple[Said, int]]:
        """What may begin at a word, and the word behind it: a name, the longest phrase that begins there, a number."""
        reach = next((n + 1 for n in range(place, len(self.cuts)) if self.cuts[n]), len(self.keys))
        start = self.said[place][0]
        names = names_of(self.catalogue)
        for last in range(reach, place, -1):
            rows = names.get(self.keys[place:last])
            if rows and len(rows) > 1:
                typed = tuple(word.lower() for _, _, word in self.said[place:last])
                rows = _typed_names(self.catalogue).get(typed, rows)
            if rows:
                yield Said(NAME, start, self.said[last - 1][1], rows), last
        for weight, last in self._weights(place):
            if last <= reach:
                yield Said(WEIGHT, start, self.said[last - 1][1], weight=weight), last
        number, behind = self._number_at(place)
        ends = range(min(reach, place + _LONGEST_PHRASE), place, -1)
        last = next((end for end in ends if self.keys[place:end] in _phrases()), 0)
        if last:
            letters = _phrases()[self.keys[place:last]] + NUMBER * bool(number and last == place + 1)
            yield Said(letters, start, self.said[last - 1][1], number=number), last
        elif number:
            yield Said(NUMBER, start, self.said[behind - 1][1], number=number), behind

    def _number_at(self, place: int) -> tuple[int, int]:
        """The number at a word, or 0, and the word behind it and its sign ("x6", "6 x")."""
        pair = [word.lower() for _, _, word in self.said[place : place + 2]]
        if len(pair) > 1 and TIMES in pair and not self.cuts[place]:
            return number_said(pair[pair[0] == TIMES]), place + 2
        return number_said(pair[0]), place + 1

    def _weights(self, place: int) -> Iterator[tuple[Measure, int]]:
        """The weights that may begin at a word, and the word behind each: "nusu kilo", "kilo moja na nusu"."""
        keys = self.keys[place : place + _LONGEST_WEIGHT]
        if len(keys) < _A_PAIR:
            return
        if is_unit(keys[0]):
            value = amount_said(self.said[place + 1][2])
            yield from _weighed(value, keys[0], place + _A_PAIR)
            if value and keys[2:3] == (_AND,) and spoken_number("".join(keys[3:4])) in _FRACTIONS:
                yield from _weighed(value + (spoken_number(keys[3]) or 0.0), keys[0], place + _LONGEST_WEIGHT)
        ends = _A_PAIR - 1 + (keys[1] == "a")
        if is_unit("".join(keys[ends : ends + 1])):
            yield from _weighed(amount_said(self.said[place][2]), keys[ends], place + ends + 1)


def amount_said(word: str) -> float:
    """The number or fraction that a word says, or 0."""
    return float(word) if _DECIMAL.fullmatch(word) else spoken_number(fold(word)) or float(number_said(word))


def _weighed(value: float, unit: str, last: int) -> Iterator[tuple[Measure, int]]:
    measure = measure_of(value, unit) if value else None
    if measure is not None and measure.dimension in _SOLD_BY:
        yield measure, last
