"""What is said beside goods and changes which are meant: "and those with butter", "puran" before "poli"."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise, takewhile
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words
from backend.catalog.linking.lexicon import lexicon
from backend.catalog.linking.resolve import Resolution, Status, resolve
from backend.catalog.linking.terms import read_keys
from backend.conversations.reading.item import ADD, Item
from backend.conversations.reading.pieces import UNREAD, Kind, Piece, cues, places_of
from backend.conversations.reading.segment import ONE_NAME

_MOST: Final = 2
_CLAUSE_END: Final = re.compile(r"[,;.\n।!?]")
_DO_NOT: Final = re.compile(r"[um]si(?!sahau|kose|ache)\w{2,}")
_ENDS: Final = frozenset({Kind.AMOUNT, Kind.JOIN})


def told_behind(items: Sequence[Item], text: str, catalogue: Catalogue) -> list[Item]:
    """The items, each in the sort that is told of it behind ("six naan, and those with butter", "wo bhi butter wale").

    Args:
        items: The items of a message in order.
        text: The message.
        catalogue: The merchant's rows.
    """
    told = places_of(cues().those_too, text)
    return [next(_in_sort(item, told, text, catalogue), item) for item in items]


def _in_sort(item: Item, told: Sequence[tuple[int, int]], text: str, catalogue: Catalogue) -> Iterator[Item]:
    for _, end in (place for place in told if not text[item.end : place[0]].strip(" ,")):
        said = [fold(word) for _, _, word in words(_CLAUSE_END.split(text[end:])[0])]
        sort = tuple(takewhile(lambda key: key in catalogue.index.by_key, said))[:_MOST]
        found = resolve(catalogue, read_keys((*sort, *item.keys), item.weak), item.wanted)
        if sort and found.status is Status.SURE and found.exact:
            yield replace(item, keys=(*sort, *item.keys), resolution=found)


def named_otherwise(items: Sequence[Item], pieces: Sequence[Piece]) -> list[Item]:
    """The items, none of them a row where the word before makes another good of it ("puran poli" is no bread)."""
    before = {after.start: piece for piece, after in pairwise(pieces) if piece.kind in UNREAD}
    return [_other_good(item, before.get(item.start)) for item in items]


def without_slips_of_tongue(
    items: Sequence[Item], pieces: Sequence[Piece], text: str
) -> tuple[list[Item], Sequence[Piece]]:
    """The items, and the pieces, without a good that no row has, and for which as many of another come at once.

    Args:
        items: The items of a message in order.
        pieces: All pieces of the message in order.
        text: The message ("3 filter... sorry, 3 tea").
    """
    if all(item.resolution.status is not Status.UNKNOWN for item in items):
        return [*items], pieces
    gone = [last for last, item in pairwise(items) if item.resolution.exact and _takes_the_place(last, item, text)]
    kept = [piece for piece in pieces if not any(item.start <= piece.start < item.end for item in gone)]
    return [item for item in items if item not in gone], kept


def _takes_the_place(last: Item, item: Item, text: str) -> bool:
    between = text[last.end : item.start].strip()
    said = {fold(word) for _, _, word in words(between)} if not between[:1].isalnum() else set[str]()
    known = cues()
    only = said <= known.corrections | known.only | lexicon().filler and not said.isdisjoint(known.corrections)
    counted = last.resolution.status is Status.UNKNOWN and last.wanted.count is not None
    return counted and only and last.wanted.count == item.wanted.count and last.role == item.role


def _other_good(item: Item, before: Piece | None) -> Item:
    if before is None or item.role != ADD or f"{before.key} {item.keys[0]}" not in lexicon().senses:
        return item
    nothing = Resolution(Status.UNKNOWN, rule=ONE_NAME)
    return replace(item, text=f"{before.text} {item.text}", start=before.start, resolution=nothing)


def left_out(pieces: Sequence[Piece]) -> list[tuple[int, int]]:
    """Spans that only say without what goods are to come, in words that the shop lacks ("yasiwe na nyufa")."""
    spans = []
    for place, piece in enumerate(pieces):
        if (piece.key in cues().comes_without or _forbids(piece)) and piece.kind is not Kind.GOODS:
            run = list(takewhile(lambda one: one.kind not in _ENDS and not _is_sign(one), _behind(pieces[place + 1 :])))
            named = any(one.kind is Kind.GOODS for one in run)
            spans += [(piece.start, run[-1].end)] if run and not named else []
    return spans


def _forbids(piece: Piece) -> bool:
    """Whether a word is Swahili's "do not ..." ("usikam na nduthi"), and does not remind of what is wanted."""
    return _DO_NOT.fullmatch(piece.text.lower()) is not None and piece.key not in cues().reminders


def _behind(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """Pieces without the Swahili "na" that leads them ("yasiwe na")."""
    return pieces[1:] if pieces and pieces[0].kind is Kind.JOIN else pieces


def _is_sign(piece: Piece) -> bool:
    return piece.kind is Kind.BREAK and not piece.text.strip().isalpha()


def without_left_out(reading: Mapping[str, Any], pieces: Sequence[Piece]) -> Mapping[str, Any]:
    """The reading of an order without the words of such spans among its goods."""
    spans = left_out(pieces) if (reading.get("intent") or {}).get("name") == "place_order" else []
    if not spans:
        return reading
    mentions = [
        one for one in reading.get("mentions") or () if not any(start <= one["start"] < end for start, end in spans)
    ]
    return {**reading, "mentions": mentions, "passing": [*(reading.get("passing") or ()), *spans]}
