"""Measures what speaks for and against a reading, as named numbers for the confidence."""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from backend.catalog.linking.folding import fold
from backend.catalog.linking.resolve import Status
from backend.catalog.linking.terms import spoken_number
from backend.conversations.reading.item import Item
from backend.conversations.reading.layout import clauses
from backend.conversations.reading.names import is_done
from backend.conversations.reading.pieces import UNREAD, Kind, Piece, cues, either
from backend.conversations.reading.segment import Segment
from backend.conversations.reading.slips import unmet
from backend.conversations.reading.types import Decision

_SURE_ENOUGH: Final = 0.5
_SAID: Final = frozenset({Kind.GOODS, Kind.FOREIGN, Kind.AMOUNT})


def features_of(
    reading: Mapping[str, Any],
    items: Sequence[Item],
    loose: Sequence[Segment],
    pieces: Sequence[Piece],
    decision: Decision,
    *,
    mistyped: bool = False,
) -> dict[str, float]:
    """Features of one reading.

    Returns:
        Numbers around [0, 1]: `intent_p` and `margin_p` of the intent; the lowest `score`, `tag_p` and `mention_p` of
        any item; shares of items that are `guessed`, `inexact`, `crowded` (a runner-up as good); whether an amount or
        a size was left `loose`, words `unread`, two counts in `conflict`, a count `noted` for the cook or the rider;
        `many` items; the language's `lang_p`; numbers read through `slips` of the thumb, words `unmet` among goods; and
        whether a word may be `mistyped`.
    """
    sure = [item for item in items if item.resolution.status is Status.SURE]
    count = max(len(sure), 1)
    return {
        "intent_p": _logit_like(_probability(reading, "intent")),
        "margin_p": _margin(reading),
        "lang_p": _probability(reading, "language"),
        "score": min((item.resolution.score for item in sure), default=0.0),
        "tag_p": _tag_p(reading, sure),
        "mention_p": _mention_p(reading, sure),
        "guessed": sum(item.guessed for item in sure) / count,
        "inexact": sum(not item.resolution.exact for item in sure) / count,
        "crowded": sum(item.resolution.margin <= 0 and item.resolution.rule != "alias" for item in sure) / count,
        "size_rule": sum(item.resolution.rule in {"size", "packs", "price", "container"} for item in sure) / count,
        "loose": min(len(loose), 3) / 3,
        "unread": min(_unread(pieces, items), 2) / 2,
        "noted": _noted(reading, pieces),
        "guess_bare": sum(not item.resolution.exact and item.unamounted for item in sure) / count,
        "unmentioned": _unmentioned(reading, items),
        "conflict": float(any(len(item.amounts) > 1 for item in sure)),
        "many": min(len(items), 8) / 8,
        "asks": float(decision is Decision.CLARIFY),
        "hands": float(decision is Decision.HANDOFF),
        "slot_p": _slot_p(reading),
        "doubt": _doubt(reading, items),
        "strangers": _strangers(pieces, items),
        "unamounted": _unamounted(sure),
        "amount_p": _amount_p(reading),
        "uncounted": _uncounted(pieces),
        "modify": float((reading.get("intent") or {}).get("name") == "modify_order"),
        "same_again": float(bool((reading.get("flags") or {}).get("same_again"))),
        "unmet_change": _unmet_change(reading, pieces),
        "removing": float(any(item.role != "add" for item in items)),
        "none": float(not sure),
        "slips": min(int(reading.get("slips") or 0), 2) / 2,
        "mistyped": float(mistyped),
        "unmet": _unmet(reading, pieces),
        "beside": min(len(beside := _beside(pieces, sure)), 2) / 2,
        "beside_unmet": min(sum(piece.start in unmet(reading) for piece in beside), 2) / 2,
    }


def _noted(reading: Mapping[str, Any], pieces: Sequence[Piece]) -> float:
    """Whether a note holds a number: it may be an item of the list ("chillies one packet") that was taken for words."""
    note = (reading.get("slots") or {}).get("note") or {}
    start, end = note.get("start", 0), note.get("end", 0)
    inside = [fold(piece.text) for piece in pieces if start <= piece.start < end]
    if cues().any_in(cues().hours, str(note.get("text") or "")):
        return 0.0
    return float(any(key.isdigit() or spoken_number(key) is not None for key in inside))


def _doubt(reading: Mapping[str, Any], items: Sequence[Item]) -> float:
    """How unsure the bot is of the word that it was least sure to leave out."""
    inside = [(item.start, item.end) for item in items]
    outside = [
        1.0 - float(token.get("p", 1.0))
        for token in reading.get("tokens") or ()
        if token.get("tag") in {"O", "NOTE"} and not any(start <= token["start"] < end for start, end in inside)
    ]
    return max(outside, default=0.0)


def _strangers(pieces: Sequence[Piece], items: Sequence[Item]) -> float:
    """Words outside of items that no list of ours knows."""
    inside = [(item.start, item.end) for item in items]
    words = [piece for piece in pieces if piece.kind is Kind.OTHER and piece.key not in cues().never_goods]
    count = sum(not any(start <= piece.start < end for start, end in inside) for piece in words)
    return min(count, 6) / 6


def _unmet(reading: Mapping[str, Any], pieces: Sequence[Piece]) -> float:
    """Words never met that stand among goods, each of which may be a good or a count with a slip."""
    strange = unmet(reading)
    runs = [run for run in clauses(pieces) if any(piece.kind is Kind.GOODS for piece in run)]
    unread = [piece for run in runs for piece in run if piece.kind in UNREAD]
    return min(sum(piece.start in strange for piece in unread), 2) / 2


def _unmet_change(reading: Mapping[str, Any], pieces: Sequence[Piece]) -> float:
    """Whether a change holds a word never met that was not read: it may be what comes off, mistyped."""
    changes = (reading.get("intent") or {}).get("name") == "modify_order"
    strange = unmet(reading)
    return float(changes and any(piece.kind is Kind.OTHER and piece.start in strange for piece in pieces))


def _beside(pieces: Sequence[Piece], items: Sequence[Item]) -> list[Piece]:
    """Unread words right beside an item that has no amount: each may be its count, mistyped."""
    bare = [item for item in items if item.unamounted]
    found = []
    for run in clauses(pieces):
        for piece, after in pairwise(run):
            led = piece.kind is Kind.OTHER and any(item.start == after.start for item in bare)
            followed = after.kind is Kind.OTHER and any(item.start <= piece.start < item.end for item in bare)
            found += [piece] if led and _strange(piece) else []
            found += [after] if followed and _strange(after) else []
    return found


def _strange(piece: Piece) -> bool:
    return piece.key not in either(cues().asks, cues().never_goods)


def _unamounted(items: Sequence[Item]) -> float:
    """The share of items without an amount where others have one."""
    without = sum(item.unamounted for item in items)
    return without / len(items) if items and without < len(items) else 0.0


def _uncounted(pieces: Sequence[Piece]) -> float:
    """Words that can be numbers and were read as none."""
    return min(sum([piece.kind is Kind.OTHER and _counts(piece.key) for piece in pieces]), 2) / 2


def _counts(key: str) -> bool:
    return key[:1].isdigit() or spoken_number(key) is not None


def _amount_p(reading: Mapping[str, Any]) -> float:
    """How sure the bot is of the least sure word of an amount."""
    sure = [float(t.get("p", 1.0)) for t in reading.get("tokens") or () if t.get("tag") == "AMOUNT"]
    return min(sure, default=1.0)


def _probability(reading: Mapping[str, Any], part: str) -> float:
    return float((reading.get(part) or {}).get("confidence", _SURE_ENOUGH))


def _margin(reading: Mapping[str, Any]) -> float:
    """How far the second intent is behind."""
    ranking = [float(one.get("confidence", 0.0)) for one in reading.get("intent_ranking") or ()]
    return ranking[0] - ranking[1] if len(ranking) > 1 else _SURE_ENOUGH


def _slot_p(reading: Mapping[str, Any]) -> float:
    """How sure the bot is of the address, where there is one."""
    address = (reading.get("slots") or {}).get("address")
    return float(address.get("confidence", 1.0)) if address else 1.0


def _logit_like(p: float) -> float:
    """Spread the top of the scale, where the classifier spends its time: 0.99 is not 0.9."""
    return 1.0 - math.sqrt(min(1.0, max(0.0, 1.0 - p)))


def _tag_p(reading: Mapping[str, Any], items: Sequence[Item]) -> float:
    tokens = reading.get("tokens") or ()
    inside = [t.get("p", 1.0) for t in tokens for item in items if item.start <= t["start"] < item.end]
    return float(min(inside, default=0.5))


def _mention_p(reading: Mapping[str, Any], items: Sequence[Item]) -> float:
    mentions = reading.get("mentions") or ()
    used = {item.mention for item in items if item.mention is not None}
    return float(
        min((mentions[number].get("confidence", 1.0) for number in used if number < len(mentions)), default=0.5)
    )


def _unread(pieces: Sequence[Piece], items: Sequence[Item]) -> int:
    """Words that the bot or the catalogue takes for goods and that no item holds; "cleaned" only says how."""
    spans = [span for item in items for span in ((item.start, item.end), *item.corrects)]
    goods = [piece for piece in pieces if piece.kind in _SAID]
    goods = [piece for piece in goods if piece.kind is not Kind.FOREIGN or not is_done(piece.text.lower())]
    return sum(not any(start <= piece.start < end for start, end in spans) for piece in goods)


def _unmentioned(reading: Mapping[str, Any], items: Sequence[Item]) -> float:
    """The share of the bot's mentions that became no item."""
    mentions = reading.get("mentions") or ()
    used = {item.mention for item in items}
    return sum(number not in used for number in range(len(mentions))) / max(len(mentions), 1)
