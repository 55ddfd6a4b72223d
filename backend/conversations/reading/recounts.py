"""A count that is taken back in the same breath ("paratha do, nahi nahi teen kar do", "moja, aah si moja, tatu")."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from backend.catalog.linking.folding import fold, words_behind
from backend.catalog.linking.lexicon import lexicon
from backend.conversations.reading.amounts import number_said
from backend.conversations.reading.passed_over import passed_over
from backend.conversations.reading.pieces import cues

_NO: Final = r"(?:nahi|nahin|nai|no|nako|hapana|नहीं|नही|नको|नाही)"
_NOT: Final = r"(?:si|sio|siyo|not|nahi|nako|नहीं|नको)"
_TAKEN_BACK: Final = re.compile(rf"(?<!\w){_NO}[\s,.!]+{_NO}(?!\w)[\s,.!]*", re.IGNORECASE)
_SAME_NOT: Final = re.compile(
    rf"(?:(?<!\w)(?:aah|ah|oh|wait|arre|are|no|hapana)[\s,.]+)?(?<!\w){_NOT}\s+(?P<number>[^\s,.]+)",
    re.IGNORECASE,
)
_MAKES: Final = re.compile(
    r"\s*(?:(?:kar|kardo|karo|kara|weka|iwe|ziwe|make|कर|करा|करो)\b\s*(?:do|de|dena|dya|दो|द्या)?)?"
)
_BREAKS: Final = re.compile(r"[.;!?।\n]")
_APART: Final = 3
_COUNT: Final = "count"
Amount = Mapping[str, Any]


def with_recounts(text: str, reading: Mapping[str, Any]) -> Mapping[str, Any]:
    """The reading with a count that is taken back in the number that comes in its place, which is said no more.

    The words that take it back are passed over. A count before another sentence is not taken back, nor is a weight.

    Args:
        text: The message.
        reading: The bot's reading.
    """
    amounts = sorted(reading.get("amounts") or (), key=lambda one: int(one["start"]))
    if not amounts:
        return reading
    for found in _TAKEN_BACK.finditer(text):
        new = next((one for one in amounts if int(one["start"]) == found.end()), None)
        if new is not None:
            return _recounted(text, reading, found.start(), _before(text, found, amounts), new)
    for found in _SAME_NOT.finditer(text):
        had, new = _before(text, found, amounts), next((one for one in amounts if _follows(one, found)), None)
        if had is not None and new is not None and number_said(fold(found["number"]), found["number"]) == had["value"]:
            return _recounted(text, reading, found.start(), had, new)
    return reading


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
    return key in cues().joins or key in cues().asks or key in lexicon().filler


def _follows(amount: Amount, found: re.Match[str]) -> bool:
    return 0 <= int(amount["start"]) - found.end() <= _APART


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
