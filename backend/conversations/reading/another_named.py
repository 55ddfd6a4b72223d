"""What a refusal takes off an order, where another row is named behind it ("Amul nahi, Gokul ka dena")."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import dropwhile, takewhile

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.quantities import Wanted
from backend.catalog.linking.resolve import Resolution, resolve
from backend.catalog.linking.terms import read_keys
from backend.conversations.reading.pieces import Kind, Piece, cues


def refused_for_another(pieces: Sequence[Piece], own: Catalogue, catalogue: Catalogue) -> list[Piece]:
    """What a refusal takes off, where it stands between a row of the order and the name of a row that is not on it."""
    for place, piece in enumerate(pieces):
        if piece.kind is Kind.BREAK and piece.key in cues().refusals_after:
            before = _run(pieces[:place][::-1])[::-1]
            behind = _run(list(dropwhile(lambda one: one.kind is Kind.BREAK, pieces[place + 1 :])))
            refused, other = _row_of(before, own), _row_of(behind, catalogue)
            if (
                refused is not None
                and refused.sku
                and other is not None
                and other.exact
                and other.sku not in own.by_sku
            ):
                return before
    return []


def _row_of(pieces: Sequence[Piece], catalogue: Catalogue) -> Resolution | None:
    keys = tuple(one.key for one in pieces)
    return resolve(catalogue, read_keys(keys), Wanted(count=Fraction(1))) if keys else None


def _run(pieces: Sequence[Piece]) -> list[Piece]:
    return list(takewhile(lambda one: one.kind in {Kind.GOODS, Kind.SIZE}, pieces))
