"""Goods that run into each other or into words that nothing read: they may be one good, or another one."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words
from backend.conversations.reading.amounts import number_of
from backend.conversations.reading.item import ADD, Item
from backend.conversations.reading.layout import clauses
from backend.conversations.reading.names import is_done
from backend.conversations.reading.pieces import UNREAD, Kind, Piece, is_word, no_goods_words

_PART: Final = "several"  # the rule of a row of which no more than a part was said
_INDIA: Final = "INR"
_UNREAD: Final = frozenset({Kind.OTHER, Kind.FOREIGN, Kind.SIZE})
_ORS: Final = frozenset({"ya", "kinva", "या", "किंवा"})
_PEOPLE: Final = frozenset(
    map(fold, ("uncle", "aunty", "kaka", "kaku", "mama", "dada", "tai", "bhaiya", "अंकल", "काका", "मामा", "दादा", "ताई"))
)
_OF: Final = frozenset(map(fold, ("ke", "ki", "chya", "के", "की", "च्या")))
_AT: Final = frozenset(
    map(
        fold,
        ("yahan", "yaha", "ghar", "ghari", "paas", "bagal", "samne", "javal", "यहाँ", "घर", "घरी", "पास", "सामने", "जवळ"),
    )
)
_OR: Final = "ya"  # Hindi's "or" in Latin letters, which is Swahili's "of".


def runs_together(text: str, pieces: Sequence[Piece], items: Sequence[Item], catalogue: Catalogue) -> bool:
    """Whether an order reads goods side by side that may be otherwise meant.

    So it is where two parts of names touch ("grilled cheese sandwich"), Hindi's "ya" stands between two goods, a good
    that the shop lacks leads right to one that it has ("mint green tea"), or a word of the shop is counted and unread.

    Args:
        text: The message.
        pieces: All its pieces in order.
        items: The items that were read.
        catalogue: The merchant's rows.
    """
    ordered = sorted((item for item in items if item.role == ADD and item.sku), key=lambda item: item.start)
    return (
        any(_may_be_one(*pair, text) for pair in pairwise(ordered))
        or any(_is_either(*pair, text, catalogue) for pair in pairwise(ordered))
        or any(_names_another(*pair, text, items) for pair in pairwise(pieces))
        or any(_is_either_unread(*run, ordered, catalogue) for run in zip(pieces, pieces[1:], pieces[2:], strict=False))
        or any(_names_somebody(*run, ordered) for run in zip(pieces, pieces[1:], pieces[2:], pieces[3:], strict=False))
        or any(_counts_unread(*pair, items) for pair in _beside(pieces))
        or any(_counts_name(*pair, items, catalogue) for pair in pairwise(pieces))
    )


def _may_be_one(before: Item, after: Item, text: str) -> bool:
    """Whether nothing stands between two items, one of them named in part, and only one counted."""
    part = _PART in {before.resolution.rule, after.resolution.rule}
    return part and (before.unamounted or after.unamounted) and text[before.end : after.start].isspace()


def _is_either(before: Item, after: Item, text: str, catalogue: Catalogue) -> bool:
    said = text[before.end : after.start].strip().lower()
    return said == _OR and before.sku != after.sku and catalogue.by_sku[str(before.sku)].currency == _INDIA


def _is_either_unread(before: Piece, joint: Piece, good: Piece, ordered: Sequence[Item], catalogue: Catalogue) -> bool:
    """Whether Hindi's "or" stands between a word that nothing has read and an ordered good ("ghadi ya ghanti")."""
    if joint.text.lower() not in _ORS or good.kind is not Kind.GOODS or before.kind not in _UNREAD:
        return False
    item = next((one for one in ordered if one.holds(good.start)), None)
    # What stands before "or" tells no size of what stands behind it.
    unread = before.kind is Kind.SIZE or not any(one.holds(before.start) for one in ordered)
    unread = unread and before.key not in no_goods_words()
    return item is not None and unread and catalogue.by_sku[str(item.sku)].currency == _INDIA


def _names_somebody(good: Piece, who: Piece, of: Piece, place: Piece, ordered: Sequence[Item]) -> bool:
    """Whether an uncounted good is the name of somebody at whose place something is ("Toast uncle ke yahan")."""
    named = who.key in _PEOPLE and of.key in _OF and place.key in _AT
    return named and any(item.unamounted and item.holds(good.start) for item in ordered)


def _names_another(before: Piece, after: Piece, text: str, items: Sequence[Item]) -> bool:
    """Whether the bot takes a word for a good, no row has it, and it stands right before the words of an item."""
    strange = before.kind is Kind.FOREIGN and before.key not in no_goods_words() and is_word(before.text)
    strange = strange and not is_done(before.text.lower()) and not _is_held(before, items)
    leads = after.kind is Kind.GOODS and any(item.start == after.start and item.sku for item in items)
    return strange and leads and text[before.end : after.start].isspace()


def _beside(pieces: Sequence[Piece]) -> Iterator[tuple[Piece, Piece]]:
    """Each two pieces of a clause that touch, the amount first."""
    for before, after in (pair for run in clauses(pieces) for pair in pairwise(run)):
        if before.kind is Kind.AMOUNT or after.kind is Kind.AMOUNT:
            yield (before, after) if before.kind is Kind.AMOUNT else (after, before)


def _counts_unread(amount: Piece, word: Piece, items: Sequence[Item]) -> bool:
    """Whether a number and a word of the shop beside it are both in no item."""
    numbered = any(number_of(fold(said)) is not None for _, _, said in words(amount.text))
    return (
        numbered
        and word.kind is Kind.GOODS
        and not word.weak
        and not _is_held(word, items)
        and not _is_held(amount, items)
    )


def _counts_name(name: Piece, number: Piece, items: Sequence[Item], catalogue: Catalogue) -> bool:
    """Whether all that a row is called stands before a number, and the bot took both for talk ("saa moja ya ukuta")."""
    called = name.kind is Kind.GOODS and name.key in catalogue.bare_names and name.text.lower() in catalogue.written
    counts = number.kind in UNREAD and number_of(number.key) is not None
    return called and counts and not _is_held(name, items) and not _is_held(number, items)


def _is_held(piece: Piece, items: Sequence[Item]) -> bool:
    return any(item.holds(piece.start) for item in items)
