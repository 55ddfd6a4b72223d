"""A sort that is refused for another of the same good, named by the sorts alone ("lemon nako, tulsi kara")."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import dropwhile, takewhile
from typing import Final

from backend.catalog.linking.catalogue import Catalogue, CatalogueItem
from backend.catalog.linking.folding import bare, keys_of
from backend.catalog.linking.lexicon import lexicon, sense_of
from backend.catalog.linking.quantities import Wanted
from backend.catalog.linking.resolve import Status, resolve
from backend.catalog.linking.terms import read_keys
from backend.conversations.reading.amounts import number_of
from backend.conversations.reading.change import Change
from backend.conversations.reading.pieces import CUTS, Kind, Piece, cues, either, no_goods_words

Order = Mapping[str, Fraction]
_LONGEST: Final = 2
_NAMING: Final = frozenset({Kind.GOODS, Kind.FOREIGN})


def in_other_sort(pieces: Sequence[Piece], order: Order, catalogue: Catalogue) -> Change | None:
    """Return the change where one row of an order becomes another of its sorts, and nothing else is named; else None.

    Args:
        pieces: All pieces of the message in order.
        order: The running order.
        catalogue: The merchant's rows.
    """
    refused, said = _made_another(pieces) or _refused_and_said(pieces)
    if not refused or not said or any(one.kind is Kind.AMOUNT or one.key in cues().also for one in pieces):
        return None
    pairs = {(sku, other) for sku in order for other in _others(catalogue.by_sku[sku], refused, said, catalogue)}
    if len(pairs) != 1 or not order.keys().isdisjoint(other for _, other in pairs):
        return None
    (sku, other), change = pairs.pop(), Change()
    change.take_off(sku)
    change.add(other, order[sku])
    return change


def _made_another(pieces: Sequence[Piece]) -> tuple[Sequence[Piece], Sequence[Piece]] | None:
    """The words before and behind "to", in a message that begins by making one thing another; None in any other."""
    places = [at for at, one in enumerate(pieces) if one.text.lower() in _INTO]
    steered = [one.text.lower() for one in pieces[:_LEADING] if one.text.lower() in _CHANGES]
    if len(places) != 1 or not steered:
        return None
    refused = list(takewhile(_names, reversed(pieces[: places[0]])))[::-1]
    said = list(takewhile(_names, pieces[places[0] + 1 :]))
    more = any(one.kind in _NAMING and one not in refused and one not in said for one in pieces)
    fits = 0 < len(refused) <= _LONGEST and 0 < len(said) <= _LONGEST
    return (refused, said) if fits and not more else None


_LEADING: Final = 3
_INTO: Final = frozenset({"to", "into", "iwe", "ziwe", "kuwa"})
_CHANGES: Final = frozenset({"change", "make", "switch", "swap", "turn", "badilisha", "badili", "geuza", "fanya"})


def leaves_another(pieces: Sequence[Piece], change: Change) -> bool:
    """Whether a change that only takes off names, between a refusal and a word of giving, what nothing has read."""
    if change.added or not change.removed:
        return False
    refused, said = _refused_and_said(pieces)
    return bool(refused and said) and any(one.key in _giving() for one in pieces if one.start >= said[-1].end)


def _refused_and_said(pieces: Sequence[Piece]) -> tuple[Sequence[Piece], Sequence[Piece]]:
    """The words before the only refusal of a message, and those right behind it; none where more goods are named."""
    places = [at for at, one in enumerate(pieces) if one.kind is Kind.BREAK and one.key in cues().refusals_after]
    if len(places) != 1:
        return (), ()
    before = [one for one in pieces[: places[0]] if not _tells_which(one)]
    behind = [one for one in pieces[places[0] + 1 :] if not _tells_which(one)]
    refused = list(takewhile(_names, reversed(before)))[::-1]
    said = list(takewhile(_names, dropwhile(lambda one: one.kind in CUTS, behind)))
    more = any(one.kind in _NAMING and one not in refused and one not in said for one in pieces)
    fits = 0 < len(refused) <= _LONGEST and 0 < len(said) <= _LONGEST
    return (refused, said) if fits and not more else ((), ())


def _names(piece: Piece) -> bool:
    return piece.kind in _NAMING or (piece.kind is Kind.OTHER and not _is_talk(piece))


def _tells_which(piece: Piece) -> bool:
    """Whether a word only says that the one before it tells which ("lemon wala")."""
    return piece.text.lower() in cues().attributes


def _others(row: CatalogueItem, refused: Sequence[Piece], said: Sequence[Piece], catalogue: Catalogue) -> Iterator[str]:
    """The row that a row's names come to with what is said in the place of what is refused."""
    for name in (row.name, *row.aliases):
        keys = keys_of(name)
        held = [at for at, key in enumerate(keys) if any(_is_alike(one.key, key) for one in refused)]
        if len(held) != len(refused):
            continue
        new = (*keys[: held[0]], *(one.key for one in said), *(k for k in keys[held[0] :] if k not in _at(keys, held)))
        found = resolve(catalogue, read_keys(new), Wanted(count=Fraction(1)))
        if found.status is Status.SURE and found.exact and found.sku not in {None, row.sku}:
            yield str(found.sku)


def _at(keys: Sequence[str], places: Sequence[int]) -> frozenset[str]:
    return frozenset(keys[place] for place in places)


def _is_alike(said: str, key: str) -> bool:
    """Whether two words are one but for the gender and number that Hindi and Marathi end an adjective in."""
    return said == key or bare(said) == bare(key) or not sense_of(said).isdisjoint(sense_of(key))


def _giving() -> frozenset[str]:
    return either(cues().gives, cues().set, cues().asks)


def _is_talk(piece: Piece) -> bool:
    known = cues()
    lists = (
        no_goods_words(),
        _giving(),
        lexicon().filler,
        known.never_goods,
        known.keeps_before,
        known.keeps_after,
        known.wants_after,
    )
    return any(piece.key in one for one in lists) or number_of(piece.key) is not None
