"""Words that a slip of the thumb may have made of a good, a count or a size, and that nothing has read."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words, words_before
from backend.catalog.linking.lexicon import lexicon
from backend.catalog.linking.terms import UNITS, is_unit
from backend.conversations.reading.amounts import ALSO_GIVES, counts_people, number_of
from backend.conversations.reading.item import Item
from backend.conversations.reading.layout import blocked_spans, clauses
from backend.conversations.reading.misses import is_held, may_be_missed
from backend.conversations.reading.pieces import UNREAD, Kind, Piece, cues, of_them, places_of
from backend.conversations.reading.slips import is_near, meant, no_slips, number_words, single, strangers

_NAMED: Final = frozenset({Kind.GOODS, Kind.AMOUNT})
_WORDS: Final = UNREAD | {Kind.GOODS}
_SURE: Final = 0.9
_SHORTEST: Final = 2
_LONG: Final = 8
_SHORT_SIZE: Final = 4
_MARKS: Final = "\u0900-\u0903\u093a-\u094d\u0951-\u0957\u0962\u0963"
# A sign that no letter carries, or a consonant that stands alone and is no word of Hindi or Marathi.
_TORN: Final = re.compile(rf"(?<![\u0900-\u097f])(?:[{_MARKS}]|(?![नवचह])[क-ह](?![\u0900-\u097f]))")
_ANSWERED: Final = "answer"
_SIGN: Final = re.compile(r"[,;.\n।]")
_ASKS: Final = re.compile(r"(?:m?ni|tu)\w{2,}[aei]")  # Swahili's "do ... for me": nitolee, mniletee, tupe.


def may_be_mistyped(
    text: str,
    pieces: Sequence[Piece],
    items: Sequence[Item],
    reading: Mapping[str, Any],
    catalogue: Catalogue,
    *,
    adds: bool,
) -> bool:
    """Whether a word that the bot has never met, and that nothing has read, may be one that matters.

    It is one slip from a word of the shop, a count, a word that steers, or a size in the clause of a good; it stands
    right beside a good without a count, where others have one; it is a torn sign; or it is all that a change might add,
    which then `adds` nothing.
    """
    strange = strangers(text, reading)
    words = [one for one in pieces if one.kind in _WORDS and not is_known(one)]
    loose = [one for one in words if not is_held(one, items)]
    bare = {one.start for one in _beside_bare(pieces, items)}
    before = [one for one in _before_units(pieces) if one.kind is Kind.OTHER and one.key not in cues().asks]
    changes = (reading.get("intent") or {}).get("name") == "modify_order"
    only_off = changes and not adds
    sized = _beside_goods(pieces)
    idle = {one.start for one in loose if _tells_time(one, text) or _counts_again(one, items, text)}
    idle |= {one.start for one in loose if counts_people(text, one.start, one.end) or _is_of_all(one, text)}
    idle |= {one.start for one in loose if _is_of_note(one, text, reading)}
    answers = len(items) == 1 and items[0].resolution.rule == _ANSWERED
    idle |= {one.start for one in loose if answers and number_of(one.key) == (items[0].wanted.count or 1)}
    return (
        _is_torn(text, reading)
        or may_be_missed(pieces, items, reading, catalogue, is_known)
        or any(_is_number(one) or number_of(one.key) is not None for one in before)
        or any(_gives_or_counts(one, items, text) for one in pieces if one.kind is Kind.OTHER)
        or any(_counts_nothing(one, strange=one.start in strange) for one in loose)
        or (only_off and any(one.kind is Kind.FOREIGN and one.start in strange for one in loose))
        or any(_is_unsure_number(one, reading) for one in loose if one.start not in idle)
        or any(_is_suspect(one, catalogue, strange=one.start in strange, bare=one.start in bare) for one in words)
        or any(_is_near_size(one) for one in words if one.start in strange and one.start in sized)
    )


def _gives_or_counts(piece: Piece, items: Sequence[Item], text: str) -> bool:
    """Whether Hindi's "do" stands right behind a good without a count: "thali do" is two of it, or asks for it."""
    bare = (item for item in items if item.unamounted and item.sku and item.end <= piece.start)
    return piece.key in ALSO_GIVES and any(not text[item.end : piece.start].strip() for item in bare)


def _counts_nothing(piece: Piece, *, strange: bool) -> bool:
    """Whether a word is a number with a slip that nothing took for its count; in the shop's words, a letter doubled."""
    typed = _typed(piece)
    doubled = typed not in number_words() and single(typed) in number_words() and number_of(piece.key) is None
    return doubled or meant(piece.text, strange=strange and piece.kind is not Kind.GOODS) is not None


def _is_unsure_number(piece: Piece, reading: Mapping[str, Any]) -> bool:
    """Whether a word for a number counts nothing, though the bot was of two minds about it."""
    token: Mapping[str, Any] = next(
        (one for one in reading.get("tokens") or () if one["start"] <= piece.start < one["end"]), {}
    )
    said = number_of(piece.key) is not None or _typed(piece) in number_words()
    number = piece.kind is Kind.OTHER and not piece.key.isdigit() and said
    return number and float(token.get("p", 1.0)) < _SURE


def _tells_time(piece: Piece, text: str) -> bool:
    """Whether a number stands right behind a word of the clock ("saa nne", "at four")."""
    before = [fold(word) for _, _, word in words_before(text, piece.start)][-1:]
    return not cues().clock.isdisjoint(before)


def _counts_again(piece: Piece, items: Sequence[Item], text: str) -> bool:
    """Whether a one stands right beside a good that is to come once: it says no more than was read.

    Before the good one word may stand between that tells of it ("ek sadha varan").
    """
    if number_of(piece.key) != 1:
        return False
    ones = [item for item in items if item.sku and item.wanted.count in {None, 1} and len(item.resolution.lines) == 1]
    between = (text[piece.end : item.start] for item in ones if item.unamounted and item.start > piece.end)
    return any(text[item.end : piece.start].isspace() for item in ones) or any(map(_is_one_word, between))


def _is_one_word(text: str) -> bool:
    return len(words(text)) <= 1 and not _SIGN.search(text)


def _is_of_all(piece: Piece, text: str) -> bool:
    """Whether a number is a part of "both" ("zote mbili"), or the one "of them" that is changed."""
    if number_of(piece.key) is None:
        return False
    one = number_of(piece.key) == 1 and of_them(text) in {piece.start, piece.end + 1}
    return one or any(start < piece.start < end for start, end in places_of(cues().both, text))


def _beside_goods(pieces: Sequence[Piece]) -> frozenset[int]:
    """Where the pieces start that have a good or an amount in their clause, or all of them where there is none."""
    runs: list[list[Piece]] = [[]]
    for piece in pieces:
        runs[-1].append(piece)
        if piece.kind is Kind.BREAK and not piece.text.strip().isalpha():
            runs.append([])
    named = [run for run in runs if any(piece.kind in _NAMED for piece in run)]
    return frozenset(piece.start for run in named or runs for piece in run)


def _is_of_note(piece: Piece, text: str, reading: Mapping[str, Any]) -> bool:
    """Whether a number says in how many something is to be that is a note ("ek me cheeni kam")."""
    note = (reading.get("slots") or {}).get("note") or {}
    between = words(text[piece.end : int(note.get("start") or 0)]) if number_of(piece.key) is not None else []
    return len(between) == 1 and fold(between[0][2]) in cues().within


def _is_suspect(piece: Piece, catalogue: Catalogue, *, strange: bool, bare: bool) -> bool:
    """Whether an unread word may matter; `bare` where it stands in a count's place, which makes less of it enough."""
    if piece.kind is Kind.GOODS:
        return False
    return (strange and (bare or _is_near_one(piece, catalogue))) or (bare and _is_number(piece))


def is_known(piece: Piece) -> bool:
    """Whether a list of ours knows a word, so that it is no slip for another."""
    return _is_listed(piece.key, piece.text)


@lru_cache(maxsize=16384)
def _is_listed(key: str, word: str) -> bool:
    typed = unicodedata.normalize("NFC", word).lower()
    return key in _listed() or typed in no_slips() or _ASKS.fullmatch(typed) is not None


@lru_cache(maxsize=1)
def _listed() -> frozenset[str]:
    known = cues()
    lists = (known.never_goods, known.asks, lexicon().filler, _steering(), _held_in())
    return frozenset().union(*lists, known.keeps_before, known.keeps_after)


def _typed(piece: Piece) -> str:
    return unicodedata.normalize("NFC", piece.text).lower()


def _is_torn(text: str, reading: Mapping[str, Any]) -> bool:
    """Whether a slip has left a sign or a letter of Devanagari alone, outside of an address or a note."""
    blocked = blocked_spans(reading)
    return any(not any(start <= one.start() < end for start, end in blocked) for one in _TORN.finditer(text))


def _beside_bare(pieces: Sequence[Piece], items: Sequence[Item]) -> Iterator[Piece]:
    """Pieces right beside an item that has no count, where other items have one."""
    bare = [item for item in items if item.unamounted and item.sku]
    if len(bare) == len(items):
        return
    for run in clauses(pieces):
        for piece, after in pairwise(run):
            if any(item.start == after.start for item in bare):
                yield piece
            if any(item.start <= piece.start < item.end <= after.start for item in bare):
                yield after
    yield from (one for one in pieces if one.kind is Kind.OTHER and any(i.start <= one.start < i.end for i in bare))


def _before_units(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Pieces right before a unit that no number leads ("andha litre")."""
    for piece, after in pairwise(pieces):
        if after.kind is Kind.AMOUNT and after.text.isalpha() and is_unit(after.key):
            yield piece


def _is_number(piece: Piece) -> bool:
    """Whether a word is one slip from a number of three letters or more, or from "few"."""
    vague = len(piece.key) > _SHORTEST and is_near(piece.key, cues().vague, 1)
    return vague or (number_of(piece.key) is None and is_near(_typed(piece), _longer_numbers(), 1))


def _is_near_one(piece: Piece, catalogue: Catalogue) -> bool:
    typed, key = _typed(piece), piece.key
    return (
        is_near(typed, catalogue.written, 2 if len(typed) >= _LONG else 1)
        or is_near(typed, number_words(), 1)
        or is_near(single(typed), _single_numbers(), 1)
        or (len(key) > _SHORT_SIZE and is_near(key, _steering(), 1))
    )


def _is_near_size(piece: Piece) -> bool:
    unread = piece.kind is not Kind.GOODS
    held = len(piece.key) > _SHORT_SIZE and is_near(piece.key, _held_in(), 1)
    return unread and (held or (len(piece.key) >= _SHORT_SIZE and is_near(piece.key, _sizes(), 1)))


@lru_cache(maxsize=1)
def _longer_numbers() -> frozenset[str]:
    return frozenset(word for word in number_words() if len(word) > _SHORTEST)


@lru_cache(maxsize=1)
def _single_numbers() -> frozenset[str]:
    return frozenset(map(single, (*number_words(), *cues().vague_after)))


@lru_cache(maxsize=1)
def _sizes() -> frozenset[str]:
    """Folded words for sizes, units and "a few"."""
    said = (*lexicon().sizes, *UNITS, *cues().vague, *cues().vague_after)
    return frozenset(key for key in said if " " not in key and len(key) >= _SHORT_SIZE)


@lru_cache(maxsize=1)
def _held_in() -> frozenset[str]:
    """Folded words for sizes, and for what goods come in."""
    return frozenset(key for key in (*_sizes(), *lexicon().containers) if " " not in key)


@lru_cache(maxsize=1)
def _steering() -> frozenset[str]:
    """Folded words for what a change does; short ones are near too many others."""
    known = cues()
    said = known.off | known.set | known.more | known.less | known.negations
    return frozenset(key for key in said if " " not in key)
