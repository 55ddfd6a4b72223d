"""Goods put to an order that was read back, in the breath in which its place is told ("and a jembe too, to gate 4")."""

from collections.abc import Mapping
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words
from backend.conversations.reading.context import last_question
from backend.conversations.reading.history import running_order
from backend.conversations.reading.intents import TAKEN_FOR, ranked, read_as
from backend.conversations.reading.layout import amounts_of, clauses, lay_out
from backend.conversations.reading.pieces import Kind, cues, either
from backend.conversations.reading.segmenter import Segmenter
from backend.conversations.reading.types import ReadingContext

_MODIFY: Final = "modify_order"


def adds_there(reading: Mapping[str, Any], catalogue: Catalogue, context: ReadingContext) -> Mapping[str, Any] | None:
    """A change of the address that adds a good which is not on the order, or counts one, changes the order."""
    if not last_question(context.history).rstrip().endswith("?"):
        return None
    order = context.order or running_order(context.history, catalogue)
    if not order:
        return None
    pieces = lay_out(context.text, reading, catalogue)
    said = Segmenter(catalogue, amounts_of(reading)).cut(clauses(pieces))
    named = [one for run in said for one in run if one.resolution.exact and one.pieces]
    named = [one for one in named if any(piece.kind is Kind.GOODS and not piece.weak for piece in one.pieces)]
    also = not either(cues().also, cues().puts).isdisjoint(fold(word) for _, _, word in words(context.text))
    if not any(one.amounts or (also and one.resolution.sku not in order) for one in named):
        return None
    return read_as(reading, _MODIFY, max(ranked(reading).get(_MODIFY, 0.0), TAKEN_FOR))
