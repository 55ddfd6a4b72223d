"""Goods that stand in what the bot took for an address or a note."""

import itertools
import re
from collections.abc import Mapping
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words, words_before
from backend.catalog.linking.resolve import Status
from backend.conversations.reading.amounts import number_of
from backend.conversations.reading.edges import is_told_as_place
from backend.conversations.reading.layout import amounts_of, clauses, lay_out
from backend.conversations.reading.pieces import CUTS, Kind, cues, either
from backend.conversations.reading.segmenter import Segmenter

EDGE: Final = " ,.;:-–\n\t"
HELD: Final = frozenset({Kind.GOODS, Kind.SIZE, Kind.JOINT, Kind.AMOUNT})
NAMED: Final = frozenset({Status.SURE, Status.ODD})
_NO_SLIP: Final = 0.85  # "Flat 302" is a house, though a shop sells "phulvat".
_LONGEST_COUNTED: Final = 4
_CUT: Final = re.compile(r"[,;\n।]|\.(?=\s)|\s(?:na|and|aur|ani|plus|और|आणि)(?=\s)")
# "... office ke liye, ", "... घरासाठी, ": for where it is.
_FOR_WHERE: Final = re.compile(
    r"(?:\s+[^\s,]+){1,2}?(?:\s+(?:ke liye|के लिए|saa?thi|साठी)|साठी)\s*(?P<end>,|$)", re.IGNORECASE
)
_NUMBERED: Final = re.compile(
    r"(?:\b(?:number|namba|nambari|plot|hse)|नं|नंबर|क्र(?:मांक)?)\.?\s*$", re.IGNORECASE
)  # "घर नं 27"
_COUNT_ALONE: Final = re.compile(r"(?P<count>[^\s,.।]+)\s*(?:[।\n]|\.(?=\s)|,)\s*")


def counted_first(text: str, reading: Mapping[str, Any], catalogue: Catalogue, slot: Mapping[str, Any]) -> int:
    """Where a good and its count end that an address begins with ("2 upma aur | 6 chai office ke liye, Viman nagar").

    Behind an "and" that is a good, and so it is where words behind it say for where it is; the count alone is one that
    a sentence ends with behind its good ("lamp | moja. Ngong Road"). Where there is none, the slot's start.
    """
    start, end = int(slot["start"]), int(slot["end"])
    said = words(text[start:end])[:_LONGEST_COUNTED]
    if not said or number_of(fold(said[0][2])) is None:
        return start
    alone = _COUNT_ALONE.match(text, start, end)
    if alone and _ends_with_count(text, start, alone, catalogue):
        return alone.end()
    joined = not cues().joins.isdisjoint(fold(word) for _, _, word in words_before(text, start)[-1:])
    for _, last, _ in reversed(said[1:]):
        cut = start + last
        whereto = _FOR_WHERE.match(text, cut, end)
        if (joined or whereto) and is_item(text, start, cut, reading, catalogue, counted=True):
            return whereto.end() if whereto and whereto["end"] else cut
    return start


def counted_before_wish(text: str, reading: Mapping[str, Any], catalogue: Catalogue, slot: Mapping[str, Any]) -> int:
    """Where a counted good ends that a note begins with, before what it comes without ("ek sukhi bhel | bina pyaz")."""
    start, end = int(slot["start"]), int(slot["end"])
    said = words(text[start:end])[: _LONGEST_COUNTED + 1]
    if not said or number_of(fold(said[0][2])) is None:
        return start
    wishes = (place for place, one in enumerate(said) if place > 1 and fold(one[2]) in cues().comes_without)
    cut = next((start + said[place - 1][1] for place in wishes), start)
    return cut if cut > start and is_item(text, start, cut, reading, catalogue, counted=True) else start


def _ends_with_count(text: str, start: int, alone: re.Match[str], catalogue: Catalogue) -> bool:
    """Whether a good stands right before a number, which ends its sentence or is said in letters."""
    led = words_before(text, start)[-1:]
    touches = bool(led) and text[led[0][1] : start].isspace() and fold(led[0][2]) in catalogue.index.by_key
    return touches and (alone["count"].isalpha() or "," not in alone.group())


def parts_of(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The clauses of a slot, cut at commas, line ends, full stops and "and"."""
    cuts = [start, *(start + found.end() for found in _CUT.finditer(text[start:end])), end]
    return [(first, last) for first, last in itertools.pairwise(cuts) if text[first:last].strip(EDGE)]


def is_item(
    text: str, start: int, end: int, reading: Mapping[str, Any], catalogue: Catalogue, *, counted: bool
) -> bool:
    """Whether a stretch of a message is a good of the shop by its whole name, and where asked for, counted."""
    counts = (int(one["start"]) for one in reading.get("amounts") or () if start <= one["start"] < end)
    if counted and all(_NUMBERED.search(text[start:place]) for place in counts):
        return False
    if counted and (numbers_house(text[start:end], catalogue) or is_told_as_place(text, start)):
        return False
    bare = {**reading, "slots": {}, "mentions": [], "tokens": []}
    pieces = [piece for piece in lay_out(text, bare, catalogue, trusted=True) if start <= piece.start < end]
    pieces = [piece for piece in pieces if piece.kind not in CUTS]
    strangers = sum(piece.kind not in HELD and piece.key not in either(cues().more, cues().asks) for piece in pieces)
    amounted = any(piece.kind is Kind.AMOUNT for piece in pieces)
    # A sort that no row tells apart ("hot chillies one packet") may stand beside a good that a note has swallowed.
    described = strangers == 1 and amounted and not counted and pieces[0].kind is Kind.GOODS
    if not pieces or (strangers and not described) or (counted and not amounted):
        return False
    cut = Segmenter(catalogue, amounts_of(reading)).cut(clauses(pieces))
    found = [segment.resolution for run in cut for segment in run]
    named = len(found) == 1 and found[0].status in NAMED and found[0].exact
    return named and found[0].score >= _NO_SLIP


def numbers_house(said: str, catalogue: Catalogue) -> bool:
    """Whether a stretch begins with a word for a house that the shop does not spell so ("मकान 23" is no butter)."""
    typed = next((word.lower() for _, _, word in words(said)), "")
    return typed in cues().houses and typed not in catalogue.written
