"""Words that a slip may have made of a good, a count, a unit or what a change does, and that matter by their place."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words
from backend.catalog.linking.quantities import Wanted
from backend.catalog.linking.resolve import Status, resolve
from backend.catalog.linking.terms import UNITS, is_unit, read_keys
from backend.conversations.reading.amounts import number_of
from backend.conversations.reading.item import Item
from backend.conversations.reading.layout import clauses
from backend.conversations.reading.pieces import Kind, Piece, cues
from backend.conversations.reading.slips import is_near, number_words, single, unmet
from backend.conversations.reading.slot_goods import numbers_house

_COUNTING: Final = frozenset({Kind.SIZE, Kind.AMOUNT})
_NOT_NAMING: Final = frozenset({Kind.SIZE, Kind.JOINT, Kind.OTHER})
_TWO_MINDS: Final = 0.6
_SHORTEST: Final = 2
_SEVERAL: Final = 2
_LONG: Final = 4
_FIRST_WORDS: Final = 3
_SENTENCE: Final = re.compile(r"[,\n]|\.\s")
_REFUSALS: Final = ("no", "not")


def may_be_missed(
    pieces: Sequence[Piece],
    items: Sequence[Item],
    reading: Mapping[str, Any],
    catalogue: Catalogue,
    is_known: Callable[[Piece], bool],
) -> bool:
    """Whether a word that nothing has read may matter for where it stands.

    Args:
        pieces: All pieces of the message in order.
        items: The items that were read.
        reading: The bot's reading.
        catalogue: The merchant's rows.
        is_known: Whether a list of ours knows a word, so that it is no slip for another.
    """
    changes = (reading.get("intent") or {}).get("name") == "modify_order"
    strange = unmet(reading)
    unread = [one for one in pieces if one.kind is Kind.OTHER and not is_held(one, items) and not is_known(one)]
    runs = clauses(pieces)
    return (
        any(_loses_a_good(run, items, strange) for run in runs)
        or _is_named_by_no_good(pieces, reading, strange)
        or any(_counts_or_measures(*pair, is_known) for run in runs for pair in pairwise(run))
        or any(_is_unsure(one, reading) and is_near(one.text.lower(), catalogue.written) for one in unread)
        or (changes and any(one.start in strange and is_near(one.key, _keeps()) for one in unread))
        or (not changes and any(_is_in_counts_place(*pair, items) for run in runs for pair in pairwise(run)))
        or _begins_with_good((reading.get("slots") or {}).get("address") or {}, strange, catalogue)
        or _lists_good((reading.get("slots") or {}).get("address") or {}, pieces, catalogue)
    )


def is_held(piece: Piece, items: Sequence[Item]) -> bool:
    """Whether an item that came to one row was read from a piece."""
    return any(item.start <= piece.start < item.end and item.sku for item in items)


def _loses_a_good(run: Sequence[Piece], items: Sequence[Item], strange: frozenset[int]) -> bool:
    """Whether a clause names no good of the shop, but a size or an amount of what the bot takes for one never met."""
    named = any(one.kind is Kind.GOODS for one in run)
    foreign = any(one.kind is Kind.FOREIGN and one.start in strange and not is_held(one, items) for one in run)
    return foreign and not named and any(one.kind in _COUNTING for one in run)


def _is_named_by_no_good(pieces: Sequence[Piece], reading: Mapping[str, Any], strange: frozenset[int]) -> bool:
    """Whether what the bot takes for a good was read as several sizes, one of them never met ("dabi puri")."""
    for mention in reading.get("mentions") or ():
        inside = [one for one in pieces if mention["start"] <= one.start < mention["end"]]
        sizes = [one for one in inside if one.kind is Kind.SIZE]
        named = any(one.kind not in _NOT_NAMING for one in inside)
        if len(sizes) >= _SEVERAL and not named and any(one.start in strange for one in sizes):
            return True
    return False


def _counts_or_measures(before: Piece, after: Piece, is_known: Callable[[Piece], bool]) -> bool:
    """Whether a word beside a lone unit is one slip from a number ("kilo taqu"), or one behind a number from a unit."""
    if _is_lone_unit(before) and after.kind is Kind.OTHER:
        return not is_known(after) and number_of(after.key) is None and is_near(after.text.lower(), number_words())
    if _is_lone_unit(after) and before.kind is Kind.OTHER:
        return number_of(before.key) is None and is_near(before.text.lower(), _long(number_words()))
    counted = after.text.isascii() and before.kind is Kind.AMOUNT and number_of(before.key) is not None
    return counted and after.kind is Kind.OTHER and not is_known(after) and is_near(after.key, _long(frozenset(UNITS)))


def _is_lone_unit(piece: Piece) -> bool:
    return piece.kind is Kind.AMOUNT and piece.text.isalpha() and is_unit(piece.key)


def _is_in_counts_place(before: Piece, after: Piece, items: Sequence[Item]) -> bool:
    """Whether a small word leads to a good without a count, where others have one, and may be a count or a "no"."""
    bare = [item for item in items if item.unamounted and item.sku]
    if before.kind is not Kind.JOINT or after.kind is not Kind.GOODS or len(bare) == len(items):
        return False
    typed = before.text.lower()
    numbers = number_of(before.key) is not None or typed in number_words()
    led = any(item.start in {before.start, after.start} for item in bare)
    return led and typed.isascii() and not numbers and is_near(typed, _counts_and_refusals())


def _is_unsure(piece: Piece, reading: Mapping[str, Any]) -> bool:
    """Whether the bot was of two minds about a longer word."""
    tokens = reading.get("tokens") or ()
    p = next((float(one.get("p", 1.0)) for one in tokens if one["start"] <= piece.start < one["end"]), 1.0)
    return len(piece.text) >= _LONG and p < _TWO_MINDS


def _begins_with_good(address: Mapping[str, Any], strange: frozenset[int], catalogue: Catalogue) -> bool:
    """Whether an address begins with a name and a number, or with what is a good of the shop but for a slip.

    A later part of it may be no more than a good and its number either ("kahawa, sambusa dengu 4").
    """
    begun = int(address.get("start") or 0)
    said = words(_SENTENCE.split(str(address.get("text") or ""), maxsplit=1)[0])[:_FIRST_WORDS]
    keys = [fold(word) for _, _, word in said]
    if len(keys) == _FIRST_WORDS and (keys[0], keys[1]) in catalogue.pairs and number_of(keys[2]) is not None:
        return True
    if any(_counts_good(part, catalogue) for part in _SENTENCE.split(str(address.get("text") or ""))):
        return True
    typed = [word.lower() for start, _, word in said if begun + start in strange or single(word) != word]
    return any(
        len(word) > _LONG and word not in catalogue.written and is_near(word, catalogue.written) for word in typed
    )


def _counts_good(part: str, catalogue: Catalogue) -> bool:
    """Whether a part of an address is the name of a good and a number."""
    keys = [fold(word) for _, _, word in words(part)]
    counted = 1 < len(keys) <= _FIRST_WORDS and number_of(keys[-1]) is not None
    return counted and _is_name(keys[:-1], catalogue) and not numbers_house(part, catalogue)


def _is_name(keys: Sequence[str], catalogue: Catalogue) -> bool:
    if not keys or not catalogue.index.by_key.keys() >= {*keys}:
        return False
    found = resolve(catalogue, read_keys(tuple(keys)), Wanted())
    return found.status is Status.SURE and found.exact


def _lists_good(address: Mapping[str, Any], pieces: Sequence[Piece], catalogue: Catalogue) -> bool:
    """Whether an "and" leads to an address whose first part is the name of a good ("... and a scraper. Kilimani")."""
    start = address.get("start")
    led = [one for one in pieces if start is not None and one.end <= start][-1:]
    if not led or led[0].kind is not Kind.JOIN:
        return False
    keys = [fold(word) for _, _, word in words(_SENTENCE.split(str(address.get("text") or ""), maxsplit=1)[0])]
    return _is_name(keys[1:] if keys[:1] in _ARTICLES else keys, catalogue)


_ARTICLES: Final = [[fold(article)] for article in ("a", "an", "the", "one", "moja", "ek")]


@lru_cache(maxsize=4)
def _long(listed: frozenset[str]) -> frozenset[str]:
    return frozenset(word for word in listed if len(word) >= _LONG)


@lru_cache(maxsize=1)
def _counts_and_refusals() -> frozenset[str]:
    return frozenset((*(word for word in number_words() if len(word) > _SHORTEST), *_REFUSALS))


@lru_cache(maxsize=1)
def _keeps() -> frozenset[str]:
    return _long(cues().keeps_before | cues().keeps_after)
