"""Amounts that take another's place: "4 ki jagah 6" is six, of which there were four."""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise, takewhile
from typing import Any, Final

from backend.catalog.linking.folding import fold, words, words_before, words_behind
from backend.catalog.linking.terms import is_unit
from backend.conversations.reading.amounts import number_of
from backend.conversations.reading.pieces import cues

_WORDS: Final = frozenset(map(fold, ("jagah", "jagha", "badle", "aivaji", "evaji", "जगह", "बदले", "ऐवजी")))
LEADING_OF: Final = frozenset(map(fold, ("ki", "ke", "chya", "cha", "chi", "che", "की", "के", "च्या")))
_LEADS: Final = _WORDS | LEADING_OF | frozenset(map(fold, ("me", "mein", "par", "pe", "में", "पर")))
# "Swap the 500g for the 1kg" says it of two sizes.
_EXCHANGES: Final = frozenset(map(fold, ("swap", "replace", "change", "switch", "exchange", "upgrade", "downgrade")))
_FOR: Final = frozenset(map(fold, ("for", "with", "to")))
_BETWEEN: Final = _LEADS | _FOR | {fold("the"), "a"}
_PAIR: Final = 2
_SHORT: Final = 8
_NOT: Final = frozenset(map(fold, ("sio", "siyo", "not")))
_SIGN: Final = re.compile(r"[,;.\n।]")


def is_said_of(text: str) -> bool:
    """Whether a text says that one thing comes in the place of another."""
    return not _WORDS.isdisjoint(fold(word) for _, _, word in words(text))


def taken_over(text: str, amounts: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The amounts, two of which one takes the other's place ("4 ki jagah 6", "2 nahi 3 kilo") as the new one alone."""
    kept: list[Mapping[str, Any]] = []
    for one in sorted(amounts, key=lambda amount: int(amount["start"])):
        place = int(one["start"])
        start = _former(text, place) or _refused(text, one)
        if start is None or _is_size(text, one):
            kept.append(one)
        else:
            earlier = [other for other in kept if other["end"] <= start]
            kept = [*earlier, {**one, "start": start, "text": text[start : int(one["end"])]}]
    return kept


def without_former(text: str, amounts: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The amounts without a number that is what there was before ("mbili sio tatu", "2 not 3")."""
    ordered = sorted(amounts, key=lambda amount: int(amount["start"]))
    former = [
        after for one, after in pairwise(ordered) if _is_former(text[int(one["end"]) : int(after["start"])], after)
    ]
    former += [one for one in ordered[1:] if one.get("kind") == "measure" and _is_refused_size(text, one)]
    return [one for one in amounts if one not in former] if former else list(amounts)


def _is_refused_size(text: str, amount: Mapping[str, Any]) -> bool:
    """Whether a weight is all that a clause refuses ("two of the 500g. Not the one kilo")."""
    start, end = int(amount["start"]), int(amount["end"])
    return bool(_NOT_THE.search(text[:start]) and _CLOSES.match(text, end))


_NOT_THE: Final = re.compile(r"[,.;!\n]\s*(?:not|si|sio|siyo)\s+(?:(?:the|a|ya|ile ya|za)\s+)?$", re.IGNORECASE)
_CLOSES: Final = re.compile(r"\s*(?:one|ones)?\s*(?:[,.;!\n]|$)", re.IGNORECASE)


def _is_former(between: str, amount: Mapping[str, Any]) -> bool:
    """Whether a "not" alone stands between an amount and a number, which is what there was ("mbili sio tatu")."""
    said = [fold(word) for _, _, word in words(between)] if len(between) < _SHORT else []
    return len(said) == 1 and said[0] in _NOT and amount.get("kind") == "count" and not _SIGN.search(between)


def _refused(text: str, amount: Mapping[str, Any]) -> int | None:
    """Where the bare number starts that is refused for an amount with a unit right behind it ("2 nahi 3 kilo")."""
    led = words_before(text, int(amount["start"]))[-_PAIR:] if amount.get("unit") else []
    if len(led) < _PAIR or fold(led[1][2]) not in cues().refusals_after or number_of(fold(led[0][2])) is None:
        return None
    return None if _SIGN.search(text[led[0][1] : int(amount["start"])]) else led[0][0]


def _is_size(text: str, amount: Mapping[str, Any]) -> bool:
    """Whether a unit of sizes stands behind a number ("8 inch ki jagah 12 inch"), which counts nothing."""
    behind = words_behind(text, int(amount["end"]))[:1]
    return amount.get("kind") == "count" and any(is_unit(fold(word)) for _, _, word in behind)


def _former(text: str, place: int) -> int | None:
    """Where the number starts in whose place comes what stands at a place; its genitive may be taken for money's."""
    before = [(start, end, fold(word)) for start, end, word in reversed(words_before(text, place))]
    led = list(takewhile(lambda word: word[2] in _BETWEEN or is_unit(word[2]), before))
    number = next(iter(before[len(led) :]), None)
    said = {word for _, _, word in led}
    exchanged = not said.isdisjoint(_FOR) and any(is_unit(word) for word in said)
    told = exchanged and any(word in _EXCHANGES for _, _, word in before)
    if number is None or not (told or not _WORDS.isdisjoint(said)) or number_of(number[2]) is None:
        return None
    return None if _SIGN.search(text[number[1] : place]) else number[0]
