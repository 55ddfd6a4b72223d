"""What an order names to leave out: a size that is refused, and a good in whose place another comes."""

import re
from collections.abc import Sequence
from itertools import dropwhile, takewhile
from typing import Final

from backend.catalog.linking.folding import fold, words_before, words_behind
from backend.conversations.reading.instead import LEADING_OF
from backend.conversations.reading.pieces import CUTS, Kind, Piece, cues
from backend.conversations.reading.segment import Segment

_NAMES: Final = frozenset({Kind.GOODS, Kind.FOREIGN})
# Hindi's and Marathi's "instead of" and "except", which stand behind what is left out.
_IN_PLACE: Final = frozenset(
    map(fold, ("jagah", "jagha", "badle", "aivaji", "evaji", "bajay", "bajaye", "जगह", "बदले", "बजाय", "ऐवजी"))
)
_LEAVING: Final = frozenset(map(fold, ("sodun", "chhodkar", "chodkar", "chhodke", "सोडून", "छोड़कर", "छोडकर")))
_LEFT: Final = _IN_PLACE | _LEAVING
# Stands before a size that is not wanted.
REFUSES_BEFORE: Final = frozenset(map(fold, ("not", "without", "bina", "बिना", "sio", "siyo", "si", "bila")))
_THE: Final = frozenset(map(fold, ("the", "that", "ile", "hiyo")))


def is_refused(segment: Segment, pieces: Sequence[Piece], text: str) -> bool:
    """Whether an uncounted size is what is not wanted ("small, not large", "lahan ek, motha nako").

    Args:
        segment: The words for a size.
        pieces: All pieces of the message in order.
        text: The message.
    """
    if segment.amounts:
        return False
    start, end = segment.start, segment.end
    former = [one for one in pieces if one.end <= start]
    if former and former[-1].key in _THE and text[former[-1].end : start].isspace():
        start = former.pop().start  # "Not the half."
    before = next(reversed(former), None)
    behind = [one for one in pieces if one.start >= end]
    which = list(takewhile(_tells_which, behind))  # "Chhota wala nahi" refuses the small one.
    end, after = which[-1].end if which else end, next(iter(behind[len(which) :]), None)
    led = _is_break(before, REFUSES_BEFORE) and before is not None and text[before.end : start].isspace()
    refused = _is_break(after, cues().refusals_after) and after is not None
    return led or (refused and after is not None and text[end : after.start].isspace())


def _tells_which(piece: Piece) -> bool:
    return piece.kind is Kind.JOINT and piece.text.lower() in cues().attributes


def left_for_another(segment: Segment, text: str, pieces: Sequence[Piece]) -> bool:
    """Whether a good that an order names is left out, and another one comes ("chain aivaji gear chain")."""
    end = segment.end
    behind = [one for one in pieces if one.start >= end]
    word = next((one for one in behind if one.key not in LEADING_OF), None)
    replaced = word is not None and word.key in _LEFT and not segment.amounts
    return (replaced or _is_refused_whole(segment, text, behind)) and _leads_to_another(behind)


def _is_refused_whole(segment: Segment, text: str, behind: Sequence[Piece]) -> bool:
    """Whether a "no" and a sign stand behind a good with its amount ("laddu half a kilo no, ...")."""
    after = next(iter(behind), None)
    if after is None or not segment.amounts or not _is_break(after, cues().refusals_after):
        return False
    return text[segment.end : after.start].isspace() and text[after.end :].lstrip(" ")[:1] in {",", ".", "।", "\n"}


def _leads_to_another(behind: Sequence[Piece]) -> bool:
    """Whether the words that follow, behind such words and signs, name a good."""
    rest = dropwhile(lambda one: one.kind in CUTS or one.key in _LEFT or one.key in LEADING_OF, behind)
    return any(one.kind in _NAMES for one in takewhile(lambda one: one.kind not in CUTS, rest))


def _is_break(piece: Piece | None, keys: frozenset[str]) -> bool:
    return piece is not None and piece.kind is Kind.BREAK and piece.key in keys


def is_taken_back(text: str, start: int, end: int) -> bool:
    """Whether a good that is named again, between two places of a text, is let be, left out or called off there."""
    led = (_CALLS_OFF.search(text[:start]) or _BEFORE.search(text[:start])) and _CLOSES.match(text, end)
    return bool(led or _CALLED_OFF.match(text, end) or _BEHIND.match(text, end))


def is_refused_alone(text: str, start: int, end: int) -> bool:
    """Whether a good between two places is refused, and not some sort of it, or in another ("no sugar in the tea")."""
    before = [fold(word) for _, _, word in words_before(text, start)][-1:]
    known = cues()
    closing = known.refusals_after | known.off_after | known.joins | known.corrections | known.set
    behind = [fold(word) for _, _, word in words_behind(text, end)][:1]
    closed = bool(_CLOSES.match(text, end)) or not closing.isdisjoint(behind) or is_taken_back(text, start, end)
    return closed and known.comes_without.isdisjoint(before)


_CLOSES: Final = re.compile(r"\s*(?:[,.;!।\n]|$)")
_CALLED_OFF: Final = re.compile(r"\s+(?:(?:cancel|कैंसल|कैंसिल)(?!\w)|(?:hapana|wacha|acha|no)\s*[,.;\n])", re.IGNORECASE)
_CALLS_OFF: Final = re.compile(
    r"\b(?:cancel|leave|drop|skip|forget|scrap|wacha|acha)(?: out)? (?:the |that |hiyo |hizo )?$", re.IGNORECASE
)


def is_let_be(text: str, start: int, end: int) -> bool:
    """Whether what stands between two places of a text is told to be let be, or left."""
    known = any(part in text for part in _LEFT_ALONE)
    return known and bool(_BEHIND.match(text, end) or _BEFORE.search(text[:start]))


_LEFT_ALONE: Final = ("hne", "HNE", "हने", "ahu ", "राहू", "eave ")
_BEHIND: Final = re.compile(
    r"\s*(?:(?:abhi|aaj|filhal|tar|atta|आज|अभी|आता|तर)\s+)?"
    r"(?:r[ea]hne ?(?:do|de|dena|dijiye|dijie)\b|rahu (?:de|dya|det)\b|रहने (?:दो|दे|दीजि)|राहू (?:दे|द्या))",
    re.IGNORECASE,
)
_BEFORE: Final = re.compile(r"\bleave (?:out )?(?:the |my )?$", re.IGNORECASE)
