"""What a cut of a message into items is worth: the words that it explains against those that it loses."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Final

from backend.catalog.linking.lexicon import lexicon
from backend.catalog.linking.resolve import Status
from backend.conversations.reading.layout import Amount
from backend.conversations.reading.pieces import Kind, Piece
from backend.conversations.reading.segment import NAMED, Segment
from backend.conversations.reading.wants import COUNTING, PORTIONS

HELD: Final = frozenset({Kind.GOODS, Kind.FOREIGN, Kind.SIZE, Kind.AMOUNT})
_LONGEST: Final = 12
# What a cut costs and earns, set by hand on our own labelled orders; their order matters more than their values.
_OPENING: Final = -0.95
_WORD: Final = 1.0
_WEAK_WORD: Final = 0.6
_SIZE: Final = 0.2
_SETTLED: Final = 0.35
_EXACT: Final = 0.3
_FOREIGN: Final = 0.35
_ORPHAN: Final = -1.6
_ALONE: Final = -0.3
_BARE_OPTION: Final = -1.3
_COUNTED_OPTION: Final = -0.7
_LOST_WORD: Final = 1.5
_LOST_GUESS: Final = 0.9
_TWO_SIZES: Final = -1.3
_CUT_JOINT: Final = 0.4
_UNREAD_SIZE: Final = 0.8
_REPEATED: Final = -1.5
_WHOLE: Final = 0.975
_STRANGER: Final = -0.15
_TWO_COUNTS: Final = -1.2
_NO_AMOUNT: Final = -0.3
WRONG_SIDE: Final = -0.25
_TWO_MENTIONS: Final = -0.35
_ODD: Final = -0.2
_HALF: Final = Fraction(1, 2)


def loss_of(piece: Piece) -> float:
    """What it costs to leave a piece out of all items."""
    if piece.kind is Kind.AMOUNT:
        return 1.2
    if piece.kind in NAMED and not piece.weak:
        return _LOST_GUESS if piece.recovered else _LOST_WORD
    if piece.kind is Kind.JOINT and piece.key in lexicon().joints_after:
        return _CUT_JOINT
    return _UNREAD_SIZE if piece.kind is Kind.SIZE else 0.0


def worth_of(segment: Segment, amounts: Sequence[Amount], *, counted: int, named: bool) -> float:
    """What a segment is worth in a clause that has so many amounts, and that names a good or does not."""
    resolution, pieces = segment.resolution, segment.pieces
    if not segment.named and resolution.rule == "no item":
        lone = all(piece.kind is Kind.AMOUNT for piece in pieces)
        if lone:
            return _ORPHAN if named else _ALONE
        twice = _TWO_COUNTS * max(0, _counts(segment, amounts) - 1)
        twice += _TWO_SIZES * max(0, _sizes(segment, amounts) - 1)
        return twice + (_COUNTED_OPTION if segment.amounts or not named else _BARE_OPTION)
    worth = _OPENING + _words_worth(segment)
    worth += _STRANGER * sum([piece.kind is Kind.OTHER for piece in pieces])
    worth += _TWO_COUNTS * max(0, _counts(segment, amounts) - 1)
    worth += _TWO_SIZES * max(0, _sizes(segment, amounts) - 1)
    if not segment.amounts and counted:
        worth += _NO_AMOUNT
    mentions = {piece.mention for piece in pieces if piece.mention is not None and piece.kind in NAMED}
    if len(mentions) > 1:
        joined = sum([piece.key in lexicon().joints_after for piece in pieces])
        worth += _TWO_MENTIONS * max(0, len(mentions) - 1 - joined)
    return worth


def _words_worth(segment: Segment) -> float:
    resolution = segment.resolution
    if segment.guessed and not segment.plausible:
        return -1.0
    strong = [piece for piece in segment.pieces if piece.kind in NAMED]
    if resolution.status is Status.UNKNOWN:
        known = all(piece.kind is Kind.GOODS for piece in strong)
        return _FOREIGN * len(strong) * (0.3 if known else 1.0)
    size = _SIZE * sum([piece.kind is Kind.SIZE for piece in segment.pieces])
    repeated = len(strong) - len({piece.key for piece in strong})
    worth = max(resolution.score, 0.5) * sum(_WEAK_WORD if piece.weak else _WORD for piece in strong) + size
    worth += _REPEATED * repeated * (not resolution.exact or resolution.score < _WHOLE)
    worth += _SETTLED * (resolution.status is Status.SURE) + _EXACT * resolution.exact
    return worth + _ODD * (resolution.status is Status.ODD)


def at_most(run: Sequence[Piece], end: int, *, counted: int) -> Iterator[tuple[int, float]]:
    """Where segments that end at a place may start, with the most that each can be worth whatever it is read as."""
    if run[end - 1].kind not in HELD:
        return
    worth, amounts, joined = _OPENING + _SETTLED + _EXACT, 0, 0
    mentions: set[int | None] = {None}
    names = False
    for start in range(end - 1, max(0, end - _LONGEST) - 1, -1):
        piece = run[start]
        joined += piece.key in lexicon().joints_after
        if piece.kind in NAMED:
            names = True
            worth += _WEAK_WORD if piece.weak else _WORD
            mentions.add(piece.mention)
        elif piece.kind is Kind.AMOUNT:
            amounts += 1
        else:
            worth += _SIZE if piece.kind is Kind.SIZE else _STRANGER * (piece.kind is Kind.OTHER)
        if piece.kind in HELD:
            most = (
                worth + _TWO_MENTIONS * max(0, len(mentions) - 2 - joined) + _NO_AMOUNT * (counted > 0 and not amounts)
            )
            yield start, most if names else max(most, _ALONE)


def side_of(pieces: Sequence[Piece]) -> bool | None:
    """True where the amount stands before the goods words, False after them, None where it is among them."""
    places = [place for place, piece in enumerate(pieces) if piece.kind is Kind.AMOUNT]
    named = [place for place, piece in enumerate(pieces) if piece.kind in NAMED or piece.kind is Kind.SIZE]
    if not places or not named:
        return None
    if places[-1] < named[0]:
        return True
    return False if places[0] > named[-1] else None


def _counts(segment: Segment, amounts: Sequence[Amount]) -> int:
    """How many of its amounts say how many; a size, a price or half a portion beside a count is no second count."""
    kinds = [amounts[number] for number in segment.amounts]
    counts = [one for one in kinds if one.kind in COUNTING and one.value not in PORTIONS and not one.lone]
    measures = sum(one.kind in {"measure", "money"} for one in kinds)
    return max(len(counts), measures)


def _sizes(segment: Segment, amounts: Sequence[Amount]) -> int:
    """How many sizes it says: "one full one half" is two items of one good."""
    labels = {lexicon().sizes.get(piece.key) for piece in segment.pieces if piece.kind is Kind.SIZE} - {None}
    return len(labels) + sum(
        amounts[number].kind == "count" and amounts[number].value == _HALF for number in segment.amounts
    )
