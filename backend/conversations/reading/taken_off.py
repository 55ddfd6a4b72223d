"""Tells a message that takes a good off an order from one that cancels it."""

from collections.abc import Mapping
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words, words_before, words_behind
from backend.catalog.linking.quantities import Wanted
from backend.catalog.linking.resolve import Status, resolve
from backend.conversations.reading.history import running_order
from backend.conversations.reading.layout import amounts_of, clauses, lay_out
from backend.conversations.reading.pieces import Kind, cues, either
from backend.conversations.reading.segment import Segment
from backend.conversations.reading.segmenter import Segmenter
from backend.conversations.reading.types import ReadingContext

_FEWEST: Final = 2

_ALL_OF: Final = frozenset(map(fold, ("zote", "yote", "vyote", "wote", "sab", "saare", "sagle", "सब", "सारे", "सगळे")))
_WHOLE: Final = frozenset(map(fold, ("order", "oda", "orders", "ऑर्डर", "everything", "all", *_ALL_OF)))


def takes_off(reading: Mapping[str, Any], catalogue: Catalogue, context: ReadingContext) -> bool:
    """Whether a message that was taken for a cancellation, or a move to no place, takes a good off an order."""
    moved = (reading.get("intent") or {}).get("name") == "change_address" and (reading.get("slots") or {}).get(
        "address"
    )
    return not moved and (_says_so(reading, catalogue, context.text) or _takes_some_off(reading, catalogue, context))


def _says_so(reading: Mapping[str, Any], catalogue: Catalogue, text: str) -> bool:
    """Whether a message says itself that a good of the shop is to go from an order."""
    if not cues().any_in(cues().off_order, text):
        return False
    named = Segmenter(catalogue, amounts_of(reading)).cut(clauses(lay_out(text, reading, catalogue)))
    return any(one.resolution.exact and _names(one) for run in named for one in run)


def _names(one: Segment) -> bool:
    return any(piece.kind is Kind.GOODS for piece in one.pieces)


def _takes_some_off(reading: Mapping[str, Any], catalogue: Catalogue, context: ReadingContext) -> bool:
    """Whether a message refuses some goods of an order that was read back, and leaves others on it."""
    order = context.order or running_order(context.history, catalogue)
    said = [(start, fold(word)) for start, _, word in words(context.text)]
    whole = [(start, key) for start, key in said if key in either(_WHOLE, cues().rest)]
    everything = bool(whole) or (reading.get("flags") or {}).get("everything")
    if len(order) < _FEWEST or (everything and not (whole and _ALL_OF.issuperset(key for _, key in whole))):
        return False
    standing = frozenset(word.key for sku in order for word in catalogue.by_sku[sku].spoken)
    changed = {**reading, "intent": {"name": "modify_order"}}
    pieces = lay_out(context.text, changed, catalogue, standing=standing)
    own = catalogue.part(order.keys())
    named = [one for run in Segmenter(own, amounts_of(reading)).cut(clauses(pieces)) for one in run]
    rows = {sku: one for one in named if (sku := _row(one, own))}
    off = {sku for sku, one in rows.items() if _is_off(one, context.text)}
    off |= {sku for sku, one in rows.items() if any(_is_joined(one, rows[gone], context.text) for gone in off)}
    ends = {rows[sku].end + 1 for sku in off}  # "Toa chai zote": all of the tea, and not of the order.
    return 0 < len(off) < len(order) and all(start in ends for start, _ in whole)


def _is_joined(one: Segment, gone: Segment, text: str) -> bool:
    """Whether an "and" alone joins a good to one that goes ("sitaki kamba na chambo")."""
    first, last = sorted((one, gone), key=lambda each: each.start)
    between = [fold(word) for _, _, word in words(text[first.end : last.start])]
    return len(between) == 1 and between[0] in cues().joins


def _row(one: Segment, own: Catalogue) -> str | None:
    """The row of the order that a part of a message names, or None."""
    found = resolve(own, one.terms, Wanted()) if _names(one) else None
    return found.sku if found is not None and found.status in {Status.SURE, Status.ODD} else None


def _is_off(one: Segment, text: str) -> bool:
    """Whether a word of taking off stands right beside an uncounted good."""
    before = [fold(word) for _, end, word in words_before(text, one.start)[-1:] if text[end : one.start].isspace()]
    behind = words_behind(text, one.end)[:1]
    after = [fold(word) for start, _, word in behind if text[one.end : one.end + start].isspace()]
    known = cues()
    refused = not either(known.off_after, known.refusals_after).isdisjoint(after)
    return not one.amounts and (refused or not known.off_before.isdisjoint(before))
