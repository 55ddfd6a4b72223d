"""Rows of an order that was just read back, ordered again as if anew: more of them, or so many instead."""

from collections.abc import Sequence

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words
from backend.conversations.reading.context import asks_for_more, last_question
from backend.conversations.reading.history import running_order
from backend.conversations.reading.item import Item
from backend.conversations.reading.pieces import cues
from backend.conversations.reading.types import ReadingContext


def may_be_recounted(items: Sequence[Item], catalogue: Catalogue, context: ReadingContext) -> bool:
    """Whether an order counts a row of the order that was read back for a yes, without a word for more."""
    if not last_question(context.history) or asks_for_more(context.history) or not items:
        return False
    order = running_order(context.history, catalogue)
    again = any(one.sku in order and not one.unamounted for one in items)
    return again and cues().more.isdisjoint(fold(word) for _, _, word in words(context.text))
