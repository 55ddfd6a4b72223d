"""Amounts that the bot's spans lack: a number as an amount, and the number before a word for more or less."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from backend.catalog.linking.folding import fold, words
from backend.catalog.linking.lexicon import lexicon
from backend.conversations.reading.amounts import number_of
from backend.conversations.reading.pieces import Kind, Piece, cues, either, places_of

LEAST_PRICE: Final = 10
_LONGEST_COUNT: Final = 3
# What stands behind "less" where it is a step, and no word for how something is to taste ("ek kam teekha").
_MADE: Final = frozenset(
    map(fold, ("", "kar", "karo", "kara", "karna", "karun", "ho", "kijiye", "कर", "करो", "करा", "करून", "कीजिए"))
)


def counted(piece: Piece, value: float, kind: str = "count") -> dict[str, Any]:
    """A word as an amount of the bot's form."""
    return {
        "start": piece.start, "end": piece.end, "text": piece.text, "value": value, "high": None, "unit": None,
        "kind": kind, "currency": None, "repeat": False,
    }  # fmt: skip


def with_steps(text: str, reading: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The amounts, and in a change the number right before a word for less or more ("ek kami kara", "bread ek kam").

    A number that says how many there are to be, and no more ("just one", "do hi"), is one as well.
    """
    amounts = list(reading["amounts"])
    intent = (reading.get("intent") or {}).get("name")
    if intent != "modify_order":
        return [*amounts, *_anew(words(text), amounts), *(() if intent == "place_order" else _exact(text, amounts))]
    steps = cues().less if amounts or reading.get("mentions") else cues().less | cues().more
    said = [*words(text), (len(text), len(text), "")]
    for (start, end, word), (_, _, after), (_, _, verb) in zip(said, said[1:], [*said[2:], said[-1]], strict=False):
        held = any(one["start"] < end and start < one["end"] for one in amounts)
        value = None if held or fold(after) not in steps else number_of(fold(word))
        if value is not None and (not reading.get("mentions") or fold(verb) in _MADE):
            amounts.append(counted(Piece(Kind.OTHER, start, end, word, fold(word)), float(value)))
    return [*amounts, *_exact(text, amounts), *_anew(said, amounts)]


_JUST: Final = re.compile(r"(?:च|ach|ch)$")  # Marathi's "just", at the end of a number


def _anew(said: Sequence[tuple[int, int, str]], amounts: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """The number behind one that is refused ("do nahi chaar"), where it is no amount yet."""
    for (_, _, first), (_, _, refusal), (start, end, word) in zip(said, said[1:], said[2:], strict=False):
        value = number_of(fold(word)) if fold(refusal) in _refusals() and number_of(fold(first)) is not None else None
        if value is not None and not any(one["start"] < end and start < one["end"] for one in amounts):
            yield counted(Piece(Kind.OTHER, start, end, word, fold(word)), float(value))


def _refusals() -> frozenset[str]:
    return either(cues().refusals_after, cues().negations)


def _exact(text: str, amounts: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """The numbers of "just one" and "do hi" that are no amounts yet."""
    for first, last in places_of(cues().exactly, text):
        if any(one["start"] < last and first < one["end"] for one in amounts):
            continue
        for start, end, word in words(text[first:last]):
            value = number_of(fold(word)) or number_of(fold(_JUST.sub("", word)))
            if value is not None:
                yield counted(Piece(Kind.OTHER, first + start, first + end, word, fold(word)), float(value))


def numbers_in(text: str, slot: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The bare numbers of a slot, in digits or words, which are counts or prices if goods have strayed into it."""
    found = [*words(text[slot["start"] : slot["end"]]), (0, 0, "")]
    places = (
        (slot["start"] + start, slot["start"] + end, word, fold(after))
        for (start, end, word), (_, _, after) in pairwise(found)
    )
    return [
        counted(Piece(Kind.OTHER, start, end, word, fold(word)), float(value), _kind_before(word, value, after))
        for start, end, word, after in places
        if (value := number_of(fold(word))) is not None and (len(word) <= _LONGEST_COUNT or not word.isdigit())
    ]


def _kind_before(word: str, value: float, after: str) -> str:
    """Whether a number counts, or is what to spend: "120 ke samose" are samosas for 120."""
    return "money" if word.isdigit() and value >= LEAST_PRICE and after in lexicon().joints_before else "count"
