"""Goods that a sentence may only speak of, beside others that are ordered: "jana nilikula keki, leo nataka chai"."""

from collections.abc import Sequence
from typing import Final

from backend.catalog.linking.lexicon import lexicon
from backend.conversations.reading.item import ADD, Item
from backend.conversations.reading.pieces import ASKS_ME, Kind, Piece, cues, either
from backend.conversations.reading.unread import wants


def may_be_spoken_of(pieces: Sequence[Piece], items: Sequence[Item]) -> bool:
    """Whether a sentence with a good tells of the past, or only talks where another sentence says what is wanted.

    So may be what is one's own already ("tumbo yangu haitaki": one's stomach, no tripe).

    Args:
        pieces: All pieces of the message in order.
        items: The items of an order.
    """
    if len(items) > 1 and any(item.unamounted and _is_ones_own(item, pieces) for item in items):
        return True
    told = [(run, held) for run in sentences(pieces) if (held := _held(run, items))]
    return any(
        _is_of_past(run) or (_only_talks(run, held) and any(_wishes(other) for other, _ in told[place + 1 :]))
        for place, (run, held) in enumerate(told)
        if len(told) > 1 and not _wishes(run)
    )


_MINE: Final = frozenset({"yangu", "langu", "wangu", "zangu", "changu", "vyangu"})


def _is_ones_own(item: Item, pieces: Sequence[Piece]) -> bool:
    """Whether Swahili's "my" stands right behind a good, and no amount behind that."""
    behind = [piece for piece in pieces if piece.start >= item.end][:2]
    mine = bool(behind) and behind[0].text.lower() in _MINE
    return mine and not any(piece.kind is Kind.AMOUNT for piece in behind[1:])


def sentences(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """The pieces between signs."""
    runs: list[list[Piece]] = [[]]
    for piece in pieces:
        if piece.kind is Kind.BREAK and not any(sign.isalnum() for sign in piece.text):
            runs.append([])
        else:
            runs[-1].append(piece)
    return [run for run in runs if run]


def _held(run: Sequence[Piece], items: Sequence[Item]) -> list[Item]:
    """The items of an order that a sentence begins."""
    return [item for item in items if item.role == ADD and item.sku and run[0].start <= item.start < run[-1].end]


def _is_of_past(run: Sequence[Piece]) -> bool:
    return any(piece.key in cues().bygone and piece.kind is not Kind.GOODS for piece in run)


def _wishes(run: Sequence[Piece]) -> bool:
    return any(wants(piece) or ASKS_ME.fullmatch(piece.text.lower()) or piece.key in cues().wishes for piece in run)


def _only_talks(run: Sequence[Piece], held: Sequence[Item]) -> bool:
    """Whether a sentence counts none of its goods, and has words that neither ask nor are left out."""
    said = [piece for piece in run if piece.kind is Kind.OTHER]
    lists = either(cues().asks, cues().never_goods, lexicon().filler, lexicon().optional)
    return all(item.unamounted for item in held) and any(piece.key not in lists for piece in said)
