"""Goods that are also postpositions ("tak", buttermilk and until): behind a time or a place they name nothing."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from backend.conversations.reading.pieces import Kind, Piece, cues, either

_POSTPOSITIONS: Final = frozenset({"tak", "tk", "तक", "pas", "paas", "पास", "kade", "कडे", "par", "पर"})
_NAMELESS: Final = ""  # the key of a word of an address or a note


def without_postpositions(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces, of which a postposition that no number counts is none of the goods ("7 baje tak", "ghar tak")."""
    out = list(pieces)
    for place, (before, piece) in enumerate(pairwise(pieces), 1):
        counted = any(one.kind is Kind.AMOUNT for one in pieces[place + 1 : place + 2])
        if piece.kind is Kind.GOODS and piece.text.lower() in _POSTPOSITIONS and not counted:
            led_by = pieces[place - 2] if place > 1 else None
            hour = before.text.isdigit() and led_by is not None and _tells_when(led_by)
            out[place] = replace(piece, kind=Kind.JOINT, weak=False) if hour or _tells_where(before) else piece
    return out


def _tells_where(before: Piece) -> bool:
    """Whether a word is a part of an address or a note, or tells a time or a place."""
    if before.kind is Kind.BREAK:
        return before.key == _NAMELESS and before.text.strip()[-1:].isalnum()
    return before.kind in {Kind.OTHER, Kind.JOINT} and (_tells_when(before) or _is_place(before.key))


def _tells_when(before: Piece) -> bool:
    return before.key in cues().hours or before.text.strip().lower() in cues().hours


def _is_place(key: str) -> bool:
    return key in cues().never_goods and key not in either(cues().asks, cues().gives, cues().wants_before)
