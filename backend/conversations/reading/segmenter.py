"""Cuts a message into its item spans: the cut that catalogue, mentions and amounts together like best."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from backend.catalog.linking.candidates import is_bundle
from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, stems, words
from backend.catalog.linking.lexicon import lexicon
from backend.catalog.linking.quantities import SERVED, Wanted
from backend.catalog.linking.resolve import ANOTHER, Resolution, Status, resolve
from backend.catalog.linking.terms import is_unit, read_keys
from backend.conversations.reading.layout import Amount, amounts_of, clauses, lay_out
from backend.conversations.reading.pieces import Kind, Piece, cues
from backend.conversations.reading.segment import NAMED, Segment
from backend.conversations.reading.wants import COUNTING, wanted_of
from backend.conversations.reading.worth import WRONG_SIDE, at_most, loss_of, side_of, worth_of

_SAID: Final = frozenset({Kind.GOODS, Kind.FOREIGN, Kind.SIZE, Kind.JOINT})  # what an item is called by
_ROUNDING: Final = 1e-9  # what two sums of the same worths may differ by


@dataclass(slots=True)
class Segmenter:
    """Cuts the clauses of one message; keeps what it resolved, since cuts share their parts."""

    catalogue: Catalogue
    amounts: Sequence[Amount]
    _seen: dict[tuple[int, int], Segment] = field(default_factory=dict)
    _worths: dict[tuple[int, int], tuple[float, bool | None]] = field(default_factory=dict)
    _wanted: dict[tuple[int, ...], Wanted] = field(default_factory=dict)

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
        """The cut of a clause that is worth the most; what cannot be worth as much as another is not even read."""
        counted = sum([piece.kind is Kind.AMOUNT for piece in run])
        named = any(piece.kind in NAMED and not piece.weak for piece in run)
        best: list[tuple[float, list[Segment]]] = [(0.0, [])]
        for end, last in enumerate(run, 1):
            highest, chosen, found = best[end - 1][0] - loss_of(last), -1, best[end - 1][1]
            bounds = [(best[start][0] + most, start) for start, most in at_most(run, end, counted=counted)]
            for bound, start in sorted(bounds, reverse=True):
                if bound < highest - _ROUNDING:
                    break
                segment = self.segment(run[start:end])
                worth, side = self._weighed(segment, counted=counted, named=named)
                worth = best[start][0] + worth + WRONG_SIDE * (side is not None and side is not before)
                if worth > highest or (worth == highest and start < chosen):  # of equals, the longest
                    highest, chosen, found = worth, start, [*best[start][1], segment]
            best.append((highest, found))
        return best[-1]

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
        said = [piece for piece in pieces if piece.kind in _SAID]
        units = self.catalogue.units
        said = [piece for piece in said if piece.kind is not Kind.JOINT or stems(piece.key).isdisjoint(units)]
        keys = [*(piece.key for piece in said), *extra]
        weak = frozenset(piece.key for piece in said if piece.weak)
        terms = read_keys(tuple(keys), weak)
        wanted = self._wanted_of(tuple(numbers))
        optional = lexicon().optional
        names = [p for p in pieces if p.kind in NAMED and (p.key not in optional or p.mention is not None)]
        if not terms.goods or (not names and not is_bundle(terms.goods) and not self._is_alias(keys)):
            nothing = Resolution(Status.UNKNOWN, rule="no item")
            return Segment(pieces, terms, tuple(numbers), nothing, wanted, tuple(keys), weak)
        return Segment(pieces, terms, tuple(numbers), resolve(self.catalogue, terms, wanted), wanted, tuple(keys), weak)

    def _wanted_of(self, numbers: tuple[int, ...]) -> Wanted:
        if numbers not in self._wanted:
            self._wanted[numbers] = wanted_of([self.amounts[number] for number in numbers])
        return self._wanted[numbers]

    def _is_alias(self, keys: Sequence[str]) -> bool:
        """Whether size, container or filler words are all that a row is called ("two cuttings", "a tray")."""
        index = self.catalogue.index
        places = [index.by_key[key] for key in keys if key in index.by_key]
        if any(len(index.phrases[number].goods) == 1 for place in places for number in index.postings[place]):
            return True
        several = len(places) > 1 and len(places) == len(keys)  # "Full dabba", of which each word is a size elsewhere.
        return several and _is_whole_name(resolve(self.catalogue, read_keys(tuple(keys)), Wanted()))

    def _number_as_name(
        self, pieces: tuple[Piece, ...], number: int, numbers: Sequence[int], plain: Segment
    ) -> Segment | None:
        """Take a number for part of a name ("combo 2", "coke 500", "jeans 34") where a row is called just that."""
        amount = self.amounts[number]
        place = next(n for n, piece in enumerate(pieces) if piece.amount == number)
        # "Fuse 15 15" says the name and then how many.
        rest = [other for other in numbers if other != number or (amount.repeat and amount.digits is not None)]
        if place == 0 or amount.kind == "measure":
            return self._leading_name(pieces, number, rest)
        if amount.kind not in {"count", "money", "pack"} or amount.currency or amount.value is None:
            return None
        if pieces[place - 1].kind is Kind.AMOUNT:
            return None
        numbered = pieces[place - 1].key in cues().number_words
        name = _as_name(amount, numbered=numbered)
        held = set(name) <= set(plain.keys)  # "Fuse 15" holds it, so that another 15 counts.
        # "Idli 2 plate" counts, though the row's name says that two are on a plate.
        held = held or (amount.unit in SERVED and not rest and _is_whole_name(plain.resolution))
        if held or (amount.digits is None and not numbered and not self._in_names(name)):
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
        own = (self.catalogue.by_sku[sku] for sku in rows)
        sized = any(one.size_numbers or one.terms.numbers for one in own)
        opened = found._replace(status=Status.OPEN, lines=(), alternatives=rows, sku=None, rule="size")
        return plain._replace(resolution=opened) if sized and found.status is not Status.UNKNOWN else None

    def _weighed(self, segment: Segment, *, counted: int, named: bool) -> tuple[float, bool | None]:
        """What a segment is worth, and the side that its amounts count on; both sides of a message ask for it."""
        key = (segment.pieces[0].start, segment.pieces[-1].end)
        if key not in self._worths:
            counts = any(not self.amounts[number].vague for number in segment.amounts)
            item = segment.named or segment.resolution.rule != "no item"
            side = side_of(segment.pieces) if counts and item else None
            self._worths[key] = (worth_of(segment, self.amounts, counted=counted, named=named), side)
        return self._worths[key]


def _is_whole_name(found: Resolution) -> bool:
    return found.rule == "alias" and found.status is Status.SURE and found.exact


def _as_name(amount: Amount, *, numbered: bool) -> tuple[str, ...]:
    """A number as the end of a name: as it was said ("passport nane"), or in digits behind a word of size."""
    if numbered and amount.value is not None:
        return (f"{float(amount.value):g}",)
    if amount.repeat and amount.digits is not None:  # "Combo 1 moja" says the number of the name, and then how many.
        return (amount.digits,)
    return tuple(fold(word) for _, _, word in words(amount.text))


_NO_COUNT: Final = 20


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
