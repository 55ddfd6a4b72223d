"""What makes goods of an order doubtful: the sort of another row beside one, or one row called by two names."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, pairwise, takewhile
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue, CatalogueItem
from backend.catalog.linking.folding import bare
from backend.catalog.linking.lexicon import lexicon
from backend.catalog.linking.terms import read_keys
from backend.conversations.reading.choices import numbers_of
from backend.conversations.reading.halves import is_halved, is_of_another_sort
from backend.conversations.reading.item import ADD, Item
from backend.conversations.reading.layout import clauses
from backend.conversations.reading.let_be import may_be_let_be
from backend.conversations.reading.names import GOODS_TAGS, is_done
from backend.conversations.reading.near import is_known
from backend.conversations.reading.own_choices import is_of_no_choice, may_be_choice
from backend.conversations.reading.partly import SOME_OF_THEM
from backend.conversations.reading.pieces import ASKS_ME, UNREAD, Kind, Piece
from backend.conversations.reading.said_twice import may_be_counted_otherwise
from backend.conversations.reading.spoken import may_be_spoken_of
from backend.conversations.reading.strays import is_of, joins_a_sort
from backend.conversations.reading.totals import may_be_total

_NAMES: Final = frozenset({Kind.GOODS, Kind.JOINT, Kind.SIZE})
_BESIDE: Final = _NAMES | {Kind.AMOUNT}
_SIZE: Final = "size"
_SURE: Final = 0.7
_LIKELY: Final = 0.5
_NEXT: Final = 2
_LAST_NUMBER: Final = re.compile(r"[,;.\n]\s*\d+$")
_INFINITIVE: Final = re.compile(r"ku\w{3,}")


def in_doubt(
    text: str, pieces: Sequence[Piece], items: Sequence[Item], reading: Mapping[str, Any], catalogue: Catalogue
) -> bool:
    """Whether a row that was read for some of the goods may not be the one that is meant.

    Args:
        text: The message.
        pieces: All pieces of the message in order.
        items: The items of an order.
        reading: The bot's reading, for what it took for sorts.
        catalogue: The merchant's rows.
    """
    ordered = [item for item in items if item.role == ADD and item.sku in catalogue.row_of]
    runs = clauses(pieces) if ordered else []
    return (
        may_be_total(items, text, catalogue)
        or may_be_spoken_of(pieces, items)
        or may_be_let_be(text, items)
        or any(_is_named_twice(*pair) for pair in combinations(ordered, 2))
        or any(_is_sort_of_last(*pair, catalogue) for pair in pairwise(ordered))
        or any(may_be_choice(*pair, catalogue) for pair in pairwise(ordered))
        or any(is_of_no_choice(item, items, text, catalogue) for item in ordered)
        or may_be_counted_otherwise(text, ordered, reading, catalogue)
        or any(_is_told_behind(item, items, run, catalogue) for item in ordered for run in runs)
        or any(_is_broken(item, pieces, catalogue) for item in ordered)
        or any(_counted_by_address(item, reading) for item in ordered)
        or joins_a_sort(pieces, items, catalogue)
        or any(_may_be_some_of(*pair, pieces, catalogue) for pair in pairwise(ordered))
        or (bool(ordered) and is_halved(pieces, catalogue))
        or any(is_of_another_sort(*pair, ordered, reading, catalogue) for run in runs for pair in pairwise(run))
        or any(_is_foreign(*pair, ordered, reading, catalogue) for run in runs for pair in pairwise(run))
    )


def _is_named_twice(one: Item, other: Item) -> bool:
    """Whether two counted goods that are called otherwise came to one row ("miksi 1 and milk powder 2")."""
    counted = not one.unamounted and not other.unamounted
    called = [frozenset(item.keys) for item in (one, other)]
    return counted and one.sku == other.sku and not (called[0] <= called[1] or called[1] <= called[0])


def _is_sort_of_last(last: Item, item: Item, catalogue: Catalogue) -> bool:
    """Whether what came to another good is the sort of a row beside the last ("3 chocolate cakes and 1 vanilla")."""
    row, said = catalogue.by_sku[last.sku or ""], {term.key for term in read_keys(item.keys).goods}
    index = catalogue.index
    held = [index.rows[index.by_key[key]] if key in index.by_key else frozenset[int]() for key in said]
    having = (catalogue.items[number] for number in (frozenset.intersection(*held) if held else ()))
    other = (one for one in having if one.sku != row.sku and said <= _words(one) - _words(row))
    skus = {one.sku for one in other if _in_other_sort(row, one)}
    return bool(skus) and item.sku not in skus


def _may_be_some_of(last: Item, item: Item, pieces: Sequence[Piece], catalogue: Catalogue) -> bool:
    """Whether fewer of a sort, named by that alone right behind its good ("pohe three, one indori"), may be of them."""
    had, count = last.wanted.count, item.wanted.count
    row, other = catalogue.by_sku[last.sku or ""], catalogue.by_sku[item.sku or ""]
    shared, said = row.family & other.family, {term.key for term in read_keys(item.keys).goods}
    if had is None or count is None or not count < had or row.sku == other.sku or not shared or said & shared:
        return False
    if item.resolution.exact and len(said) > 1:  # "Diya two, til tel one": a name of its own.
        return False
    named, again = ({bare(term.key) for term in read_keys(one.keys).goods} for one in (last, item))
    told = named <= {bare(key) for key in _words(other)} and named.isdisjoint(again)
    between = (one for one in pieces if last.end <= one.start < item.start)
    signs = all(one.kind is Kind.BREAK and not one.text.strip().isalpha() for one in between)
    return told and signs and item.resolution.rule != SOME_OF_THEM


def _in_other_sort(row: CatalogueItem, other: CatalogueItem) -> bool:
    """Whether two rows are one good in two sorts of one kind ("flavour=vanilla", "flavour=chocolate")."""
    told = any(name != _SIZE and other.options.get(name, values) != values for name, values in row.options.items())
    return told and bool(row.kin & other.kin)


def _words(row: CatalogueItem) -> frozenset[str]:
    return frozenset(word.key for word in row.spoken)


def _is_told_behind(item: Item, items: Sequence[Item], run: Sequence[Piece], catalogue: Catalogue) -> bool:
    """Whether a word of another row stands behind the count of an item ("sprinkles 3 chocolate")."""
    row = catalogue.row_of[item.sku or ""]
    free = (one for one in _behind_count(item, run) if not any(other.holds(one.start) for other in items))
    return any(one.kind is Kind.GOODS and not is_of(one, row, catalogue) for one in free)


def _behind_count(item: Item, run: Sequence[Piece]) -> Iterator[Piece]:
    held = [place for place, piece in enumerate(run) if item.start <= piece.start < item.end and piece.kind in _NAMES]
    rest = run[held[-1] + 1 :] if held else ()
    if rest and rest[0].kind is Kind.AMOUNT:
        yield from takewhile(lambda piece: piece.kind in _NAMES, rest[1:])


def _is_broken(item: Item, pieces: Sequence[Piece], catalogue: Catalogue) -> bool:
    """Whether a half or a quarter is said of a row that is none, nor half a kilo or litre ("mkate wa sinia nusu")."""
    row, sizes = catalogue.by_sku[item.sku or ""], lexicon().sizes
    inside = (piece for piece in pieces if piece.kind is Kind.SIZE and item.start <= piece.start < item.end)
    said = {sizes.get(piece.key) for piece in inside} | {item.wanted.portion}
    told = {row.label, *(sizes.get(word.key) for word in row.spoken)}
    parts = said & _PARTS.keys() - told
    measured = row.measure.base / _WHOLE if row.measure is not None else 0.0
    return bool(parts) and not row.weighed and all(_PARTS[str(part)] != measured for part in parts)


_PARTS: Final = {"half": 0.5, "quarter": 0.25}
_WHOLE: Final = 1000


def _is_foreign(
    before: Piece, after: Piece, ordered: Sequence[Item], reading: Mapping[str, Any], catalogue: Catalogue
) -> bool:
    """Whether a sort or a size of the bot's that its row does not have is right beside a good ("sadolin varnish")."""
    word, beside = (before, after) if before.kind in UNREAD else (after, before)
    item = next((one for one in ordered if one.holds(beside.start)), None)
    if item is not None and word is before and beside.kind is Kind.GOODS and _is_likely_sort(word, item, reading):
        return True
    if item is None or beside.kind not in _BESIDE or not _is_sure_good(word, reading):
        return False
    own = numbers_of(catalogue.by_sku[item.sku or ""])
    sized = word.kind is Kind.OTHER and word.text.isdigit() and word.text not in own
    return sized or (word.kind is Kind.FOREIGN and not _tells_how(word))


def _is_likely_sort(word: Piece, item: Item, reading: Mapping[str, Any]) -> bool:
    """Whether a word that the bot was likely wrong to leave out leads to a part of a row's name ("rabbit pellets")."""
    if word.kind is not Kind.OTHER or item.resolution.rule != "several" or is_known(word):
        return False
    tokens = reading.get("tokens") or ()
    return any(float(one.get("p", 1.0)) < _LIKELY for one in tokens if one["start"] == word.start)


def _counted_by_address(item: Item, reading: Mapping[str, Any]) -> bool:
    """Whether an address ends in a number of its own right before a good ("second floor, 2 black tea")."""
    address: Mapping[str, Any] = (reading.get("slots") or {}).get("address") or {}
    end = int(address.get("end") or 0)
    return 0 < end < item.start <= end + _NEXT and _LAST_NUMBER.search(str(address.get("text") or "")) is not None


def _tells_how(word: Piece) -> bool:
    """Whether a word says what is done with goods ("cleaned", "kupika"), or asks for it."""
    typed = word.text.lower()
    return not typed[:1].isalpha() or is_done(typed) or any(form.fullmatch(typed) for form in (ASKS_ME, _INFINITIVE))


def _is_sure_good(word: Piece, reading: Mapping[str, Any]) -> bool:
    tokens = reading.get("tokens") or ()
    token: Mapping[str, Any] = next((one for one in tokens if one["start"] <= word.start < one["end"]), {})
    return token.get("tag") in GOODS_TAGS and float(token.get("p", 1.0)) >= _SURE
