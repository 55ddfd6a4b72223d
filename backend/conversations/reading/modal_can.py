"""English "can", which asks ("can I get two teas") and is no container there."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from backend.conversations.reading.pieces import Kind, Piece

_CAN: Final = "can"
_WHO: Final = frozenset({"i", "we", "you", "u", "he", "she", "they", "someone", "somebody"})
_COUNTED: Final = frozenset({Kind.GOODS, Kind.FOREIGN, Kind.AMOUNT})  # "One soda can you know" may be a can.


def without_modal_can(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """Pieces in which a "can" that leads to who is asked, and follows no good or number, is a break."""
    asking = [place for place, (one, other) in enumerate(pairwise(pieces)) if _asks(one, other)]
    told = {place for place in asking if not place or pieces[place - 1].kind not in _COUNTED}
    return [*_broken(pieces, told)] if told else pieces


def _asks(one: Piece, other: Piece) -> bool:
    return one.kind is Kind.SIZE and one.text.lower() == _CAN and other.text.lower() in _WHO


def _broken(pieces: Sequence[Piece], told: set[int]) -> Iterable[Piece]:
    for place, piece in enumerate(pieces):
        yield piece._replace(kind=Kind.BREAK, key="") if place in told else piece
