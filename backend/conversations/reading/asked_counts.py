"""Numbers that count a good from behind the verb that asks for it ("keki leteni mbili"), or a size ("moja ya 500g")."""

from collections.abc import Mapping, Sequence
from itertools import dropwhile, takewhile
from typing import Any, Final

from backend.conversations.reading.amounts import ALSO_GIVES
from backend.conversations.reading.pieces import CUTS, Kind, Piece, cues, either
from backend.conversations.reading.roles import GENITIVES

_GENITIVE_AND_SIZE: Final = 2
_OF: Final = "of"
_LEADS: Final = GENITIVES | {_OF}
_NAMING: Final = frozenset({Kind.GOODS, Kind.SIZE})


def counts_behind_verb(pieces: Sequence[Piece], place: int) -> bool:
    """Whether the number at a place ends a clause of one bare good and a verb that asks for it, or a verb for less.

    Args:
        pieces: All pieces of the message in order.
        place: Where the number stands among them.
    """
    verb = pieces[place - 1].key if place else ""
    known = cues()
    if verb not in either(known.asks, known.puts, known.less) or pieces[place].key in ALSO_GIVES:
        return False
    before = list(takewhile(lambda one: one.kind not in CUTS, reversed(pieces[: place - 1])))
    bare = bool(before) and before[0].kind in _NAMING and all(one.kind is not Kind.AMOUNT for one in before)
    bare = bare or (not before and verb in known.less)  # "Punguza moja": one less of what is ordered.
    return bare and (place + 1 == len(pieces) or pieces[place + 1].kind in CUTS)


def counts_a_size(pieces: Sequence[Piece], place: int, amounts: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a genitive leads from the number at a place to a weight or the like, which is what is counted."""
    behind = pieces[place + 1 : place + 3]
    if behind and behind[0].key == _OF:
        behind = [behind[0], *dropwhile(lambda one: one.kind is Kind.JOINT, pieces[place + 2 : place + 4])]
    if len(behind) < _GENITIVE_AND_SIZE or behind[0].key not in _LEADS or behind[1].amount is None:
        return False
    return amounts[behind[1].amount].get("kind") == "measure"
