"""The item spans of a message, as they are cut and linked to the catalogue."""

from typing import Final, NamedTuple

from backend.catalog.linking.lexicon import lexicon
from backend.catalog.linking.quantities import Wanted
from backend.catalog.linking.resolve import Resolution, Status
from backend.catalog.linking.terms import Terms
from backend.conversations.reading.pieces import Kind, Piece

NAMED: Final = frozenset({Kind.GOODS, Kind.FOREIGN})
_ALL_KNOWN: Final = 0.9  # what open words score that all stand in the catalogue as they were typed


class Segment(NamedTuple):
    """A run of pieces that is one item, an amount that lost its item, or an option that did."""

    pieces: tuple[Piece, ...]
    terms: Terms
    amounts: tuple[int, ...]
    resolution: Resolution
    wanted: Wanted
    keys: tuple[str, ...] = ()
    weak: frozenset[str] = frozenset()

    @property
    def start(self) -> int:
        """Where its first piece starts."""
        return self.pieces[0].start

    @property
    def end(self) -> int:
        """Where its last piece ends."""
        return max([piece.end for piece in self.pieces])

    @property
    def named(self) -> bool:
        """Whether it names a good, in words of the catalogue or in others."""
        return any(piece.kind in NAMED for piece in self.pieces)

    @property
    def partly_named(self) -> bool:
        """Whether a part of a name alone made it the row that it means."""
        return self.resolution.status is Status.SURE and not self.resolution.exact

    @property
    def has_options(self) -> bool:
        """Whether it says a size or a portion."""
        return self.wanted.portion is not None or any(piece.kind is Kind.SIZE for piece in self.pieces)

    @property
    def strangers(self) -> frozenset[str]:
        """Folded words in it that are no part of an item."""
        return frozenset(piece.key for piece in self.pieces if piece.kind is Kind.OTHER)

    @property
    def only_holds(self) -> bool:
        """Whether all its words are for what goods come in."""
        return bool(self.keys) and all(key in lexicon().containers for key in self.keys)

    @property
    def guessed(self) -> bool:
        """Whether the bot took none of its words for goods."""
        named = [piece for piece in self.pieces if piece.kind in NAMED]
        return bool(named) and all(piece.weak or piece.recovered for piece in named)

    @property
    def plausible(self) -> bool:
        """Whether words that the bot passed over make an item all the same: a whole name, or the name of a good."""
        found = self.resolution
        recovered = any(piece.recovered for piece in self.pieces)
        if found.status is Status.UNKNOWN:
            return False
        whole = found.exact and (bool(self.amounts) or recovered)
        named = found.score >= _ALL_KNOWN or any(term.senses for term in self.terms.goods)
        known = found.status is Status.OPEN and named
        return whole or (recovered and known)

    @property
    def words(self) -> str:
        """Its goods words as they were typed."""
        return " ".join(piece.text for piece in self.pieces if piece.kind in NAMED or piece.kind is Kind.JOINT).strip()


ONE_NAME: Final = "one name"


def as_one_name(before: Segment, segment: Segment) -> Segment:
    """Two segments as one item that no row is called by."""
    amounts = (*before.amounts, *segment.amounts)
    resolution = Resolution(Status.UNKNOWN, rule=ONE_NAME)
    pieces, keys = (*before.pieces, *segment.pieces), (*before.keys, *segment.keys)
    wanted = segment.wanted if segment.amounts else before.wanted
    return before._replace(pieces=pieces, keys=keys, amounts=amounts, wanted=wanted, resolution=resolution)
