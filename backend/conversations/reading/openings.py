"""Talk that acts on an order where there is none: what opens a conversation so may be an order that was mistyped."""

from collections.abc import Mapping
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue
from backend.conversations.reading.layout import blocked_spans, lay_out
from backend.conversations.reading.pieces import Kind
from backend.conversations.reading.slips import strangers
from backend.conversations.reading.types import ReadingContext

_ANSWERS: Final = frozenset({"affirm", "deny", "choose_payment"})
_WORD_FOR_COOK: Final = "special_instruction"
_ORDERED: Final = frozenset({Kind.AMOUNT, Kind.SIZE})
_GOODS: Final = frozenset({Kind.GOODS, Kind.FOREIGN})


def acts_on_nothing(intent: str, reading: Mapping[str, Any], catalogue: Catalogue, context: ReadingContext) -> bool:
    """Whether a message answers where nothing was asked, or has a word for a cook who cooks nothing.

    A word for the cook or the rider may come first; it is in doubt where it tells how much of a good, or holds words
    that the bot has never met.
    """
    if context.history or context.order or context.asked:
        return False
    return intent in _ANSWERS or (intent == _WORD_FOR_COOK and _may_order(reading, catalogue, context.text))


def _may_order(reading: Mapping[str, Any], catalogue: Catalogue, text: str) -> bool:
    said = blocked_spans(reading)
    strange = any(not any(start <= place < end for start, end in said) for place in strangers(text, reading))
    kinds = {piece.kind for piece in lay_out(text, reading, catalogue)}
    return strange or not (_ORDERED.isdisjoint(kinds) or _GOODS.isdisjoint(kinds))


def how_sure(reading: Mapping[str, Any], context: ReadingContext) -> float:
    """How sure the bot is of what a message is; what opens a conversation, and may be a change of an order, is one."""
    intent = reading.get("intent") or {}
    p = float(intent.get("confidence", 1.0))
    if intent.get("name") != "place_order" or context.history or context.order or context.asked:
        return p
    ranking = reading.get("intent_ranking") or ()
    return p + next((float(one["confidence"]) for one in ranking if one.get("name") == "modify_order"), 0.0)
