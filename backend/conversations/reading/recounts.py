"""A count that is taken back in the same breath ("paratha do, nahi nahi teen kar do", "moja, aah si moja, tatu")."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from backend.catalog.linking.folding import fold, words, words_behind
from backend.catalog.linking.lexicon import lexicon
from backend.conversations.reading.amounts import number_said
from backend.conversations.reading.passed_over import counting_nothing, passed_over
from backend.conversations.reading.pieces import cues, either

_NO: Final = r"(?:nahi|nahin|nai|no|nako|hapana|नहीं|नही|नको|नाही)"
_NOT: Final = r"(?:si|sio|siyo|not|nahi|nako|नहीं|नको)"
_TAKEN_BACK: Final = re.compile(rf"(?<!\w){_NO}[\s,.!]+{_NO}(?!\w)[\s,.!]*", re.IGNORECASE)
_OH: Final = r"(?:(?<!\w)(?:aa?h|oh|wait|arre|are|no|hapana|samahani|sorry|pole|sori|अरे|सॉरी)[\s,.]+)*"
_SAME_NOT: Final = re.compile(rf"{_OH}(?<!\w)(?P<no>{_NOT})\s+(?P<number>[^\s,.]+)", re.IGNORECASE)
_BUT: Final = re.compile(r"[\s,.]*(?:(?:ni|its|it's|but|bali|lakini|nataka|weka|balki|बल्कि)\s+)?")
_LET_ME: Final = re.compile(
    rf"{_OH}(?<!\w)(?:(?:wacha|acha|hebu)\s+(?:tu\s+)?(?:ni|tu)(?:chukue|seme|pee)|"
    r"(?:ama|au|or|but|lakini)\s+(?:wacha|acha|ngoja|wait)(?=\s+\w+\s+(?:tu|only|pekee)\b)|"
    r"(?:actually |just )?(?:let me|lemme|i'?ll) (?:just )?(?:take|have|get|do))\s+(?:just |only |tu )?",
    re.IGNORECASE,
)
_NUMBER_NOT: Final = re.compile(
    rf"{_OH}(?<![^\s,.])(?P<number>[^\s,.]+)\s+(?:nahi|nahin|nako|no|नहीं|नही|नको)\s+(?=\w)", re.IGNORECASE
)
_MAKES: Final = re.compile(
    r"\s*(?:(?:kar|kardo|karo|kara|weka|iwe|ziwe|make|कर|करा|करो)\b\s*(?:do|de|dena|dya|दो|द्या)?)?"
)
_BREAKS: Final = re.compile(r"(?<!\.)\.(?!\.)|[;!?।\n]")
_COUNT: Final = "count"
Amount = Mapping[str, Any]


def with_recounts(text: str, reading: Mapping[str, Any]) -> Mapping[str, Any]:
    """The reading with a count that is taken back in the number that comes in its place, which is said no more.

    The words that take it back are passed over. A count before another sentence is not taken back, nor is a weight.

    Args:
        text: The message.
        reading: The bot's reading.
    """
    reading = _with_times(text, reading)
    amounts = sorted(reading.get("amounts") or (), key=lambda one: int(one["start"]))
    if not amounts:
        return reading
    for found in _TAKEN_BACK.finditer(text):
        new = _amount_at(found, amounts)
        if new is not None:
            return _recounted(text, reading, found.start(), _before(text, found, amounts), new)
    read = (rule(text, reading, amounts) for rule in (_refused_before, _refused_behind, _let_me))
    return next((one for one in read if one is not None), reading)


def _with_times(text: str, reading: Mapping[str, Any]) -> Mapping[str, Any]:
    """The reading with "times two" behind what it counts as a count ("wings 6 mara mbili"); a change doubles by it."""
    found = _TIMES.search(text)
    if found is None or (reading.get("intent") or {}).get("name") == "modify_order":
        return reading
    start, end = found.span()
    value = number_said(fold(found["number"] or "two"), found["number"] or "two")
    kept = [one for one in reading.get("amounts") or () if not (one["start"] < end and start < one["end"])]
    said = {"text": found.group(), "start": start, "end": end, "value": value, "high": None}
    told = {**said, "unit": None, "kind": _COUNT, "currency": None, "repeat": False}
    return {**reading, "amounts": sorted([*kept, told], key=lambda one: int(one["start"]))}


_TIMES: Final = re.compile(
    r"(?<=\w )(?:mara (?P<number>mbili|tatu|nne|tano|sita)|twice)(?! (?:kwa|a|per|every)\b)\b", re.IGNORECASE
)


def _refused_before(text: str, reading: Mapping[str, Any], amounts: Sequence[Amount]) -> Mapping[str, Any] | None:
    for found in _SAME_NOT.finditer(text):
        had, said = _before(text, found, amounts), number_said(fold(found["number"]), found["number"])
        but = _BUT.match(text, found.end())
        new = _amount_at(but, amounts)
        if had is None or not said:
            continue
        if new is None and but and (again := _said_again(text, but.end(), had)):
            return _without(reading, found.start(), again)
        led = fold(found["no"]) not in cues().refusals_after
        if new is not None and had["value"] in {said, new["value"] if led else said}:
            return _recounted(text, reading, found.start(), had, new)
        if led and had["value"] != said and _ends(text, found.end()):
            return _without(reading, found.start(), found.end())
    return None


def _refused_behind(text: str, reading: Mapping[str, Any], amounts: Sequence[Amount]) -> Mapping[str, Any] | None:
    for found in _NUMBER_NOT.finditer(text):
        new = _amount_at(found, amounts)
        if new is not None and (named := _named_again(text, found, new, amounts)) is not None:
            had, end = named
            return _recounted(text, reading, found.start(), had, {**new, "end": end})
    return None


def _let_me(text: str, reading: Mapping[str, Any], amounts: Sequence[Amount]) -> Mapping[str, Any] | None:
    for found in _LET_ME.finditer(text):
        had, new = _before(text, found, amounts), _amount_at(found, amounts)
        if had is not None and new is not None:
            return _recounted(text, reading, found.start(), had, new)
    return None


def _said_again(text: str, place: int, had: Amount) -> int:
    """Where a word for the count that stands ends, which is said once more ("one, not two, it's one"), or 0."""
    behind = words_behind(text, place)[:1]
    again = bool(behind) and behind[0][0] == 0 and number_said(fold(behind[0][2]), behind[0][2]) == had["value"]
    return place + behind[0][1] if again else 0


def _amount_at(found: re.Match[str] | None, amounts: Sequence[Amount]) -> Amount | None:
    return next((one for one in amounts if found is not None and int(one["start"]) == found.end()), None)


def _named_again(text: str, found: re.Match[str], new: Amount, amounts: Sequence[Amount]) -> tuple[Amount, int] | None:
    """The one count that is refused for a new one, and where its good ends that the new one names again; else None."""
    behind = words_behind(text, int(new["end"]))[:1]
    refused = number_said(fold(found["number"]), found["number"])
    had = [one for one in amounts if int(one["end"]) <= found.start() and one["value"] == refused]
    if not behind or len(had) != 1 or had[0].get("kind") != _COUNT:
        return None
    start = int(had[0]["end"])
    end = next((int(one["start"]) for one in amounts if int(one["start"]) > start), found.start())
    said = {fold(word) for _, _, word in words(text[start : min(end, found.start())])}
    return (had[0], int(new["end"]) + behind[0][1]) if fold(behind[0][2]) in said - lexicon().filler else None


def _without(reading: Mapping[str, Any], start: int, end: int) -> Mapping[str, Any]:
    """The reading without a number that is refused for the one before it ("milk one, not two")."""
    return counting_nothing(reading, [(start, end)])


def _before(text: str, found: re.Match[str], amounts: Sequence[Amount]) -> Amount | None:
    """The last count before what takes it back, in its sentence."""
    counts = [one for one in amounts if int(one["end"]) <= found.start()]
    near = bool(counts) and not _BREAKS.search(text[int(counts[-1]["end"]) : found.start()])
    return counts[-1] if near and counts[-1].get("kind") == _COUNT else None


def _ends(text: str, place: int) -> bool:
    """Whether no good comes next that a number before it may count ("no no, 2 vada pav")."""
    behind = words_behind(text, place)[:1]
    if not behind or text[place : place + behind[0][0]].strip():
        return True
    key = fold(behind[0][2])
    return key in either(cues().joins, cues().asks, cues().only, lexicon().filler)


def _recounted(text: str, reading: Mapping[str, Any], start: int, had: Amount | None, new: Amount) -> Mapping[str, Any]:
    """The reading with a new count; where none was read before, it counts what stands before it."""
    first, last = int(new["start"]), int(new["end"])
    made = _MAKES.match(text, last)
    if new.get("kind") != _COUNT or not _ends(text, made.end() if made else last):
        return reading
    spans = [(start, first if had is None else last), (last, made.end() if made else last)]
    kept = [one for one in reading.get("amounts") or () if not start <= int(one["start"]) < last]
    counts = [new] if had is None else []
    amounts = [{**one, **({"value": new["value"], "high": None} if one is had else {})} for one in kept]
    spans = [span for span in spans if span[0] < span[1]]
    return {**passed_over(reading, spans), "amounts": [*amounts, *counts]}
