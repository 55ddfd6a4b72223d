"""Goods that the shop lacks: whether words that no row has are one, and not a slip of the tagger."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from backend.conversations.reading.item import Item
from backend.conversations.reading.names import BARE_GOOD, GOODS_TAGS, NAMING
from backend.conversations.reading.pieces import ASKS_ME, Kind, Piece, cues, of_them
from backend.conversations.reading.segment import ONE_NAME, Segment

# How sure the tagger must be of a good that no row has; one with an amount beside it is a good more often.
_LISTED_GOOD: Final = 0.7
_PAIR: Final = 2
_ENTRY: Final = frozenset({Kind.AMOUNT, Kind.GOODS})


def is_lacking_good(
    segment: Segment, pieces: Sequence[Piece], items: Sequence[Item], text: str, tokens: Sequence[Mapping[str, Any]]
) -> bool:
    """Whether words that no row has are a good that the shop lacks.

    Args:
        segment: What the words were read as.
        pieces: All pieces of the message in order.
        items: The items that were read before it.
        text: The message.
        tokens: The bot's tags, for how sure it was of each word.
    """
    if segment.resolution.rule == ONE_NAME:
        return True
    if all(ASKS_ME.fullmatch(piece.text.lower()) for piece in segment.pieces if piece.kind in NAMING):
        return False
    part = of_them(text)
    if part is not None and segment.end > part:
        return True
    if not items and _names_a_good(segment) and _opens(segment, pieces):
        return True
    sure = [float(one.get("p", 1.0)) for one in tokens if _is_tagged(one, segment)]
    listed = bool(segment.amounts) or (bool(items) and is_led(segment, pieces)) or _leads(segment, pieces)
    listed = listed or text[segment.end :].lstrip().startswith("(")  # Brackets tell which of a good is meant.
    surest = max(sure, default=0.0) if listed else min(sure, default=0.0)
    return surest >= BARE_GOOD or (listed and min(sure, default=0.0) >= _LISTED_GOOD)


def _names_a_good(segment: Segment) -> bool:
    """Whether one of two words that the bot took for one good is a word of the shop ("mutthi peanuts")."""
    named = [one for one in segment.pieces if one.kind in NAMING]
    known = [one for one in named if one.kind is Kind.GOODS and not one.weak and not one.recovered]
    return len(named) == _PAIR and len(known) == 1 and all(one.mention is not None for one in named)


def _opens(segment: Segment, pieces: Sequence[Piece]) -> bool:
    """Whether it is the first entry of a list, whose next one is counted."""
    behind = [one for one in pieces if one.start >= segment.end][:2]
    listed = len(behind) == _PAIR and behind[0].text.strip() in {",", ""} and behind[1].kind is Kind.AMOUNT
    return listed and segment.pieces[0] is pieces[0]


def is_led(segment: Segment, pieces: Sequence[Piece]) -> bool:
    """Whether an "and" leads to it, past words like "a little"."""
    led = (one for one in reversed(pieces) if one.end <= segment.start)
    before = (one for one in led if one.kind is not Kind.JOINT and one.key not in cues().vague)
    return _is_join(next(before, None))


def _is_tagged(token: Mapping[str, Any], segment: Segment) -> bool:
    return token.get("tag") in GOODS_TAGS and segment.start <= int(token["start"]) < segment.end


def _leads(segment: Segment, pieces: Sequence[Piece]) -> bool:
    """Whether an "and" joins the next entry of a list to it ("gripe water and one lotion")."""
    behind = [one for one in pieces if one.start >= segment.end and one.kind is not Kind.JOINT][:2]
    return _is_join(next(iter(behind), None)) and all(one.kind in _ENTRY for one in behind[1:]) and len(behind) > 1


def _is_join(piece: Piece | None) -> bool:
    return piece is not None and piece.kind is Kind.JOIN
