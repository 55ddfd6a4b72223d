"""Words of a good that no item took, and counts that may be of the good on either side."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words, words_before
from backend.catalog.linking.terms import is_unit
from backend.conversations.reading.amounts import number_of
from backend.conversations.reading.item import ADD, Item
from backend.conversations.reading.near import is_known
from backend.conversations.reading.pieces import CUTS, Kind, Piece, cues, either
from backend.conversations.reading.roles import GENITIVES
from backend.conversations.reading.segment import Segment
from backend.conversations.reading.slips import unmet
from backend.conversations.reading.strays import counts_a_stranger, stands_by_a_stranger

_SURE: Final = 0.95
_NEAR: Final = 2


def leaves_words(
    text: str, pieces: Sequence[Piece], items: Sequence[Item], reading: Mapping[str, Any], catalogue: Catalogue
) -> bool:
    """Whether an order passes over a word that may name a good or a sort of one.

    Args:
        text: The message.
        pieces: All its pieces in order.
        items: The items of the order.
        reading: The bot's reading, for how sure it was of each word.
        catalogue: The merchant's rows.
    """
    ordered = sorted((item for item in items if item.role == ADD and item.sku), key=lambda item: item.start)
    return (
        any(_is_owned(*pair, text) for pair in pairwise(ordered))
        or any(_counts_either(*pair, text) for pair in pairwise(ordered))
        or any(_is_sort(*run, ordered, reading) for run in zip(pieces, pieces[1:], pieces[2:], strict=False))
        or any(_is_unread(piece, items, ordered, catalogue) for run in _entries(pieces) for piece in run)
    )


def is_second_count(start: int, items: Sequence[Item], text: str) -> bool:
    """Whether what starts at a place stands right behind a counted good ("jack 3 ton moja" is one, of three tons)."""
    return any(item.amounts and item.end < start and text[item.end : start].isspace() for item in items)


def leaves_amounts(loose: Sequence[Segment], text: str) -> bool:
    """Whether amounts that no item took stand side by side ("... na 250 3"): a size, and how many of it.

    Nor is one passed over that counts what "wala" tells ("5 kg wala nahi, 1 kg wala 2").
    """
    counted = [one for one in loose if one.amounts]
    led = (words_before(text, one.start)[-1:] for one in counted)
    if any(word.lower() in cues().attributes for said in led for _, _, word in said):
        return True
    beside = any(text[one.end : other.start].isspace() for one, other in pairwise(counted))
    return beside or any(len(one.amounts) > 1 for one in counted)


def passes_over(pieces: Sequence[Piece], items: Sequence[Item], joined: Sequence[Item]) -> bool:
    """Whether an answer has a word of the shop's that was not read, and that did not choose among the rows either."""
    unread = (one for one in pieces if one.kind is Kind.GOODS and not any(i.start <= one.start < i.end for i in items))
    chosen_by_it = any(item.resolution.rule == "answer" for item in joined)
    return counts_a_stranger(pieces) or (any(unread) and not chosen_by_it)


def _is_owned(item: Item, other: Item, text: str) -> bool:
    """Whether a genitive alone joins two goods, as it does the parts of one name ("mabuyu ya pilipili").

    So does "kwa" before what no number counts: "mbuzi kwa supu" is for it or comes with it.
    """
    if not item.unamounted and not other.unamounted:
        return False
    between = [fold(word) for _, _, word in words(text[item.end : other.start])]
    return between in _OWNS or (between == _FOR and other.unamounted)


_FOR: Final = [fold("kwa")]
_HINDI: Final = frozenset(map(fold, ("ka", "ki", "ke", "cha", "chi", "che", "का", "की", "के", "चा", "ची", "चे")))
_OWNS: Final = [[key] for key in sorted(GENITIVES | _HINDI)]


def _counts_either(item: Item, other: Item, text: str) -> bool:
    """Whether a bare count stands between two goods and nothing else does ("pumpkin 2 sunflower")."""
    counted = other.wanted.count is not None and other.wanted.container is None and not other.wanted.measured
    first = next((fold(word) for _, _, word in words(text[other.start : other.end])), "")
    leads = number_of(first) is not None
    several = other.wanted.count != 1  # "Bread 1 milk" is one of each, whichever the number counts.
    return item.unamounted and counted and several and leads and text[item.end : other.start].isspace()


def _is_sort(good: Piece, joint: Piece, word: Piece, ordered: Sequence[Item], reading: Mapping[str, Any]) -> bool:
    """Whether a genitive leads from a good to a word that nothing has read ("katlesi ya samaki")."""
    if (
        good.kind is not Kind.GOODS
        or joint.key not in GENITIVES
        or word.kind is not Kind.OTHER
        or is_known(word)
        or is_unit(word.key)
    ):
        return False
    held = any(item.holds(good.start) for item in ordered)
    tokens = reading.get("tokens") or ()
    p = next((float(one.get("p", 1.0)) for one in tokens if one["start"] <= word.start < one["end"]), 1.0)
    doubted = p < _SURE or word.start in unmet(reading)
    return held and word.text.isalpha() and not word.text.lower().startswith("ku") and doubted


def _entries(pieces: Sequence[Piece]) -> Iterator[Sequence[Piece]]:
    """The entries of a list that say nothing besides goods and amounts, with no word of refusing beside them."""
    known = cues()
    refusing = either(known.negations, known.off, known.comes_without, known.refusals_after)
    start = 0
    for place, piece in enumerate((*pieces, None)):
        if piece is not None and piece.kind not in CUTS:
            continue
        run, beside = pieces[start:place], (*pieces[max(start - _NEAR, 0) : start], *pieces[place : place + 1])
        if not any(one.key in refusing or _is_shut(one) for one in beside) and all(_names(one) for one in run):
            yield run
        start = place + 1


def _is_shut(piece: Piece) -> bool:
    """Whether a word is a part of an address or a note."""
    return piece.kind is Kind.BREAK and not piece.key and piece.text.isalnum()


def _names(piece: Piece) -> bool:
    return piece.kind in _SAID and piece.key not in cues().vague_after


_SAID: Final = frozenset({Kind.GOODS, Kind.SIZE, Kind.JOINT, Kind.AMOUNT})


def _is_unread(piece: Piece, items: Sequence[Item], ordered: Sequence[Item], catalogue: Catalogue) -> bool:
    """Whether a word of the shop is in no item, and none of the rows that are ordered has it."""
    if piece.kind is not Kind.GOODS or piece.weak or any(item.holds(piece.start) for item in items):
        return False
    rows = (catalogue.by_sku[item.sku or ""] for item in ordered)
    return not any(piece.key == word.key for row in rows for word in row.spoken)


_SURE_AMOUNT: Final = 0.9


def is_lost(segment: Segment, reading: Mapping[str, Any], pieces: Sequence[Piece]) -> bool:
    """Whether an amount that no item took counts what was not understood: the bot was sure of it, or a strange word."""
    sure = is_sure_amount(segment.start, segment.end, reading)
    strange = any(one.kind is Kind.FOREIGN and one.mention is not None for one in segment.pieces)  # "1 laptop bag"
    return bool(segment.amounts) and (sure or strange or stands_by_a_stranger(segment.start, segment.end, pieces))


def leads_to_note(end: int, reading: Mapping[str, Any], text: str) -> bool:
    """Whether a note begins right behind an amount that no item took: what it counts was taken for words."""
    start = ((reading.get("slots") or {}).get("note") or {}).get("start")
    return start is not None and start >= end and not text[end:start].strip()


def is_sure_amount(start: int, end: int, reading: Mapping[str, Any]) -> bool:
    """Whether the bot was sure that what stands between two places is an amount."""
    said = [
        float(t.get("p", 1.0))
        for t in reading.get("tokens") or ()
        if start <= t["start"] < end and t.get("tag") == "AMOUNT"
    ]
    return min(said, default=0.0) >= _SURE_AMOUNT
