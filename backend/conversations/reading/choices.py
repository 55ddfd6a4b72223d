"""Reads an answer that names one of several rows by what tells it from the others: "the lemon one", "8", "kubwa"."""

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Final

from rapidfuzz import fuzz

from backend.catalog.linking.catalogue import Catalogue, CatalogueItem
from backend.catalog.linking.folding import crosses, fold, stems, words
from backend.catalog.linking.lexicon import lexicon, sense_of
from backend.catalog.linking.packs import as_fraction
from backend.catalog.linking.quantities import Wanted, lines_for
from backend.catalog.linking.resolve import Resolution, Status, labelled
from backend.catalog.linking.terms import is_unit
from backend.conversations.reading.amounts import ALSO_GIVES, number_of
from backend.conversations.reading.answer_parts import ends_in_a_count, parts_of, refuses_some, told_by_number
from backend.conversations.reading.item import Item
from backend.conversations.reading.pieces import cues, either, places_of
from backend.conversations.reading.slips import number_words

_DIGITS: Final = re.compile(r"\d+(?:[.]\d+)?")
_LONGEST: Final = 7
_ALIKE: Final = 86
_LEAST_LETTERS: Final = 4
_FEWEST: Final = 2
_TWO: Final = Fraction(2)
_SEVERAL_ONES: Final = frozenset(map(fold, ("wale", "wali", "vale", "vali", "वाले", "वाली")))
_MOST: Final = 4
_SENSE: Final = "~"  # before the name of what a word can mean, among words


def chosen(asked: Item, text: str, question: str, said: Sequence[Wanted], catalogue: Catalogue) -> Item | None:
    """Return the asked item as the answer settles it, or None where the answer names no one row alone.

    Args:
        asked: An item that was left open between several rows.
        text: The answer, as it was typed.
        question: What the bot asked; where it names some of the rows, only those are meant.
        said: The amounts of the answer; one that names the row ("two of the 500") is no count.
        catalogue: The merchant's rows.
    """
    rows = _named(_rows(asked, catalogue), question)
    keys = [fold(word) for _, _, word in words(text)]
    if len(rows) < _FEWEST or len(keys) > _LONGEST:
        return None
    rows, keys = _without_refused(rows, keys)
    if not rows:
        return None
    numbers = _numbers_in(text) | {_number(one) for one in said}
    row = (
        (rows[0] if len(rows) == 1 else None)
        or _by_measure(rows, said)
        or _by_words(rows, keys, numbers)
        or _by_label(rows, keys)
        or _by_price(rows, question, numbers)
    )
    if row is None:
        return None
    marks = _marks(rows)
    if _names_another(row, marks, text):
        return asked
    worded = [fold(word) for _, _, word in words(text) if word.lower() not in number_words()]
    alike = [one for one in rows if _matches(marks[one.sku], worded) == _matches(marks[row.sku], worded)]
    named = numbers_of(row) & _telling(alike)  # "Nafaka two" is two of it, where no other Nafaka is left.
    named |= {price_of(row)} & _numbers_in(question)
    other = [one for one in said if _number(one) not in named and one != Wanted(measure=row.measure)]
    if len(other) > 1 or any(one.vague for one in said):
        wanted = Wanted(vague=True)  # "Two kubwa and the other three" shares out what no one row can have.
        asked = replace(asked, wanted=wanted)
    else:
        wanted = other[0] if other else Wanted(count=_TWO if _takes_two(keys, text) else None)
    packs = None if row.weighed else _packs(row, wanted)
    if row.weighed and wanted.measure is not None:
        asked = replace(asked, wanted=replace(asked.wanted, measure=wanted.measure))
    return _settled(asked, row, wanted.count if wanted.count is not None else packs, catalogue)


def chosen_each(asked: Item, text: str, question: str, catalogue: Catalogue) -> list[Item] | None:
    """Return the asked item once for each row that an answer names ("two small and a big one"), or None.

    Args:
        asked: An item that was left open between several rows.
        text: The answer, as it was typed.
        question: What the bot asked; where it names some of the rows, only those are meant.
        catalogue: The merchant's rows.
    """
    rows = _named(_rows(asked, catalogue), question)
    telling = _telling(rows)
    parts = parts_of(text, telling) if len(rows) >= _FEWEST and not refuses_some(text) else []
    said = [_part_of(part, rows) for part in parts]
    skus = {row.sku for row, _ in said if row is not None}
    if len(said) < _FEWEST or len(skus) < len(said) or ends_in_a_count(text, parts):
        return None
    remaining = [not cues().rest.isdisjoint(part) for part in parts]
    silent = not any(remaining) and all(count is None for _, count in said)
    if silent and asked.wanted.count not in {None, Fraction(1), Fraction(len(said))}:
        return [_settled(replace(asked, wanted=Wanted(vague=True)), row, None, catalogue) for row, _ in said if row]
    counts = [None if rest else count or Fraction(1) for rest, (_, count) in zip(remaining, said, strict=True)]
    left = (asked.wanted.count or Fraction(0)) - sum(count for count in counts if count is not None)
    settled = [(row, left if count is None else count) for (row, _), count in zip(said, counts, strict=True) if row]
    if any(count <= 0 for _, count in settled):
        return None
    return [_settled(replace(asked, wanted=Wanted()), row, count, catalogue) for row, count in settled]


def is_between(key: str) -> bool:
    """Whether a word only stands between others ("not the red", "si ya nyama")."""
    return lexicon().is_joint(key) or key in lexicon().filler


def refusing() -> frozenset[str]:
    """Words that stand before what an answer refuses; Hindi's and Marathi's stand behind it."""
    return cues().negations - cues().refusals_after - cues().corrections


def _without_refused(rows: list[CatalogueItem], keys: list[str]) -> tuple[list[CatalogueItem], list[str]]:
    """The rows, and the words of an answer, without those that a word before them refuses ("h7, not h4")."""
    refused, kept, led = set[str](), list[str](), False
    for key in keys:
        found = rows_of_word(key, rows) if led else []
        refused.update(found)
        kept += [] if found else [key]
        led = key in refusing() or (led and not found and is_between(key))
    return [row for row in rows if row.sku not in refused], kept


def _names_another(row: CatalogueItem, marks: Mapping[str, frozenset[str]], text: str) -> bool:
    """Whether a part of an answer names rows beside the one that the rest of it names ("maisha and nafaka")."""
    parts = () if refuses_some(text) else parts_of(text, frozenset())
    others = [part for part in parts if not _matches(marks[row.sku], part)]
    return 0 < len(others) < len(parts) and any(_matches(one, part) for part in others for one in marks.values())


def _part_of(part: Sequence[str], rows: Sequence[CatalogueItem]) -> tuple[CatalogueItem | None, Fraction | None]:
    """The row that a part of an answer names, and how many of it, where that is said.

    Of two numbers the one before a unit names the row ("two of 4 inch"), and what leads to a row's own word counts.
    """
    pairs = [(key, number_of(key), is_unit(after)) for key, after in pairwise([*part, ""])]
    numbers = [(value, unit) for _, value, unit in pairs if value is not None]
    named = [value for value, unit in numbers if unit] or [value for value, _ in numbers]
    told = [key for key, value, unit in pairs if value is None or unit]
    worded = _by_words(rows, told, frozenset()) or _by_label(rows, told)
    counted = pairs[0][1] is not None and not pairs[0][2]
    # "One small" is no row of one litre.
    sized = counted and worded is not None and _by_label(rows, told) is worded
    row = worded if sized else _by_words(rows, told, frozenset([*(f"{value:g}" for value in named), *told])) or worded
    leads = worded is row and row is not None and counted
    counts = [value for value, unit in numbers if not unit or len(numbers) == 1]
    if not leads:
        counts = [value for value in counts if row is None or len(named) < len(numbers) or _names_none(value, row)]
    return row, as_fraction(counts[0]) if counts else None


def _names_none(value: float, row: CatalogueItem) -> bool:
    return f"{value:g}" not in numbers_of(row)


def _by_measure(rows: Sequence[CatalogueItem], said: Sequence[Wanted]) -> CatalogueItem | None:
    """The one row of the weight or volume that an answer says ("the half kilo one", of 500g and 1kg)."""
    measures = {one.measure for one in said if one.measure is not None}
    found = [row for row in rows if row.measure in measures]
    return found[0] if len(measures) == len(found) == 1 else None


def _by_price(rows: Sequence[CatalogueItem], question: str, numbers: frozenset[str]) -> CatalogueItem | None:
    """The row that an answer names by its price, where the question told it ("the 1200 one")."""
    found = [row for row in rows if price_of(row) in numbers & _numbers_in(question)]
    return found[0] if len(found) == 1 else None


def price_of(row: CatalogueItem) -> str:
    """The price of a row as a number that a text may hold."""
    return f"{row.price_minor / 100:g}"


def _takes_two(keys: Sequence[str], text: str) -> bool:
    """Whether an answer ends in "wale do", or in ", do": two of them, where "wala do" may ask to give one."""
    apart = keys[-1] in ALSO_GIVES and len(words(text.rpartition(",")[2])) == 1
    return keys[-1] in ALSO_GIVES and len(keys) > 1 and (apart or keys[-2] in _SEVERAL_ONES)


def _number(said: Wanted) -> str:
    """The bare number of an amount: how many, or for how much ("ya mia mbili", where that is a size); empty else."""
    count = said.money_minor and said.money_minor / 100 if said.count is None else said.count
    return f"{float(count):g}" if count else ""


def _packs(row: CatalogueItem, wanted: Wanted) -> Fraction | None:
    """How many packs of a row an answer's weight or volume comes to ("two litres" of the one of a litre)."""
    if wanted.measure is None or row.measure is None or wanted.measure.dimension != row.measure.dimension:
        return None
    packs = as_fraction(wanted.measure.base) / as_fraction(row.measure.base)
    return packs if packs.denominator == 1 and packs > 1 else None


def taken_together(asked: Item, text: str, question: str, wanted: Wanted, catalogue: Catalogue) -> list[Item] | None:
    """Return the asked item once for each row that was offered, where the answer takes both or all, or None.

    Args:
        asked: An item that was left open between several rows.
        text: The answer ("both", "one of each", "donhi don").
        question: What the bot asked, which names the rows that are offered.
        wanted: The amounts of the answer, each of which is of every row.
        catalogue: The merchant's rows.
    """
    offered = _named_apart(_rows(asked, catalogue), question)
    both = len(offered) == _FEWEST and bool(places_of(cues().both, text))
    every = _FEWEST <= len(offered) <= _MOST and bool(places_of(cues().all_of_them, text))
    shared = len(offered) == _FEWEST and bool(places_of(cues().half_each, text))
    if not (both or every or shared) or not _says_only(text):
        return None
    count = wanted.count if wanted.count is not None else _count_of_each(asked, len(offered))
    count = _share(asked, len(offered)) if shared else count
    return [_settled(replace(asked, wanted=Wanted(vague=count is None)), row, count, catalogue) for row in offered]


def _named_apart(rows: Sequence[CatalogueItem], question: str) -> list[CatalogueItem]:
    """Those of the rows that a question names, each by words of its own; none where it names two of them alike.

    "1 mm wire: red or black?" does not offer the red wire of 2 mm, of which it says less than of another.
    """
    said = [fold(word) for _, _, word in words(question)]
    offered = _offered(rows, question)
    numbers, marks = _numbers_in(question) & _telling(rows), _marks(rows) if offered else {}
    named = {
        row.sku: frozenset([*(key for key in said if _is_mark(key, marks[row.sku])), *(numbers_of(row) & numbers)])
        for row in offered
    }
    meant = [row for row in offered if not any(named[row.sku] < other for other in named.values())]
    return meant if len({named[row.sku] for row in meant}) == len(meant) else []


def _count_of_each(asked: Item, rows: int) -> Fraction | None:
    """One of each, unless another number was asked for: how it is shared out is to be asked."""
    count = asked.wanted.count
    return Fraction(1) if count in {None, Fraction(1), Fraction(rows)} and not asked.wanted.measured else None


def _share(asked: Item, rows: int) -> Fraction | None:
    """As many of each as make up what was asked for; None where that comes out uneven, or no number was said."""
    each = (asked.wanted.count or Fraction(0)) / rows
    return each if each > 0 and each.denominator == 1 and not asked.wanted.measured else None


def _says_only(text: str) -> bool:
    """Whether an answer says nothing but that it takes them all, and how many."""
    known = cues()
    taking = (known.both, known.all_of_them, known.each, known.half_each)
    spans = [span for listed in taking for span in places_of(listed, text)]
    rest = (fold(word) for start, _, word in words(text) if not any(first <= start < last for first, last in spans))
    filling = either(lexicon().filler, cues().asks)
    return not crosses(text) and all(key in filling or number_of(key) is not None for key in rest)


_ASCII: Final = {ord(digit): str(value) for value, digit in enumerate("०१२३४५६७८९")}


def _numbers_in(text: str) -> frozenset[str]:
    """The numbers of a text, one that is said in two directions ("5x6") as one of them."""
    sizes = crosses(text)
    plain = text.translate(_ASCII)
    loose = (one for one in _DIGITS.finditer(plain) if not any(start <= one.start() < end for start, end, _ in sizes))
    return frozenset([*(one.group() for one in loose), *(key for _, _, key in sizes), *told_by_number(text)])


def offered_rows(asked: Item, question: str, catalogue: Catalogue) -> list[CatalogueItem]:
    """The rows between which an item was left open; where the question names some of them, those alone."""
    return _named(_rows(asked, catalogue), question)


def told_apart(rows: Sequence[CatalogueItem], question: str) -> list[CatalogueItem]:
    """Those of some rows that a question names by what tells them from the others."""
    return _offered(rows, question)


def rows_of_word(key: str, rows: Sequence[CatalogueItem]) -> list[str]:
    """The rows that a folded word tells from the others."""
    return [sku for sku, marks in _marks(rows).items() if _matches(marks, [key])]


def prices_in(question: str) -> frozenset[str]:
    """The numbers of a question, prices among them."""
    return _numbers_in(question)


def _rows(asked: Item, catalogue: Catalogue) -> list[CatalogueItem]:
    return [catalogue.by_sku[sku] for sku in asked.resolution.alternatives if sku in catalogue.by_sku]


def _named(rows: Sequence[CatalogueItem], question: str) -> list[CatalogueItem]:
    """Those of the rows that the question offers; all of them where it names none, or one alone."""
    offered = _offered(rows, question)
    return offered if len(offered) >= _FEWEST else list(rows)


def _offered(rows: Sequence[CatalogueItem], question: str) -> list[CatalogueItem]:
    """Those of the rows that the question names by what tells them apart."""
    if len(rows) < _FEWEST:
        return []
    said = [fold(word) for _, _, word in words(question)]
    numbers, marks = _numbers_in(question), _marks(rows)
    return [row for row in rows if _matches(marks[row.sku], said) or numbers_of(row) & numbers & _telling(rows)]


def _by_words(rows: Sequence[CatalogueItem], said: Sequence[str], numbers: frozenset[str]) -> CatalogueItem | None:
    marks, telling = _marks(rows), _telling(rows)
    scores = {row.sku: _matches(marks[row.sku], said) + len(numbers_of(row) & numbers & telling) for row in rows}
    best = max(scores.values())
    first = [row for row in rows if scores[row.sku] == best]
    if best and len(first) > 1:  # "Masala" is the plain masala, where the other is "mysore masala".
        rest = {row.sku: {key for key in marks[row.sku] if not key.startswith(_SENSE)} for row in first}
        least = min(map(len, rest.values()))
        first = [row for row in first if len(rest[row.sku]) == least and _is_plain(row, rest, marks, said)]
    return first[0] if best and len(first) == 1 else None


def _is_plain(
    row: CatalogueItem, rest: Mapping[str, AbstractSet[str]], marks: Mapping[str, frozenset[str]], said: Sequence[str]
) -> bool:
    """Whether a row is called by no word that the others lack, of those that an answer names by the same words."""
    named = {sku: [key for key in said if _matches(marks[sku], [key])] for sku in rest}
    return all(rest[row.sku] <= rest[sku] for sku in rest if named[sku] == named[row.sku])


def _by_label(rows: Sequence[CatalogueItem], said: Sequence[str]) -> CatalogueItem | None:
    labels = {lexicon().sizes[key] for key in said if key in lexicon().sizes}
    found = {row for label in labels for row in labelled(dict(enumerate(rows)), label)}
    return rows[found.pop()] if len(found) == 1 else _by_rank(rows, labels)


def _by_rank(rows: Sequence[CatalogueItem], labels: AbstractSet[str]) -> CatalogueItem | None:
    """The least of rows that weights or the like tell apart, for "small", or the greatest, for "large"."""
    measures = {row.measure for row in rows if row.measure is not None}
    alike = len({one.dimension for one in measures}) == 1 and len(measures) == len(rows)
    if not alike or len(labels) != 1 or not labels <= {"small", "large"}:
        return None
    ranked = sorted(rows, key=lambda row: row.measure.base if row.measure else 0.0)
    return ranked[0] if labels == {"small"} else ranked[-1]


def _marks(rows: Sequence[CatalogueItem]) -> Mapping[str, frozenset[str]]:
    """The words of each row that some other row lacks."""
    spoken = {row.sku: _spoken(row) for row in rows}
    common = frozenset.intersection(*spoken.values())
    return {sku: keys - common for sku, keys in spoken.items()}


def _spoken(row: CatalogueItem) -> frozenset[str]:
    values = [value for axis in row.options.values() if len(axis) == 1 for value in axis]
    keys = {fold(word) for text in (row.name, *row.aliases, *values) for _, _, word in words(text)}
    return frozenset(keys | {_SENSE + sense for key in keys for sense in sense_of(key)})


def _matches(marks: frozenset[str], said: Sequence[str]) -> int:
    """How many of the words said are marks of a row, as written, cut short, by stem, by sense, or nearly."""
    telling = (key for key in said if key not in cues().joins and not lexicon().is_joint(key) and not key[:1].isdigit())
    return sum(_is_mark(key, marks) for key in telling)


def _is_mark(key: str, marks: frozenset[str]) -> bool:
    if not marks.isdisjoint({*stems(key), *(_SENSE + sense for sense in sense_of(key))}):
        return True
    long = len(key) >= _LEAST_LETTERS
    near = (mark for mark in marks if len(mark) >= _LEAST_LETTERS)
    return long and any(mark.startswith(key) or fuzz.ratio(key, mark) >= _ALIKE for mark in near)


def numbers_of(row: CatalogueItem) -> frozenset[str]:
    """Numbers that name a row: of its sizes, its measure in either unit, what a pack of it holds, and its name."""
    base = row.measure.base if row.measure else None
    values = [f"{base:g}", f"{base / 1000:g}"] if base else []
    values += [f"{row.pieces:g}"] if row.pieces else []
    return frozenset([*row.size_numbers, *values, *_numbers_in(row.name)])


def _telling(rows: Sequence[CatalogueItem]) -> frozenset[str]:
    """Numbers that not every row has."""
    each = [numbers_of(row) for row in rows]
    return frozenset.union(*each) - frozenset.intersection(*each)


def _settled(asked: Item, row: CatalogueItem, count: Fraction | None, catalogue: Catalogue) -> Item:
    wanted = replace(asked.wanted, count=count if count is not None else asked.wanted.count, money_minor=None)
    place = next(number for number, item in enumerate(catalogue.items) if item.sku == row.sku)
    lines = lines_for(catalogue, place, wanted)
    status = Status.SURE if lines is not None else Status.ODD
    resolution = Resolution(status, lines or (), (), 1.0, 0.0, "answer", exact=True, sku=row.sku)
    return replace(asked, wanted=wanted, resolution=resolution, role="add")


def only_tells(item: Item) -> bool:
    """Whether an item is no more than numbers and sizes ("ek choti"), and names no good."""
    return all(number_of(key) is not None or key in lexicon().sizes for key in item.keys)
