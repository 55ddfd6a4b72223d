"""Talk that acts on an order where there is none: what opens a conversation so may be an order that was mistyped."""

from collections.abc import Mapping
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words
from backend.conversations.reading.intents import TAKEN_FOR, ranked, read_as, sureness
from backend.conversations.reading.layout import blocked_spans, lay_out
from backend.conversations.reading.pieces import Kind, cues, either
from backend.conversations.reading.slips import strangers
from backend.conversations.reading.types import ReadingContext

_ANSWERS: Final = frozenset({"affirm", "deny", "choose_payment"})
_PAYS: Final = "choose_payment"
_WORD_FOR_COOK: Final = "special_instruction"
_ORDERED: Final = frozenset({Kind.AMOUNT, Kind.SIZE})
_GOODS: Final = frozenset({Kind.GOODS, Kind.FOREIGN})


def acts_on_nothing(intent: str, reading: Mapping[str, Any], catalogue: Catalogue, context: ReadingContext) -> bool:
    """Whether a message answers where nothing was asked, or has a word for a cook who cooks nothing.

    A way of paying, or a word for the cook or the rider, may come first; it is in doubt where it holds words that the
    bot has never met, and such a word where it tells how much of a good.
    """
    if context.history or context.order or context.asked:
        return False
    payment = (reading.get("slots") or {}).get("payment") or {}
    if intent == _PAYS and payment.get("text"):
        return bool(payment.get("supported", True)) and _is_strange(reading, context.text)
    return intent in _ANSWERS or (intent == _WORD_FOR_COOK and _may_order(reading, catalogue, context.text))


def _is_strange(reading: Mapping[str, Any], text: str) -> bool:
    """Whether a message holds words that the bot has never met, besides what it took for slots."""
    said = blocked_spans(reading)
    return any(not any(start <= place < end for start, end in said) for place in strangers(text, reading))


def _may_order(reading: Mapping[str, Any], catalogue: Catalogue, text: str) -> bool:
    kinds = {piece.kind for piece in lay_out(text, reading, catalogue)}
    return _is_strange(reading, text) or not (_ORDERED.isdisjoint(kinds) or _GOODS.isdisjoint(kinds))


def how_sure(reading: Mapping[str, Any], context: ReadingContext) -> float:
    """How sure the bot is of what a message is; what opens a conversation, and may be a change of an order, is one."""
    intent = reading.get("intent") or {}
    p = float(intent.get("confidence", 1.0))
    if intent.get("name") != "place_order" or context.history or context.order or context.asked:
        return p
    ranking = reading.get("intent_ranking") or ()
    return p + next((float(one["confidence"]) for one in ranking if one.get("name") == "modify_order"), 0.0)


def wished(reading: Mapping[str, Any], catalogue: Catalogue, context: ReadingContext) -> Mapping[str, Any] | None:
    """What opens a conversation with a wish for a good ("need some packs for the class"), hardly taken for else."""
    del catalogue
    if context.history or context.order or sureness(reading) >= _HARDLY or not reading.get("mentions"):
        return None
    first = [fold(word) for _, _, word in words(context.text)[:_OPENING]]
    if either(cues().wants_before, _WISHES).isdisjoint(first):
        return None
    return read_as(reading, "place_order", max(ranked(reading).get("place_order", 0.0), TAKEN_FOR))


_HARDLY: Final = 0.35
_OPENING: Final = 2  # "I need", "mujhe chahiye"
_WISHES: Final = frozenset(map(fold, ("nataka", "nahitaji", "naomba", "mujhe", "hame", "mala", "मुझे", "हमें", "मला")))
