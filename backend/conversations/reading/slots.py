"""Gives back to the order what the bot took for part of an address or a note: "coke 500, five" is no street."""

import itertools
import re
from collections.abc import Mapping
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.resolve import Status
from backend.conversations.reading.layout import Kind, amounts_of, clauses, cues, lay_out
from backend.conversations.reading.segment import Segmenter

_GIVEN_BACK: Final = ("address", "note")
_HELD: Final = frozenset({Kind.GOODS, Kind.SIZE, Kind.JOINT, Kind.AMOUNT})
_NAMED: Final = frozenset({Status.SURE, Status.ODD})
_EDGE: Final = " ,.;:-–\n\t"


def corrected(text: str, reading: Mapping[str, Any], catalogue: Catalogue) -> Mapping[str, Any]:
    """The reading with goods taken out of its address and note.

    Only clauses that are nothing but a known name and its amount are taken, and only from the start of the slot.
    """
    slots = dict(reading.get("slots") or {})
    for name in _GIVEN_BACK:
        slot = slots.get(name)
        if slot and slot.get("start") is not None:
            slots[name] = _without_goods(text, reading, catalogue, slot, sure=name == "address")
    return {**reading, "slots": slots}


def _without_goods(
    text: str, reading: Mapping[str, Any], catalogue: Catalogue, slot: Mapping[str, Any], *, sure: bool
) -> Mapping[str, Any] | None:
    start, end = slot["start"], slot["end"]
    cut = start
    for first, last in _parts(text, start, end):
        if _is_item(text, first, last, reading, catalogue, counted=sure):
            cut = last
        else:
            break
    while cut < end and text[cut] in _EDGE:
        cut += 1
    if cut == start:
        return slot
    return {**slot, "text": text[cut:end], "start": cut} if cut < end else None


def _parts(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The clauses of a slot, cut at commas, line ends, full stops and "and"."""
    cuts = [start, *(start + found.end() for found in _CUT.finditer(text[start:end])), end]
    return [(first, last) for first, last in itertools.pairwise(cuts) if text[first:last].strip(_EDGE)]


_CUT: Final = re.compile(r"[,;\n।]|\.(?=\s)|\s(?:na|and|aur|ani|plus|और|आणि)(?=\s)")


def _is_item(
    text: str, start: int, end: int, reading: Mapping[str, Any], catalogue: Catalogue, *, counted: bool
) -> bool:
    bare = {**reading, "slots": {}, "mentions": [], "tokens": []}
    pieces = [piece for piece in lay_out(text, bare, catalogue, trusted=True) if start <= piece.start < end]
    pieces = [piece for piece in pieces if piece.kind not in {Kind.JOIN, Kind.BREAK}]
    held = all(piece.kind in _HELD or piece.key in cues().more for piece in pieces)
    amounted = any(piece.kind is Kind.AMOUNT for piece in pieces)
    if not pieces or not held or (counted and not amounted):
        return False
    cut = Segmenter(catalogue, amounts_of(reading)).cut(clauses(pieces))
    found = [segment.resolution for run in cut for segment in run]
    return len(found) == 1 and found[0].status in _NAMED and found[0].exact
