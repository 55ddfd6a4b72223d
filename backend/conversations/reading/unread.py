"""Goods that the shop lacks, and that the bot passed over: what an article or a word of wanting leads to."""

import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import dropwhile, pairwise, takewhile
from typing import Any, Final

from backend.catalog.linking.folding import fold, words
from backend.catalog.linking.lexicon import lexicon
from backend.catalog.linking.quantities import Wanted
from backend.catalog.linking.resolve import Resolution, Status
from backend.conversations.reading.amounts import number_of
from backend.conversations.reading.item import ADD, Item
from backend.conversations.reading.names import is_done
from backend.conversations.reading.pieces import CUTS, Kind, Piece, cues, is_word
from backend.conversations.reading.slips import unmet

_SURE: Final = 0.95
_LONGEST: Final = 4
_ARTICLES: Final = frozenset({"a", "an"})
_ASKS_FOR: Final = frozenset(
    {"bring", "send", "want", "need", "get", "give", "have", "take", "like", "order", "me", "us"}
)
_ANDS: Final = frozenset({"and", "n", "plus", "also"})
_NAMING: Final = frozenset({Kind.OTHER, Kind.GOODS, Kind.FOREIGN})
# Swahili's "I want", "she wants", "they asked for", and "give us", "bring him".
_WANTS: Final = re.compile(
    r"(?:ni|na|n|u|a|tu|m|wa)(?:na|me|li|nge|ngependa)?(?:taka|omba|hitaji)|(?:ni|tu|m|wa)(?:pe|patie|letee|tumie)(?:ni)?"
)
# The same of somebody else, whose wish is no word to the shop on how to bring things.
_THEY_WANT: Final = re.compile(r"(?:a|wa)(?:na|me)?(?:taka|omba|hitaji)")
_GIVES: Final = frozenset(map(fold, ("dya", "de", "dena", "do", "pathva", "bhejna", "bhejo", "द्या", "दे", "देना", "दो")))
_BETWEEN: Final = frozenset({Kind.OTHER, Kind.BREAK})
_PORTIONS: Final = frozenset({"bit", "lot", "touch", "pinch"})
_INFINITIVE: Final = re.compile(r"ku\w{2,}")


def unread_goods(
    pieces: Sequence[Piece],
    items: Sequence[Item],
    reading: Mapping[str, Any],
    choices: AbstractSet[str] = frozenset(),
) -> list[Item]:
    """The words of an order that name a good, are no part of an item, and that no row of the shop explains.

    Args:
        pieces: All pieces of the message in order.
        items: The items that were read.
        reading: The bot's reading, for how sure it was of each word.
        choices: Words for what rows of the shop may be had in ("eggless"), of which a wish tells no other good.
    """
    free = [piece for piece in pieces if piece.kind in CUTS or not _is_held(piece, items)]
    found = [*_led_by_article(free, items, reading), *_wanted(pieces, items, reading), *_alone(free)] if items else []
    return [_unknown(run) for run in found if run and not all(one.key in choices for one in run)]


def tells_of_a_wish(text: str) -> bool:
    """Whether a text tells of what somebody wants ("mtoto anataka keki")."""
    said = [word.lower() for _, _, word in words(text)]
    pairs = pairwise(said)
    return any(_THEY_WANT.fullmatch(word) and not _INFINITIVE.fullmatch(after) for word, after in pairs)


def wants(piece: Piece) -> bool:
    """Whether a word says that somebody wants what it leads to."""
    return _WANTS.fullmatch(piece.text.lower()) is not None or piece.key in cues().wants_before


def _led_by_article(
    pieces: Sequence[Piece], items: Sequence[Item], reading: Mapping[str, Any]
) -> Iterator[list[Piece]]:
    """The entries of a list that begin with an article ("... and a large hot chocolate")."""
    for place, (led_by, article) in enumerate(pairwise(pieces), 1):
        if article.text.lower() not in _ARTICLES or not (led_by.kind in CUTS or led_by.text.lower() in _ASKS_FOR):
            continue
        entry = list(takewhile(lambda piece: piece.kind not in CUTS, pieces[place + 1 :]))
        named = [piece for piece in entry if piece.kind in _NAMING and piece.key not in lexicon().optional]
        joined = led_by.text.lower() in _ANDS or (led_by.text.strip() == "," and _is_doubted(named, reading))
        asked = led_by.kind not in CUTS and entry[:1] == named[:1] and any(one.mention is not None for one in named)
        listed = (asked or (joined and any(item.end <= article.start for item in items))) and len(entry) <= _LONGEST
        if listed and named and not any(_is_known(piece) for piece in named):
            yield named


def _alone(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    """The last entry of a list, where it is one word of the bot's or the shop's for a good ("two chapati, ugali")."""
    run = list(takewhile(lambda piece: piece.kind not in CUTS, reversed(pieces)))
    led_by = pieces[-len(run) - 1 :][:1] if len(run) < len(pieces) else []
    listed = len(run) == 1 and bool(led_by) and led_by[0].text.strip() == ","
    if listed and (run[0].kind is Kind.FOREIGN or (run[0].kind is Kind.GOODS and run[0].weak)):
        yield run if not _is_known(run[0]) else []


def _wanted(pieces: Sequence[Piece], items: Sequence[Item], reading: Mapping[str, Any]) -> Iterator[list[Piece]]:
    """What stands right behind "I want" or "bring me", or before Hindi's and Marathi's words of wanting."""
    for place, piece in enumerate(pieces):
        if piece.kind not in _BETWEEN:
            continue
        if wants(piece):
            beside = pieces[place + 1 :]
        elif piece.key in cues().wants_after or (piece.key in _GIVES and _led_by_also(pieces[:place])):
            beside = [one for one in pieces[:place][::-1] if one.key not in cues().also]
        else:
            continue
        word = next(dropwhile(lambda one: one.kind is Kind.JOINT, beside), None)
        if word is not None and not _is_held(word, items) and _may_be_good(word, reading):
            yield [word]


def _led_by_also(before: Sequence[Piece]) -> bool:
    """Whether Hindi's or Marathi's "also" stands before a place ("thecha pan dya": give chutney too)."""
    return bool(before) and before[-1].key in cues().also


def _may_be_good(word: Piece, reading: Mapping[str, Any]) -> bool:
    named = word.kind is Kind.FOREIGN or (word.kind is Kind.OTHER and _is_doubted([word], reading))
    plain = is_word(word.text) and _INFINITIVE.fullmatch(word.text.lower()) is None
    return named and plain and not _is_known(word)


def _is_known(piece: Piece) -> bool:
    """Whether a list of ours knows a word, or it tells what is done, so that it names no good."""
    known = cues()
    listed = (known.asks, known.never_goods, known.gives, known.corrections, known.set, known.more, known.less)
    if piece.text.lower() in known.place_leads:
        return True
    lists = (*listed, known.off, known.vague, lexicon().filler, lexicon().optional, _PORTIONS)
    told = number_of(piece.key) is not None or is_done(piece.text.lower())
    return told or any(piece.key in one for one in lists)


def _is_doubted(pieces: Sequence[Piece], reading: Mapping[str, Any]) -> bool:
    """Whether the bot was not sure to leave a word out, or has never met it."""
    sure = {int(one["start"]): float(one.get("p", 1.0)) for one in reading.get("tokens") or ()}
    return any(sure.get(word.start, 1.0) < _SURE or word.start in unmet(reading) for word in pieces)


def _is_held(piece: Piece, items: Sequence[Item]) -> bool:
    return any(item.start <= piece.start < item.end for item in items)


def _unknown(pieces: Sequence[Piece]) -> Item:
    text, keys = " ".join(piece.text for piece in pieces), tuple(piece.key for piece in pieces)
    nothing = Resolution(Status.UNKNOWN, rule="unread")
    return Item(pieces[0].start, pieces[-1].end, text, keys, frozenset(), (), Wanted(), nothing, ADD)
