"""Some of what is ordered, spoken of again with a wish about it: "three teas ... one tea should have no sugar"."""

import re
from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words_behind
from backend.conversations.reading.layout import lay_out
from backend.conversations.reading.pieces import CUTS, Kind, Piece, cues

_SIGN: Final = re.compile(r"[,;.\n।!?]")
_HELD: Final = frozenset({Kind.GOODS, Kind.SIZE, Kind.AMOUNT, Kind.JOINT})
# "May it not be", in all classes of Swahili; "may it be" needs a "with" or "without" behind it to be a wish.
_NOT_TO_BE: Final = re.compile(r"(?:i|zi|ya|vi|u|ki|li|wa|a)siwe")
_TO_BE: Final = re.compile(r"(?:i|zi|ya|vi|u|ki|li|wa|a)(?:ku)?we")
_WITH: Final = frozenset({"na", "bila"})
_SHOULD: Final = frozenset({"should", "must"})
_HAS: Final = frozenset({"have", "be", "come", "not"})


def without_parts(text: str, reading: Mapping[str, Any], catalogue: Catalogue) -> Mapping[str, Any]:
    """The reading of an order without the goods that are only some of those before, with a wish as its note.

    They stand behind a sign, are fewer than were ordered before, and a wish follows right behind them.
    """
    if (reading.get("intent") or {}).get("name") != "place_order":
        return reading
    pieces = lay_out(text, reading, catalogue)
    starts = [place + 1 for place, piece in enumerate(pieces) if piece.kind is Kind.BREAK and _SIGN.search(piece.text)]
    found = [span for place in starts if (span := _part(pieces, place, text, reading)) is not None]
    for span in found:
        reading = _as_note(text, reading, span)
    return reading


def _part(pieces: Sequence[Piece], place: int, text: str, reading: Mapping[str, Any]) -> tuple[int, int] | None:
    """Where a part and the wish about it stand, if a part begins at a place."""
    run = list(takewhile(lambda piece: piece.kind in _HELD, pieces[place:]))
    counts = [value for piece in run if (value := _count(piece, reading)) is not None]
    named = {piece.key for piece in run if piece.kind is Kind.GOODS}
    if len(counts) != 1 or not named or not _more_before(pieces[: place - 1], named, counts[0], reading):
        return None
    end = max(piece.end for piece in run)
    wish = _wish(text, end, run[-1])
    return None if wish is None else (run[0].start, _end(pieces, wish, text))


def _more_before(pieces: Sequence[Piece], named: set[str], count: float, reading: Mapping[str, Any]) -> bool:
    """Whether an entry before has all the words of a good, and a greater count."""
    runs: list[list[Piece]] = [[]]
    for piece in pieces:
        runs += [[]] if piece.kind in CUTS else []
        runs[-1].append(piece)
    counted = ((run, [_count(piece, reading) or 0 for piece in run]) for run in runs)
    return any(named <= {piece.key for piece in run} and max(counts, default=0) > count for run, counts in counted)


def _count(piece: Piece, reading: Mapping[str, Any]) -> float | None:
    raw = reading["amounts"][piece.amount] if piece.amount is not None else {}
    return raw.get("value") if raw.get("kind") == "count" else None


def _wish(text: str, end: int, last: Piece) -> int | None:
    """Where a wish's own words begin, right behind what it is about."""
    said = [(end + first, end + behind, word.lower()) for first, behind, word in words_behind(text, end)][:2]
    if not said or text[end : said[0][0]].strip():
        return None
    first, second = said[0], said[1][2] if len(said) > 1 else ""
    told = _NOT_TO_BE.fullmatch(first[2]) or (_TO_BE.fullmatch(first[2]) and second in _WITH)
    told = told or (first[2] in _SHOULD and second in _HAS)
    within = last.kind is Kind.JOINT and fold(last.text) in cues().within
    if not told and not within:
        return None
    return said[1][1] if told and len(said) > 1 else first[0]


def _end(pieces: Sequence[Piece], start: int, text: str) -> int:
    """Where a wish ends: at a sign, or at the "and" that leads to the next good and its number."""
    sign = _SIGN.search(text, start)
    end = sign.start() if sign else len(text)
    for place, piece in enumerate(pieces):
        if piece.kind in CUTS and fold(piece.text) in cues().joins and start <= piece.start < end:
            run = list(takewhile(lambda one: one.kind not in CUTS, pieces[place + 1 :]))
            if any(one.kind is Kind.AMOUNT for one in run) and any(one.kind is Kind.GOODS for one in run):
                return piece.start
    return end


def _as_note(text: str, reading: Mapping[str, Any], span: tuple[int, int]) -> Mapping[str, Any]:
    """The reading with a span as its note, and nothing ordered in it."""
    slots = reading.get("slots") or {}
    note = slots.get("note")
    own = note is None or note.get("start") is None or span[0] <= note["start"] <= span[1] + 1
    said = {"text": text[span[0] : span[1]].strip(), "start": span[0], "end": span[1]}
    kept = {
        name: [one for one in reading.get(name) or () if not span[0] <= one["start"] < span[1]]
        for name in ("amounts", "mentions")
    }
    passing = [*(reading.get("passing") or ()), span]
    return {**reading, **kept, "slots": {**slots, "note": said if own else note}, "passing": passing}
