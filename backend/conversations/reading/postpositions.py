"""Goods that are also postpositions ("tak", buttermilk and until): behind a time or a place they name nothing."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from backend.catalog.linking.folding import fold
from backend.conversations.reading.pieces import Kind, Piece, cues, either

_POSTPOSITIONS: Final = frozenset({"tak", "tk", "तक", "pas", "paas", "पास", "kade", "कडे", "par", "पर"})
_I_AM: Final = ("i", "am")  # which sounds as Hindi's mango does
_NAMELESS: Final = ""  # the key of a word of an address or a note


def without_postpositions(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces, of which a postposition that no number counts is none of the goods ("7 baje tak", "ghar tak")."""
    out = _without_hours(list(pieces))
    for place, (before, piece) in enumerate(pairwise(pieces), 1):
        if piece.kind is Kind.GOODS and (before.text.lower(), piece.text.lower()) == _I_AM:
            out[place] = piece._replace(kind=Kind.JOINT, weak=False)
        if piece.kind is not Kind.GOODS or piece.text.lower() not in _POSTPOSITIONS:
            continue
        counted = any(one.kind is Kind.AMOUNT for one in pieces[place + 1 : place + 2])
        led_by = pieces[place - 2] if place > 1 else None
        hour = before.text.isdigit() and led_by is not None and _tells_when(led_by)
        if not counted and (hour or _tells_where(before)):
            out[place] = piece._replace(kind=Kind.JOINT, weak=False)
    return out


def _without_hours(pieces: list[Piece]) -> list[Piece]:
    """The pieces without a clock and its number where they tell an hour ("kabla ya saa kumi", "saa nne usiku")."""
    for place, (piece, number) in enumerate(pairwise(pieces)):
        if piece.kind is not Kind.GOODS or piece.key not in cues().clock:
            continue
        led_by = next((one for one in reversed(pieces[:place]) if one.kind is not Kind.JOINT), None)
        led = led_by is not None and led_by.key in _BEFORE_HOURS
        behind = place + 2 < len(pieces) and pieces[place + 2].key in cues().hours
        if number.kind in {Kind.AMOUNT, Kind.OTHER} and (led or behind):
            pieces[place] = piece._replace(kind=Kind.JOINT, weak=False)
            pieces[place + 1] = number._replace(kind=Kind.OTHER, amount=None)
    return pieces


_BEFORE_HOURS: Final = frozenset(
    map(fold, ("kabla", "baada", "mpaka", "hadi", "kufikia", "ifikapo", "by", "at", "before", "after", "until", "till"))
)


def _tells_where(before: Piece) -> bool:
    """Whether a word is a part of an address or a note, or tells a time or a place."""
    if before.kind is Kind.BREAK:
        return before.key == _NAMELESS and before.text.strip()[-1:].isalnum()
    return before.kind in {Kind.OTHER, Kind.JOINT} and (_tells_when(before) or _is_place(before.key))


def _tells_when(before: Piece) -> bool:
    return before.key in cues().hours or before.text.strip().lower() in cues().hours


def _is_place(key: str) -> bool:
    return key in cues().never_goods and key not in either(cues().asks, cues().gives, cues().wants_before)
