"""Goods that are only spoken of, beside those that are ordered: "I have sugar already, send only flour"."""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words_before
from backend.conversations.reading.asides import without_left_out
from backend.conversations.reading.happened import without_happened
from backend.conversations.reading.how_given import without_how_given
from backend.conversations.reading.layout import lay_out
from backend.conversations.reading.passed_over import counting_nothing
from backend.conversations.reading.pieces import Kind, Piece, cues, places_of
from backend.conversations.reading.told_why import without_reasons

Span = tuple[int, int]
_NAMED: Final = frozenset({Kind.GOODS, Kind.SIZE, Kind.FOREIGN})
_COUNTED: Final = _NAMED | {Kind.AMOUNT}
_WITHIN: Final = _COUNTED | {Kind.JOINT}
_PLACE: Final = "place_order"
_ASKING: Final = "asking_before"
_FALLBACK: Final = "fallback_before"
_SHARP: Final = re.compile(r"\bsaa \w+ kamili\b", re.IGNORECASE)  # "At seven sharp", whose last word is "full" too.


def without_passing(text: str, reading: Mapping[str, Any], catalogue: Catalogue) -> Mapping[str, Any]:
    """The reading without the goods that the customer has, or bought before, where others are ordered beside them.

    What is left out stands under `passing`, as spans that hold no goods.
    """
    if sharp := _SHARP.search(text):
        reading = counting_nothing(reading, [sharp.span()])
    pieces = lay_out(text, reading, catalogue)
    reading = without_reasons(text, reading, pieces)
    reading = without_how_given(
        text, without_happened(text, without_left_out(reading, pieces), pieces), pieces, catalogue
    )
    found = [(name, span) for name, listed in cues().passing.items() for span in places_of(listed, text)]
    found = [(name, span) for name, span in found if not _asked_for(text, span[0])]
    if not found or (reading.get("intent") or {}).get("name") != _PLACE:
        return reading
    pieces = lay_out(text, reading, catalogue)
    spans = [span for name, place in found for span in _spoken_of(name, place, pieces)]
    if not spans or not any(_orders(piece, spans) for piece in pieces):
        return reading
    return counting_nothing(reading, spans)


def _asked_for(text: str, start: int) -> bool:
    """Whether the word before such words makes a wish of them ("can" + "I have")."""
    before = [fold(word) for _, _, word in words_before(text, start)][-1:]
    return not cues().passing[_ASKING].isdisjoint(before)


def _orders(piece: Piece, spans: Sequence[Span]) -> bool:
    """Whether a piece is a good beside those that are only spoken of."""
    return piece.kind is Kind.GOODS and not piece.weak and not any(_held(piece, span) for span in spans)


def _spoken_of(name: str, place: Span, pieces: Sequence[Piece]) -> Iterator[Span]:
    """The run of goods right behind such words, or right before them, as the words go."""
    if name.endswith("_before") and name != _ASKING:
        run = _run([piece for piece in pieces if piece.start >= place[1]])
    elif name.endswith("_after"):
        run = _run([piece for piece in pieces if piece.end <= place[0]][::-1])
    else:
        return
    instead = name == _FALLBACK and any(piece.kind is Kind.SIZE for piece in run)  # "A whole one, if none two halves."
    if instead or any(piece.kind is Kind.GOODS for piece in run):
        yield min(piece.start for piece in run), max(piece.end for piece in run)


def _run(pieces: Sequence[Piece]) -> list[Piece]:
    """The goods that pieces begin with, past a few words like "enough" or "yesterday", until another word or a sign."""
    rest = list(itertools.dropwhile(lambda piece: piece.key in cues().passing["between"], pieces))
    if not rest or rest[0].kind not in _COUNTED:
        return []
    run = list(itertools.takewhile(lambda piece: piece.kind in _WITHIN or _lists(piece, pieces), rest))
    while run and run[-1].kind in {Kind.JOIN, Kind.JOINT}:
        run.pop()
    return run


def _lists(piece: Piece, pieces: Sequence[Piece]) -> bool:
    """Whether an "and" stands between two goods without amounts, both of which are spoken of."""
    place = next(number for number, one in enumerate(pieces) if one is piece)
    beside = [*pieces[max(place - 1, 0) : place], *pieces[place + 1 : place + 2]]
    return piece.kind is Kind.JOIN and len(beside) > 1 and all(one.kind in _NAMED for one in beside)


def _held(piece: Piece, span: Span) -> bool:
    return span[0] <= piece.start < span[1]
