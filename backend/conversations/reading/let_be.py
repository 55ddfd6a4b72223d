"""Hindi's "let it be": a good that was read back comes off by it, with a reason or another good behind it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words
from backend.catalog.linking.quantities import Wanted
from backend.catalog.linking.resolve import Status, resolve
from backend.conversations.reading.history import running_order
from backend.conversations.reading.intents import TAKEN_FOR, ranked, read_as
from backend.conversations.reading.item import ADD, Item
from backend.conversations.reading.layout import amounts_of, clauses, lay_out
from backend.conversations.reading.pieces import Kind, Piece, cues, either
from backend.conversations.reading.refused import is_let_be
from backend.conversations.reading.segment import Segment
from backend.conversations.reading.segmenter import Segmenter
from backend.conversations.reading.types import ReadingContext

_LET_BE: Final = re.compile(
    r"(?:\br[ea]hne ?(?:do|de|dena|dijiye|dijie)\b|रहने (?:दो|दे|देना|दीजिए|दीजिये))\s*[,.;।\n]", re.IGNORECASE
)
_ANY_OF: Final = ("hne", "HNE", "हने")
_FEWEST: Final = 2


def let_be(reading: Mapping[str, Any], catalogue: Catalogue, context: ReadingContext) -> Mapping[str, Any] | None:
    """The reading as a change that takes off what is let be; None where it may as well be kept as it is.

    It may where the message takes anything else off, keeps something alone, or speaks of another good of the order.
    """
    known = any(part in context.text for part in _ANY_OF)  # Far quicker to tell than the pattern is.
    found = _LET_BE.search(context.text) if known else None
    order = (context.order or running_order(context.history, catalogue)) if found else {}
    keys = {fold(word) for _, _, word in words(context.text)} if order else set[str]()
    alone = found is not None and _says_only(context.text[found.end() :])
    steering = cues().off if alone else either(cues().off, cues().only)
    steered = not keys.isdisjoint(steering - cues().refusals_after)
    if found is None or len(order) < _FEWEST or steered:
        return None
    if not context.text[found.end() :].strip() or cues().any_in(cues().keeps_alone, context.text):
        return None
    standing = frozenset(word.key for sku in order for word in catalogue.by_sku[sku].spoken)
    changed = {**reading, "intent": {"name": "modify_order"}, "slots": {**(reading.get("slots") or {}), "note": None}}
    named = [one for run in _cut(changed, catalogue, context, standing) for one in run if _goods(one.pieces)]
    own = {one.start: sku for one in named for sku in _rows(one, catalogue.part(order.keys()))}
    gone = next((one for one in reversed(named) if one.start in own and one.start < found.start()), None)
    stays = {sku for start, sku in own.items() if alone and start > found.end()}
    if (
        gone is None
        or own[gone.start] in stays
        or len({*own.values()} - stays) > 1
        or context.text[_end(gone) : found.start()].strip()
    ):
        return None
    return _taken_off(changed, gone, context.text)


def _says_only(behind: str) -> bool:
    """Whether what stands behind keeps one good alone ("leave the eggs, only the bread")."""
    said = [fold(word) for _, _, word in words(behind)]
    return not cues().only.isdisjoint(said[:1])


def may_be_let_be(text: str, items: Sequence[Item]) -> bool:
    """Whether an uncounted good of a new order is to be let be for now ("gud 2, shahad abhi rehne do")."""
    loose = (item for item in items if item.role == ADD and item.unamounted)
    return any(is_let_be(text, item.start, item.end) for item in loose)


def _cut(
    reading: Mapping[str, Any], catalogue: Catalogue, context: ReadingContext, standing: frozenset[str]
) -> Sequence[Sequence[Segment]]:
    pieces = lay_out(context.text, reading, catalogue, standing=standing)
    return Segmenter(catalogue, amounts_of(reading)).cut(clauses(pieces))


def _goods(pieces: Sequence[Piece]) -> list[Piece]:
    return [one for one in pieces if one.kind is Kind.GOODS]


def _end(one: Segment) -> int:
    return max(piece.end for piece in one.pieces)


def _rows(one: Segment, own: Catalogue) -> Iterator[str]:
    """The row of the order that a part of a message names, or none."""
    found = resolve(own, one.terms, Wanted())
    if found.sku is not None and found.status in {Status.SURE, Status.ODD}:
        yield found.sku


def _taken_off(reading: Mapping[str, Any], gone: Segment, text: str) -> Mapping[str, Any]:
    start, end = _goods(gone.pieces)[0].start, _end(gone)
    others = [one for one in reading.get("mentions") or () if one["end"] <= start or end <= one["start"]]
    amounts = [one for one in reading.get("amounts") or () if one["end"] <= start or end <= one["start"]]
    mention = {"start": start, "end": end, "text": text[start:end], "role": "from", "options": []}
    mentions = sorted([*others, mention], key=lambda one: int(one["start"]))
    sure = max(ranked(reading).get("modify_order", 0.0), TAKEN_FOR)
    return read_as({**reading, "mentions": mentions, "amounts": amounts}, "modify_order", sure)
