"""Goods of the shop that are only what others are for: "oil for the cycle chain", "seat ke liye cover ek"."""

from collections.abc import Sequence
from itertools import takewhile
from typing import Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold
from backend.conversations.reading.pieces import Kind, Piece, cues

_FOR: Final = fold("for")
_KE: Final = frozenset(map(fold, ("ke", "के")))
_LIYE: Final = frozenset(map(fold, ("liye", "lie", "liya", "लिए", "लिये")))
_SATHI: Final = frozenset(map(fold, ("sathi", "saathi", "साठी")))
_SAKE: Final = fold("ajili")  # Swahili's "kwa ajili ya", for the sake of
_CUES: Final = _LIYE | _SATHI | {_FOR, _SAKE}
_NAMES: Final = frozenset({Kind.GOODS, Kind.RECOVERED, Kind.FOREIGN, Kind.SIZE})
_ASIDE: Final = _NAMES | {Kind.JOINT}
_LED_BY: Final = _NAMES | {Kind.AMOUNT}


def without_uses(pieces: Sequence[Piece], catalogue: Catalogue) -> Sequence[Piece]:
    """The pieces of an order, of which what others are for is no good, where it is counted by nothing.

    Args:
        pieces: All pieces of a message in order.
        catalogue: The merchant's rows; "holder for a bottle" may be one of them, by all of its words.
    """
    if _CUES.isdisjoint([piece.key for piece in pieces]):
        return pieces
    out = list(pieces)
    for place, piece in enumerate(pieces):
        if piece.key not in _CUES or (place and (pieces[place - 1].key, piece.key) in catalogue.pairs):
            continue
        run, partner = _behind(pieces, place) if piece.key in {_FOR, _SAKE} else _before(pieces, place)
        if run and _are_others(run, pieces) and not _are_one(run, partner, pieces, catalogue):
            out[run.start : run.stop] = [
                one._replace(kind=Kind.OTHER, weak=False) for one in pieces[slice(run.start, run.stop)]
            ]
    return out


def _behind(pieces: Sequence[Piece], place: int) -> tuple[range, Piece | None]:
    """Where the goods stand that "for" leads to, which no number counts, and the good right before it."""
    led = pieces[place - 1] if place else None
    if led is None or not (led.kind in _LED_BY or led.key in cues().wants_after or pieces[place].key == _SAKE):
        return range(0), None  # "I'd like to order for chips": that is what is ordered.
    run = list(takewhile(lambda piece: piece.kind in _ASIDE, pieces[place + 1 :]))
    end = place + 1 + len(run)
    counted = end < len(pieces) and pieces[end].kind is Kind.AMOUNT
    return range(place + 1, place + 1 if counted else end), led


def _before(pieces: Sequence[Piece], place: int) -> tuple[range, Piece | None]:
    """Where the goods stand behind which "ke liye" or "sathi" stands, and the good right behind that."""
    end = place - (pieces[place].key in _LIYE and place > 0 and pieces[place - 1].key in _KE)
    run = list(takewhile(lambda piece: piece.kind in _NAMES, reversed(pieces[:end])))
    first = end - len(run)
    if first and pieces[first - 1].kind is Kind.AMOUNT and (first == 1 or pieces[first - 2].kind not in _LED_BY):
        return range(0), None  # "6 office ke liye" counts offices, and no other good.
    return range(first, end), pieces[place + 1] if place + 1 < len(pieces) else None


def _are_others(run: range, pieces: Sequence[Piece]) -> bool:
    """Whether goods stand in a run, and others outside it."""
    named = [place for place, piece in enumerate(pieces) if piece.kind is Kind.GOODS]
    return any(place in run for place in named) and any(place not in run for place in named)


def _are_one(run: range, partner: Piece | None, pieces: Sequence[Piece], catalogue: Catalogue) -> bool:
    """Whether one row has the words of both, so that they may be its name ("holder for a bottle")."""
    index = catalogue.index
    goods = [pieces[place].key for place in run if pieces[place].kind is Kind.GOODS]
    if partner is None or partner.kind is not Kind.GOODS or partner.key in goods:
        return False  # "Spring seat ke liye seat cover" says twice what it is for.
    keys = (*goods, partner.key)
    held = [index.rows[index.by_key[key]] if key in index.by_key else frozenset[int]() for key in keys]
    return bool(frozenset.intersection(*held))
