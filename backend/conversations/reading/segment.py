"""Finds the item spans of a message: the cut that catalogue, mentions and amounts together like best."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, stems, words
from backend.catalog.linking.lexicon import lexicon
from backend.catalog.linking.quantities import Wanted
from backend.catalog.linking.resolve import ANOTHER, Resolution, Status, resolve
from backend.catalog.linking.terms import Terms, is_unit, read_keys
from backend.conversations.reading.layout import Amount, amounts_of, clauses, lay_out
from backend.conversations.reading.pieces import Kind, Piece, cues
from backend.conversations.reading.wants import COUNTING, PORTIONS, wanted_of

_LONGEST: Final = 12
_ALL_KNOWN: Final = 0.9  # what open words score that all stand in the catalogue as they were typed
_HELD: Final = frozenset({Kind.GOODS, Kind.FOREIGN, Kind.SIZE, Kind.AMOUNT})
_NAMED: Final = frozenset({Kind.GOODS, Kind.FOREIGN})
# What a cut costs and earns, set by hand on our own labelled orders; their order matters more than their values.
_OPENING: Final = -0.95
_WORD: Final = 1.0
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
_WRONG_SIDE: Final = -0.25
_TWO_MENTIONS: Final = -0.35
_ODD: Final = -0.2


@dataclass(frozen=True, slots=True)
class Segment:
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
        return max(piece.end for piece in self.pieces)

    @property
    def named(self) -> bool:
        """Whether it names a good, in words of the catalogue or in others."""
        return any(piece.kind in _NAMED for piece in self.pieces)

    @property
    def strangers(self) -> frozenset[str]:
        """Folded words in it that are no part of an item."""
        return frozenset(piece.key for piece in self.pieces if piece.kind is Kind.OTHER)

    @property
    def guessed(self) -> bool:
        """Whether the bot took none of its words for goods."""
        named = [piece for piece in self.pieces if piece.kind in _NAMED]
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
        return " ".join(piece.text for piece in self.pieces if piece.kind in _NAMED or piece.kind is Kind.JOINT).strip()


ONE_NAME: Final = "one name"
_NOTHING_SAID: Final = Wanted()


def as_one_name(before: Segment, segment: Segment) -> Segment:
    """Two segments as one item that no row is called by."""
    amounts = (*before.amounts, *segment.amounts)
    resolution = Resolution(Status.UNKNOWN, rule=ONE_NAME)
    pieces, keys = (*before.pieces, *segment.pieces), (*before.keys, *segment.keys)
    wanted = segment.wanted if segment.amounts else before.wanted
    return replace(before, pieces=pieces, keys=keys, amounts=amounts, wanted=wanted, resolution=resolution)


@dataclass(slots=True)
class Segmenter:
    """Cuts the clauses of one message; keeps what it resolved, since cuts share their parts."""

    catalogue: Catalogue
    amounts: Sequence[Amount]
    _seen: dict[tuple[int, int], Segment] = field(default_factory=dict)
    _worths: dict[tuple[int, int], tuple[float, bool | None]] = field(default_factory=dict)

    def cut(self, runs: Sequence[Sequence[Piece]]) -> list[list[Segment]]:
        """Cut all clauses, with the side of amounts (before or after their item) that suits the whole message."""
        counted = any(piece.kind is Kind.AMOUNT for run in runs for piece in run)
        sides = [
            [self._best_cut(run, before=before) for run in runs] for before in ((True, False) if counted else (True,))
        ]
        totals = [sum(score for score, _ in side) for side in sides]
        chosen = sides[totals.index(max(totals))]
        return [segments for _, segments in chosen]

    def _best_cut(self, run: Sequence[Piece], *, before: bool) -> tuple[float, list[Segment]]:
        counted = sum(piece.kind is Kind.AMOUNT for piece in run)
        named = any(piece.kind in _NAMED and not piece.weak for piece in run)
        best: list[tuple[float, list[Segment]]] = [(0.0, [])]
        for end in range(1, len(run) + 1):
            skipped = best[end - 1]
            options = [(skipped[0] - self._loss(run[end - 1]), skipped[1])]
            for start in range(max(0, end - _LONGEST), end):
                if run[start].kind in _HELD and run[end - 1].kind in _HELD:
                    segment = self.segment(run[start:end])
                    worth, side = self._weighed(segment, counted=counted, named=named)
                    worth += _WRONG_SIDE * (side is not None and side is not before)
                    options.append((best[start][0] + worth, [*best[start][1], segment]))
            best.append(max(options, key=lambda option: option[0]))
        return best[-1]

    @staticmethod
    def _loss(piece: Piece) -> float:
        if piece.kind is Kind.AMOUNT:
            return 1.2
        if piece.kind in _NAMED and not piece.weak:
            return _LOST_GUESS if piece.recovered else _LOST_WORD
        if piece.kind is Kind.JOINT and piece.key in lexicon().joints_after:
            return _CUT_JOINT
        return _UNREAD_SIZE if piece.kind is Kind.SIZE else 0.0

    def segment(self, pieces: Sequence[Piece]) -> Segment:
        """Read pieces as one item."""
        key = (pieces[0].start, pieces[-1].end)
        if key not in self._seen:
            self._seen[key] = self._read(tuple(pieces))
        return self._seen[key]

    def _read(self, pieces: tuple[Piece, ...]) -> Segment:
        numbers = [piece.amount for piece in pieces if piece.amount is not None]
        plain = self._resolved(pieces, numbers)
        for number in numbers:
            named = self._number_as_name(pieces, number, numbers, plain)
            if named is not None:
                return named
        return plain

    def _resolved(self, pieces: tuple[Piece, ...], numbers: Sequence[int], extra: tuple[str, ...] = ()) -> Segment:
        said = [piece for piece in pieces if piece.kind in {Kind.GOODS, Kind.FOREIGN, Kind.SIZE, Kind.JOINT}]
        units = self.catalogue.units
        said = [piece for piece in said if piece.kind is not Kind.JOINT or stems(piece.key).isdisjoint(units)]
        keys = [*(piece.key for piece in said), *extra]
        weak = frozenset(piece.key for piece in said if piece.weak)
        terms = read_keys(tuple(keys), weak)
        wanted = wanted_of([self.amounts[number] for number in numbers]) if numbers else _NOTHING_SAID
        optional = lexicon().optional
        names = [p for p in pieces if p.kind in _NAMED and (p.key not in optional or p.mention is not None)]
        if not terms.goods or (not names and not self._is_alias(keys)):
            nothing = Resolution(Status.UNKNOWN, rule="no item")
            return Segment(pieces, terms, tuple(numbers), nothing, wanted, tuple(keys), weak)
        return Segment(pieces, terms, tuple(numbers), resolve(self.catalogue, terms, wanted), wanted, tuple(keys), weak)

    def _is_alias(self, keys: Sequence[str]) -> bool:
        """Whether size, container or filler words are all that a row is called ("two cuttings", "a tray")."""
        index = self.catalogue.index
        places = [index.by_key[key] for key in keys if key in index.by_key]
        return any(len(index.phrases[number].goods) == 1 for place in places for number in index.postings[place])

    def _number_as_name(
        self, pieces: tuple[Piece, ...], number: int, numbers: Sequence[int], plain: Segment
    ) -> Segment | None:
        """Take a number for part of a name ("combo 2", "coke 500", "jeans 34") where a row is called just that."""
        amount = self.amounts[number]
        place = next(n for n, piece in enumerate(pieces) if piece.amount == number)
        rest = [other for other in numbers if other != number]
        if place == 0 or amount.kind == "measure":
            return self._leading_name(pieces, number, rest)
        if amount.kind not in {"count", "money", "pack"} or amount.currency or amount.value is None:
            return None
        if pieces[place - 1].kind is Kind.AMOUNT:
            return None
        numbered = pieces[place - 1].key in cues().number_words
        name = _as_name(amount, numbered=numbered)
        if amount.digits is None and not numbered and not self._in_names(name):
            return None
        segment = self._resolved(pieces, rest, name)
        found = segment.resolution
        # No row is counted by tenths, so that "2.6" in what else is a whole name is a part of it.
        told = found.rule == "alias" or (found.rule == "container" and amount.value.denominator > 1)
        told = told or (found.rule == "container" and amount.kind == "pack" and bool(rest))  # "tissue 4 pack x2"
        named = told and found.status is Status.SURE and found.exact
        # "Tissue nne" are four, though another row is "tissue ya nne".
        named = named and (
            amount.digits is not None or numbered or bool(rest) or self._is_number_name(pieces, number, plain)
        )
        # A small number with no word of size before it is a count, though "2" might be said for two kilos.
        telling = amount.digits is not None and amount.value >= _NO_COUNT and plain.resolution.status is not Status.SURE
        size = found.rule in {"size", "container"} and found.status in {Status.SURE, Status.ODD}
        if named or (size and (numbered or telling)) or (amount.digits and found.rule == ANOTHER):
            return segment
        return self._size_not_held(pieces, rest) if numbered else None

    def _is_number_name(self, pieces: tuple[Piece, ...], number: int, plain: Segment) -> bool:
        """Whether a number in words is a name beside a good that is no row by itself, or stands so in a row's name."""
        settled = plain.resolution.status is Status.SURE and plain.resolution.exact
        return not settled or self._in_one_name(pieces, number)

    def _leading_name(self, pieces: tuple[Piece, ...], number: int, rest: Sequence[int]) -> Segment | None:
        """A number that a row's name or alias begins with or holds, beside another that counts it.

        "30 shot ek" is one of what is called "30 shot"; "waya 1.5 mita kumi" is ten metres of "waya 1.5".
        """
        amount = self.amounts[number]
        counted = len(rest) == 1 and self.amounts[rest[0]].kind in COUNTING and not self.amounts[rest[0]].vague
        spoken = tuple(key for key in _as_name(amount, numbered=False) if not lexicon().is_joint(key))
        name = (amount.digits,) if amount.digits is not None else spoken
        if not counted or amount.currency or not name:
            return None
        names = [name] if self._in_one_name(pieces, number) else self._with_unit(pieces, number)
        read = (self._resolved(pieces, rest, one) for one in names)
        return next((one for one in read if _is_whole_name(one.resolution)), None)

    def _with_unit(self, pieces: tuple[Piece, ...], number: int) -> list[tuple[str, ...]]:
        """A number with the unit that a row's name has between it and the next word ("3/4 elbow", of 3/4 inch)."""
        place = next(n for n, piece in enumerate(pieces) if piece.amount == number)
        after = pieces[place + 1].key if place + 1 < len(pieces) else ""
        pairs, said = self.catalogue.pairs, pieces[place].key
        units = sorted(unit for first, unit in pairs if first == said and is_unit(unit) and (unit, after) in pairs)
        return [(said, unit) for unit in units]

    def _in_one_name(self, pieces: tuple[Piece, ...], number: int) -> bool:
        """Whether a number and the goods word beside it follow each other in a row's name or alias."""
        place = next(n for n, piece in enumerate(pieces) if piece.amount == number)
        said = [fold(word) for _, _, word in words(pieces[place].text)]
        before = [(pieces[place - 1].key, said[0])] if place else []
        after = [(said[-1], pieces[place + 1].key)] if place + 1 < len(pieces) else []
        return not self.catalogue.pairs.isdisjoint([*before, *after])

    def _in_names(self, name: tuple[str, ...]) -> bool:
        return self.catalogue.index.by_key.keys() >= {*name}

    def _size_not_held(self, pieces: tuple[Piece, ...], rest: Sequence[int]) -> Segment | None:
        """A good whose rows are told apart by numbers, in a number that none of them has ("shoes size 45"): open."""
        plain = self._resolved(pieces, rest)
        found = plain.resolution
        rows = (*found.alternatives, found.sku) if found.sku else found.alternatives
        sized = any(self.catalogue.by_sku[sku].size_numbers for sku in rows)
        opened = replace(found, status=Status.OPEN, lines=(), alternatives=rows, sku=None, rule="size")
        return replace(plain, resolution=opened) if sized and found.status is not Status.UNKNOWN else None

    def _weighed(self, segment: Segment, *, counted: int, named: bool) -> tuple[float, bool | None]:
        """What a segment is worth, and the side that its amounts count on; both sides of a message ask for it."""
        key = (segment.pieces[0].start, segment.pieces[-1].end)
        if key not in self._worths:
            counts = any(not self.amounts[number].vague for number in segment.amounts)
            item = segment.named or segment.resolution.rule != "no item"
            side = _side(segment.pieces) if counts and item else None
            self._worths[key] = (self._worth(segment, counted=counted, named=named), side)
        return self._worths[key]

    def _worth(self, segment: Segment, *, counted: int, named: bool) -> float:
        resolution, pieces = segment.resolution, segment.pieces
        if not segment.named and resolution.rule == "no item":
            lone = all(piece.kind is Kind.AMOUNT for piece in pieces)
            if lone:
                return _ORPHAN if named else _ALONE
            twice = _TWO_COUNTS * max(0, _counts(segment, self.amounts) - 1)
            twice += _TWO_SIZES * max(0, _sizes(segment, self.amounts) - 1)
            return twice + (_COUNTED_OPTION if segment.amounts or not named else _BARE_OPTION)
        worth = _OPENING + self._words_worth(segment)
        worth += _STRANGER * sum(piece.kind is Kind.OTHER for piece in pieces)
        worth += _TWO_COUNTS * max(0, _counts(segment, self.amounts) - 1)
        worth += _TWO_SIZES * max(0, _sizes(segment, self.amounts) - 1)
        if not segment.amounts and counted:
            worth += _NO_AMOUNT
        mentions = {piece.mention for piece in pieces if piece.mention is not None and piece.kind in _NAMED}
        joined = sum(piece.key in lexicon().joints_after for piece in pieces)
        return worth + _TWO_MENTIONS * max(0, len(mentions) - 1 - joined)

    def _words_worth(self, segment: Segment) -> float:
        resolution = segment.resolution
        if segment.guessed and not segment.plausible:
            return -1.0
        strong = [piece for piece in segment.pieces if piece.kind in _NAMED]
        if resolution.status is Status.UNKNOWN:
            known = all(piece.kind is Kind.GOODS for piece in strong)
            return _FOREIGN * len(strong) * (0.3 if known else 1.0)
        size = 0.2 * sum(piece.kind is Kind.SIZE for piece in segment.pieces)
        repeated = len(strong) - len({piece.key for piece in strong})
        worth = max(resolution.score, 0.5) * _WORD * sum(0.6 if piece.weak else 1.0 for piece in strong) + size
        worth += _REPEATED * repeated * (not resolution.exact or resolution.score < _WHOLE)
        worth += _SETTLED * (resolution.status is Status.SURE) + _EXACT * resolution.exact
        return worth + _ODD * (resolution.status is Status.ODD)


def _is_whole_name(found: Resolution) -> bool:
    return found.rule == "alias" and found.status is Status.SURE and found.exact


def _as_name(amount: Amount, *, numbered: bool) -> tuple[str, ...]:
    """A number as the end of a name: as it was said ("passport nane"), or in digits behind a word of size."""
    if numbered and amount.value is not None:
        return (f"{float(amount.value):g}",)
    return tuple(fold(word) for _, _, word in words(amount.text))


_NO_COUNT: Final = 20


def _side(pieces: Sequence[Piece]) -> bool | None:
    """True where the amount stands before the goods words, False after them, None where it is among them."""
    places = [place for place, piece in enumerate(pieces) if piece.kind is Kind.AMOUNT]
    named = [place for place, piece in enumerate(pieces) if piece.kind in _NAMED or piece.kind is Kind.SIZE]
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
        amounts[number].value == Fraction(1, 2) and amounts[number].kind == "count" for number in segment.amounts
    )


def read_segments(
    text: str,
    reading: Mapping[str, Any],
    catalogue: Catalogue,
    *,
    trusted: bool = False,
    standing: frozenset[str] = frozenset(),
) -> tuple[list[Segment], list[Piece]]:
    """The item spans of a message in order, and all its pieces."""
    pieces = lay_out(text, reading, catalogue, trusted=trusted, standing=standing)
    segmenter = Segmenter(catalogue, amounts_of(reading))
    return [segment for run in segmenter.cut(clauses(pieces)) for segment in run], pieces
