"""Mats that the shop does not have ("1 yoga mat"), whose word is Hindi's "do not" as well."""

from collections.abc import Sequence
from typing import Final

from backend.catalog.linking.folding import fold
from backend.conversations.reading.pieces import CUTS, UNREAD, Kind, Piece

MAT: Final = fold("mat")
_ENDS: Final = CUTS | {Kind.AMOUNT}


def with_mats(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """The pieces, of which a "mat" behind a strange word ends the name of a good, where a number counts it.

    No verb follows it there, as one does where it refuses ("pyaz mat dalna").
    """
    if MAT not in [piece.key for piece in pieces]:
        return pieces
    out = list(pieces)
    for place in range(1, len(pieces)):
        before, piece = pieces[place - 1], pieces[place]
        if piece.key == MAT and piece.kind in CUTS and before.kind in UNREAD and _counted(pieces, place):
            out[place] = piece._replace(kind=Kind.FOREIGN, mention=before.mention)
            out[place - 1] = before._replace(kind=Kind.FOREIGN)
    return out


def _counted(pieces: Sequence[Piece], place: int) -> bool:
    led = place > 1 and pieces[place - 2].kind is Kind.AMOUNT
    behind = pieces[place + 1] if place + 1 < len(pieces) else None
    follows = behind is not None and behind.kind is Kind.AMOUNT
    return (led and (behind is None or behind.kind in _ENDS)) or follows
