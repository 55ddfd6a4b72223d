"""What has become of somebody or something ("stima zimepotea", "wageni wameongezeka"), which orders none of it."""

import re
from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any, Final

from backend.conversations.reading.passed_over import counting_nothing, passed_over
from backend.conversations.reading.pieces import Kind, Piece, cues

# Swahili's "it has ...", "they have ..."; the verb agrees with the noun before it.
_HAS: Final = re.compile(r"(?:zi|wa|ya|vi|ki|li|i)me[a-z]{4,}")
_SAID: Final = re.compile(rf"\b{_HAS.pattern}\b", re.IGNORECASE)
# Who has come, or joined: "dost aa gaya", "wageni wamefika", "my sister came".
_CAME: Final = re.compile(
    r"(?<!\w)(?:aa? ga?y[aei]+|aay[aei]+ h[au]i?n?|aale?l[aei]|aal[aei] aahet?|(?:a|wa)me(?:kuja|fika|ongezeka)|"
    r"(?:has |have |just )?(?:came|joined)(?: over)?|is coming|are coming|आ गय[ाेी]|आ गए|आल[ाेी]त?)(?!\w)",
    re.IGNORECASE,
)
_CLAUSE: Final = re.compile(r"[^,.;!?।\n]+")
_NAMES: Final = frozenset({Kind.GOODS, Kind.FOREIGN, Kind.SIZE, Kind.JOINT})


def without_happened(text: str, reading: Mapping[str, Any], pieces: Sequence[Piece]) -> Mapping[str, Any]:
    """The reading of an order without those of whom it only tells what has happened.

    Args:
        text: The message.
        reading: The reading.
        pieces: All pieces of the message in order.
    """
    reading = _without_guests(text, reading, pieces) if _CAME.search(text) else reading
    if not _SAID.search(text) or (reading.get("intent") or {}).get("name") != "place_order":
        return reading
    told = [place for place, piece in enumerate(pieces) if _HAS.fullmatch(piece.text.lower())]
    spans = [span for place in told for span in _subject(pieces, place)]
    return passed_over(reading, spans) if spans else reading


def _without_guests(text: str, reading: Mapping[str, Any], pieces: Sequence[Piece]) -> Mapping[str, Any]:
    """The reading without clauses that tell who has come, and count no good of the shop ("dost aa gaya ek aur")."""
    clauses = [one.span() for one in _CLAUSE.finditer(text) if _CAME.search(one.group())]
    named = [one.start for one in pieces if one.kind in {Kind.GOODS, Kind.SIZE}]
    spans = [(start, end) for start, end in clauses if not any(start <= place < end for place in named)]
    return counting_nothing(reading, spans) if spans else reading


def _is_named(piece: Piece) -> bool:
    """Whether a piece is a part of a noun, or tells whose it is ("gari ya mzee")."""
    return piece.kind in _NAMES or piece.text.lower() in cues().address_words


def _subject(pieces: Sequence[Piece], place: int) -> list[tuple[int, int]]:
    """The span of a verb and of the uncounted noun before it, where that begins a clause or follows a count."""
    run = list(takewhile(_is_named, reversed(pieces[:place])))
    first = place - len(run)
    led_by = pieces[first - 1] if first else None
    counted = led_by is not None and led_by.kind is Kind.AMOUNT and first > 1 and pieces[first - 2].kind in _NAMES
    apart = led_by is None or led_by.kind is Kind.BREAK or counted
    return [(pieces[first].start, pieces[place].end)] if run and apart else []
