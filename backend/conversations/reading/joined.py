"""Numbers with a half or a quarter in one word with them ("साडेतीन"), those said twice, and words for a weight."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words
from backend.catalog.linking.lexicon import phrase_key
from backend.catalog.linking.terms import spoken_number
from backend.conversations.reading.pieces import cues, places_of
from backend.conversations.reading.slips import number_of_word

_SHIFTS: Final = {
    unicodedata.normalize("NFC", word): shift
    for shift, listed in (
        (0.5, "saadhe sadhe saade sade साढ़े साढे साडे"),
        (0.25, "savva sava sawa सव्वा सवा"),
        (-0.25, "pavane paavne pavne paune पावणे पाउणे पौने"),
    )
    for word in listed.split()
}
_LEADS: Final = tuple(_SHIFTS)
_MEASURE: Final = "measure"


@lru_cache(maxsize=16384)
def joined_number(word: str) -> float | None:
    """The number of such a word, or None for any other word."""
    said = unicodedata.normalize("NFC", word).lower()
    if not said.startswith(_LEADS):
        return None
    for lead, shift in _SHIFTS.items():
        rest = said.removeprefix(lead)
        whole = None if rest in {said, ""} else number_of_word(rest) or spoken_number(fold(rest))
        if whole is not None and whole > 1 and whole % 1 == 0:
            return whole + shift
    return None


def with_joined(text: str, reading: Mapping[str, Any], catalogue: Catalogue) -> Mapping[str, Any]:
    """The reading with such numbers before or behind the unit that they count, or by themselves."""
    reading = _weighed(text, reading, catalogue)
    found = list(_joined(text, catalogue))
    amounts: Sequence[Mapping[str, Any]] = reading.get("amounts") or ()
    doubled = list(_doubled(text, amounts, catalogue))
    reading = {**reading, "amounts": [*amounts, *doubled]} if doubled else reading
    amounts = reading.get("amounts") or ()
    for start, end, value in found:
        beside = next((one for one in amounts if _is_beside(text, one, start, end)), None)
        kept = [one for one in amounts if one is not beside and (one["end"] <= start or end <= one["start"])]
        amounts = sorted([*kept, _counted(text, start, end, value, beside)], key=lambda one: int(one["start"]))
    mentions = [one for one in reading.get("mentions") or () if not any(_is_all_of(one, span) for span in found)]
    return {**reading, "amounts": list(amounts), "mentions": mentions} if found else reading


def _weighed(text: str, reading: Mapping[str, Any], catalogue: Catalogue) -> Mapping[str, Any]:
    """The reading with the words that are a weight by themselves ("पावशेर", "pav sher"), unless they are a good here."""
    weights = cues().weights
    spans = [one for one in places_of(_listed(), text) if _is_weight(text[slice(*one)], catalogue)]
    if not spans:
        return reading
    kept = [one for one in reading.get("amounts") or () if not any(_meets(one, span) for span in spans)]
    unit = {"unit": "kg", "kind": _MEASURE, "currency": None, "repeat": False}
    told = (_counted(text, *span, weights[phrase_key(text[slice(*span)])], None) | unit for span in spans)
    amounts = sorted([*kept, *told], key=lambda one: int(one["start"]))
    mentions = [_without(text, one, spans) for one in reading.get("mentions") or ()]
    return {**reading, "amounts": amounts, "mentions": [one for one in mentions if one is not None]}


@lru_cache(maxsize=1)
def _listed() -> frozenset[str]:
    return frozenset(cues().weights)


def _is_weight(said: str, catalogue: Catalogue) -> bool:
    keys = (fold(word) for _, _, word in words(said))
    return all(key not in catalogue.index.by_key or spoken_number(key) is not None for key in keys)


def _meets(span: Mapping[str, Any], other: tuple[int, int]) -> bool:
    return bool(span["start"] < other[1] and other[0] < span["end"])


def _without(text: str, mention: Mapping[str, Any], spans: Sequence[tuple[int, int]]) -> Mapping[str, Any] | None:
    """A mention without the weight at its start or end, or None where nothing is left."""
    start, end = int(mention["start"]), int(mention["end"])
    for first, last in spans:
        if first <= start < last:
            start = last + len(text[last:]) - len(text[last:].lstrip())
        if first < end <= last:
            end = len(text[:first].rstrip())
    return {**mention, "start": start, "end": end, "text": text[start:end]} if start < end else None


def _joined(text: str, catalogue: Catalogue) -> Iterator[tuple[int, int, float]]:
    for start, end, word in words(text):
        value = None if fold(word) in catalogue.index.by_key else joined_number(word)
        if value is not None:
            yield start, end, value


def _doubled(text: str, amounts: Sequence[Mapping[str, Any]], catalogue: Catalogue) -> Iterator[Mapping[str, Any]]:
    """Numbers said twice right before a good of the shop, which are so many of each ("do do samosa aur kachori")."""
    said = words(text)
    for (start, end, word), (first, last, again), (behind, _, after) in zip(said, said[1:], said[2:], strict=False):
        if word.lower() != again.lower():
            continue
        value = number_of_word(word.lower()) or spoken_number(fold(word)) or 0
        touching = text[end:first].isspace() and text[last:behind].isspace()
        held = any(one["start"] < last and start < one["end"] for one in amounts)
        if value >= 1 and touching and not held and fold(after) in catalogue.index.by_key:
            yield {**_counted(text, start, last, value, None), "repeat": True}


def _is_beside(text: str, amount: Mapping[str, Any], start: int, end: int) -> bool:
    """Whether an amount is a unit alone right beside a place, or a unit with a part of what stands there."""
    if amount.get("kind") not in {_MEASURE, "pack"}:
        return False
    first, last = int(amount["start"]), int(amount["end"])
    lone = amount.get("value") == 1 and " " not in str(amount.get("text") or "").strip()
    touching = not text[end:first].strip() if first >= end else not text[last:start].strip()
    return (lone and touching) or first <= start < last


def _counted(text: str, start: int, end: int, value: float, unit: Mapping[str, Any] | None) -> dict[str, Any]:
    first, last = (start, end) if unit is None else (min(start, int(unit["start"])), max(end, int(unit["end"])))
    counted = {"unit": None, "kind": "count", "currency": None, "repeat": False} if unit is None else unit
    return {**counted, "start": first, "end": last, "text": text[first:last], "value": value, "high": None}


def _is_all_of(mention: Mapping[str, Any], span: tuple[int, int, float]) -> bool:
    return (mention["start"], mention["end"]) == span[:2]
