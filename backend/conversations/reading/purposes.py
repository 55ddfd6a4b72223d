"""What goods are for and what is made of them: "kwa gym", "cut into steaks" name nothing that is ordered."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from backend.catalog.linking.folding import fold
from backend.conversations.reading.pieces import Kind, Piece

_FOR: Final = fold("kwa")  # Swahili's "for", "at" and "by"
_SAKE: Final = [fold("ajili"), fold("ya")]  # "kwa ajili ya", for the sake of
_INTO: Final = "into"
_LEADS: Final = frozenset({_FOR, _INTO})
_NAMING: Final = frozenset({Kind.GOODS, Kind.FOREIGN})


def without_purposes(pieces: Sequence[Piece], *, orders: bool) -> Sequence[Piece]:
    """The pieces, of which those are no goods that only say what others are for, or are to be made into.

    Args:
        pieces: All pieces of a message in order.
        orders: Whether it orders anew; a change may put one thing for another ("badilisha chai kwa kahawa").
    """
    if _LEADS.isdisjoint([piece.key for piece in pieces]):
        return pieces
    out = list(pieces)
    for place, (before, piece) in enumerate(pairwise(pieces), 1):
        if before.key == _INTO and piece.kind in _NAMING:
            out[place] = piece._replace(kind=Kind.OTHER, weak=False)
        elif before.key == _FOR and orders:
            behind = pieces[place:]
            skipped = len(_SAKE) if [one.key for one in behind[: len(_SAKE)]] == _SAKE else 0
            if _is_purpose(behind[skipped:]):
                out[place + skipped] = behind[skipped]._replace(kind=Kind.OTHER)
    return out


def _is_purpose(behind: Sequence[Piece]) -> bool:
    """Whether pieces begin with a word that the shop lacks, and that nothing counts."""
    counted = any(piece.kind is Kind.AMOUNT for piece in behind[1:2])
    return bool(behind) and behind[0].kind is Kind.FOREIGN and not counted
