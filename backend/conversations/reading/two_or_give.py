"""Where Hindi's "do" counts two, though it may say "give": among the counts of a list, or before "and add"."""

from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold
from backend.conversations.reading.amounts import ALSO_GIVES, number_said
from backend.conversations.reading.pieces import CUTS, Kind, Piece, cues

_NAMING: Final = frozenset({Kind.GOODS, Kind.FOREIGN})
_HELD: Final = _NAMING | {Kind.SIZE, Kind.AMOUNT}
_AND_ADD: Final = 3
_OF_IT: Final = 2
_GIVES: Final = frozenset(
    map(fold, ("dena", "dijiye", "dijiyega", "bhejo", "bhejna", "bhejiye", "chahiye", "chahie"))
) | frozenset(map(fold, ("देना", "दीजिए", "दीजिएगा", "भेजो", "भेजना", "भेजिए", "चाहिए")))
_OF: Final = frozenset(map(fold, ("ke", "ki", "के", "की")))


def counts_two(pieces: Sequence[Piece], at: int) -> bool:
    """Whether the word at a place, right behind a good or before one, is two.

    So it is behind "of" ("combo 2 ke do": two of that combo) and in a list, of the good before it where entries end
    with their counts ("roti das dal do chawal ek") and of the next one where they begin with them ("ek dal do roti"),
    where another verb gives right behind it ("roti do dena"), and where a second "do" gives ("roti do aur jod do",
    "please do roti bhej do").
    """
    if not at or pieces[at].key not in ALSO_GIVES:
        return False
    if pieces[at - 1].key in _OF:
        return at > 1 and pieces[at - _OF_IT].kind in _HELD
    if pieces[at - 1].kind is Kind.JOINT:
        return _opens_before_giving(pieces, at)
    if pieces[at - 1].kind not in _NAMING:
        return False
    gives = pieces[at + 1 : at + 2]
    return (
        bool(gives and gives[0].key in _GIVES)
        or _is_listed(pieces, at)
        or _ends_as_others(pieces, at)
        or _is_to_be_added(pieces[at + 1 : at + 1 + _AND_ADD])
    )


def is_verb(piece: Piece | None, reading: Mapping[str, Any], catalogue: Catalogue) -> bool:
    """Whether a word that "do" helps ("daal", to put in) is no good, though the shop sells what sounds so ("dal").

    In a change it is none where the bot takes it for none and the shop does not spell its good so.
    """
    if piece is None or piece.kind is not Kind.GOODS:
        return True
    changes = (reading.get("intent") or {}).get("name") == "modify_order"
    return changes and piece.weak and piece.text.lower() not in catalogue.written


def _opens_before_giving(pieces: Sequence[Piece], at: int) -> bool:
    """Whether only words that say nothing stand before it in its entry, and behind its good another word that gives."""
    led = next((one for one in reversed(pieces[:at]) if one.kind is not Kind.JOINT), None)
    entry = list(takewhile(lambda one: one.kind not in CUTS, pieces[at + 1 :]))
    if (led is not None and led.kind not in CUTS) or not entry or entry[0].kind not in _NAMING:
        return False
    return entry[-1].key in cues().asks and not any(one.kind is Kind.AMOUNT for one in entry)


def _is_listed(pieces: Sequence[Piece], at: int) -> bool:
    before = list(takewhile(lambda one: one.kind not in CUTS, reversed(pieces[:at])))[::-1]
    after = list(takewhile(lambda one: one.kind not in CUTS, pieces[at + 1 :]))
    led, held = ([one for one in run if one.kind in _HELD] for run in (before, after))
    if not any(one.kind is Kind.AMOUNT for one in led) or not after or after[0].kind not in _NAMING:
        return False
    return led[0].kind is Kind.AMOUNT or held[-1].kind is Kind.AMOUNT


def _ends_as_others(pieces: Sequence[Piece], at: int) -> bool:
    """Whether it ends its entry as a number in letters ends one before ("naan chaar, dal do, ...")."""
    if at + 1 < len(pieces) and pieces[at + 1].kind not in CUTS:
        return False
    entries = zip(pieces[:at], pieces[1:at], pieces[2 : at + 1], strict=False)
    numbers = (two for one, two, end in entries if one.kind in _NAMING and two.kind is Kind.OTHER and end.kind in CUTS)
    return any(one.key not in ALSO_GIVES and (number_said(one.key, one.text) or 0) > 1 for one in numbers)


def _is_to_be_added(behind: Sequence[Piece]) -> bool:
    if len(behind) < _AND_ADD:
        return False
    more, verb, gives = behind
    helped = verb.kind not in _NAMING and verb.text.lower() in cues().helped
    return helped and more.kind is Kind.JOIN and gives.key in ALSO_GIVES
