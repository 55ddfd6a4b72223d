"""Orders in so many words: where names in full, an amount beside each and words of asking are all that a message says.

A name that holds a number, a size, a verb or a word of another row is told from what is said of it, since every word
has to have its place. What it comes to goes by the rules of packs, weights and stock as in any order.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise, product
from math import prod
from typing import Any, Final, NamedTuple

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words
from backend.catalog.linking.quantities import Wanted, lines_for
from backend.catalog.linking.resolve import Resolution, Status, resolve
from backend.catalog.linking.terms import Measure, is_unit, read_keys
from backend.conversations.reading.intents import TAKEN_FOR, ranked, read_as
from backend.conversations.reading.item import ELSEWHERE, Item
from backend.conversations.reading.pieces import cues
from backend.conversations.reading.plain_openings import opens_order
from backend.conversations.reading.plain_tails import around
from backend.conversations.reading.plain_words import MOST_WAYS, NAME, NUMBER, TIMES, WEIGHT, Said, divided, number_said
from backend.conversations.reading.recent import Recent
from backend.conversations.reading.types import ReadingContext

_PLACE: Final = "place_order"
_ASKING: Final = frozenset("opmjc")  # What the letters stand for is told in `plain.toml`.
_OF: Final = "h"
_PAIRS: Final = frozenset({NAME + NUMBER, NUMBER + NAME, NAME + WEIGHT, WEIGHT + NAME})
_LONGEST: Final = 160
_NO_COUNT: Final = 20
_PRONOUN: Final = "one"  # "the big one"


class _Entry(NamedTuple):
    """A good by its whole name, and the number or weight beside it."""

    name: Said
    number: Said | None
    leads: bool = False

    @property
    def amount(self) -> int | Measure:
        """How many are asked for or of what weight, 0 where nothing says it."""
        return (self.number.weight or self.number.number) if self.number else 0

    @property
    def is_behind(self) -> bool:
        """Whether the number stands behind the name."""
        return self.number is not None and self.number.start > self.name.start


_Entries = tuple[_Entry, ...]
_RECENT: Final = Recent[tuple[str, Catalogue], _Entries]()


def plain_order(reading: Mapping[str, Any], catalogue: Catalogue, context: ReadingContext) -> list[Item]:
    """Return the goods of a message that opens an order, each word of which has its place in one.

    Args:
        reading: The bot's reading, for what is said around the goods.
        catalogue: The merchant's rows.
        context: The message, with what there was before it.

    Returns:
        The items, or none where the message says anything else, or may mean several things.
    """
    text = context.text
    if context.order or context.asked or len(text) > _LONGEST or not opens_order(context, catalogue):
        return []
    goods = around(text, reading, catalogue).goods
    if not goods:
        return []
    return [_item(one, goods, catalogue) for one in _RECENT.get((goods, catalogue), lambda: _read(goods, catalogue))]


def as_plain_order(
    reading: Mapping[str, Any], catalogue: Catalogue, context: ReadingContext
) -> Mapping[str, Any] | None:
    """The reading of a message each word of which has its place in an order as that order, and as nothing else."""
    if not plain_order(reading, catalogue, context):
        return None
    told = around(context.text, reading, catalogue)
    note = (reading.get("slots") or {}).get("note") or {}
    kept = bool(note) and not told.goods[note.get("start") or 0 : note.get("end") or 0].strip()
    address = told.address if told.goods != context.text else None
    slots = {**(reading.get("slots") or {}), "address": address, "note": note if kept else None}
    return read_as(
        {**reading, "slots": slots, "mentions": []}, _PLACE, max(ranked(reading).get(_PLACE, 0.0), TAKEN_FOR)
    )


def _read(text: str, catalogue: Catalogue) -> _Entries:
    """What a message orders, where one of its meanings counts every good, and no other names other goods.

    "Do" may be a number and a verb: it counts where another good of the message has a number of its own.
    """
    found: dict[frozenset[tuple[frozenset[str], int | Measure]], _Entries] = {}
    for parts in divided(text, catalogue):
        if any(NUMBER in one.letters and NUMBER in other.letters for one, other in pairwise(parts)):
            continue  # "Do char" is two to four, or gives four.
        if prod(len(one.letters) for one in parts) > MOST_WAYS:
            return ()
        for entries in _meanings(parts):
            found.setdefault(frozenset((one.name.rows, one.amount) for one in entries), entries)
    counted = [entries for entries in found.values() if all(one.amount for one in entries)]
    named = {frozenset(rows for rows, _ in meaning) for meaning in found}
    clear = len(counted) == len(named) == 1 and all(any(count for _, count in meaning) for meaning in found)
    return counted[0] if clear and _is_plain(counted[0], text, catalogue) else ()


def _is_plain(entries: _Entries, text: str, catalogue: Catalogue) -> bool:
    """Whether each name is that of one row and no two are of the same, and no number may be anything but a count.

    All stand before their goods, or all behind, but for weights that lead to theirs ("nusu kilo ya"); of an order that
    there is already, more may be said.
    """
    rows = {sku for one in entries for sku in one.name.rows}
    behind = {one.is_behind for one in entries if not one.leads}
    said = all(_only_counts(one, text) or _weighs(one, catalogue) for one in entries) and len(behind) <= 1
    own = len(rows) == len(entries) and all(len(one.name.rows) == 1 for one in entries)
    return said and own and not cues().any_in(cues().of_an_order, text)


def _only_counts(entry: _Entry, text: str) -> bool:
    """Whether a number is a count of the good, and neither a pronoun nor that of its unit ("sukari kilo mbili")."""
    number, name = entry.number or entry.name, [word for _, _, word in words(text[entry.name.start : entry.name.end])]
    said = text[number.start : number.end].lower()
    has_its_own = any(number_said(word) for word in name[-2:-1])
    of_unit = entry.is_behind and is_unit(fold(name[-1])) and not has_its_own and not said.startswith(TIMES)
    counts = isinstance(entry.amount, int) and entry.amount < _NO_COUNT
    return counts and said != _PRONOUN and not of_unit


def _weighs(entry: _Entry, catalogue: Catalogue) -> bool:
    """Whether a good is ordered by weight or volume, and is sold by it."""
    sold = [catalogue.by_sku[sku].unit_measure for sku in entry.name.rows]
    return isinstance(entry.amount, Measure) and all(one and one.dimension == entry.amount.dimension for one in sold)


def _meanings(parts: Sequence[Said]) -> Iterator[_Entries]:
    """The orders that the parts of a message may make, with each letter of its words."""
    for letters in product(*(one.letters for one in parts)):
        for entries in _entries("".join(letters), parts, 0):
            if entries:
                yield entries


def _entries(letters: str, parts: Sequence[Said], place: int) -> Iterator[_Entries]:
    """The ways in which the parts from a place on are goods and their numbers; a bare name has to stand apart."""
    if place == len(parts):
        yield ()
        return
    if letters[place] in _ASKING:
        yield from _entries(letters, parts, place + 1)
        return
    pair = letters[place : place + 2]
    if pair in _PAIRS:
        name = place + (pair[0] != NAME)
        entry = _Entry(parts[name], parts[2 * place + 1 - name])
        yield from ((entry, *rest) for rest in _entries(letters, parts, place + 2))
    if letters[place : place + 3] == WEIGHT + _OF + NAME:
        entry = _Entry(parts[place + 2], parts[place], leads=True)
        yield from ((entry, *rest) for rest in _entries(letters, parts, place + 3))
    beside = {*letters[max(place - 1, 0) : place], *letters[place + 1 : place + 2]}
    if letters[place] == NAME and beside <= _ASKING:
        yield from ((_Entry(parts[place], None), *rest) for rest in _entries(letters, parts, place + 1))


def _item(entry: _Entry, text: str, catalogue: Catalogue) -> Item:
    """A good with the row that its name means, and what its number comes to of it."""
    name, number, sku = entry.name, entry.number or entry.name, next(iter(entry.name.rows))
    start, end = min(name.start, number.start), max(name.end, number.end)
    keys = tuple(fold(word) for _, _, word in words(text[name.start : name.end]))
    amount = entry.amount
    wanted = Wanted(measure=amount) if isinstance(amount, Measure) else Wanted(count=Fraction(amount))
    row = catalogue.by_sku[sku]
    packs = row.pieces in [number_said(key) for key in keys]
    if packs:  # "Tissue ya nne mbili" says what a pack holds, and then how many.
        wanted = replace(wanted, container=row.container)
    found = resolve(catalogue, read_keys(keys), wanted)
    if found.sku != sku or packs or found.status is not Status.SURE:
        found = _settled(catalogue, sku, wanted)
    return Item(start, end, text[start:end], keys, frozenset(), ELSEWHERE, wanted, found)


def _settled(catalogue: Catalogue, sku: str, wanted: Wanted) -> Resolution:
    """What is wanted of a row by its own name, which others may be taken for as well."""
    lines = lines_for(catalogue, catalogue.row_of[sku], wanted)
    status = Status.SURE if lines else Status.ODD
    return Resolution(status, lines or (), (), 1.0, 1.0, "alias", exact=True, sku=sku)
