"""Whether a message may open an order although it does not open the conversation: nothing was asked for before it."""

import re
from collections.abc import Sequence
from typing import Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words
from backend.conversations.reading.context import last_question
from backend.conversations.reading.history import running_order
from backend.conversations.reading.intents import intent_of
from backend.conversations.reading.plain_words import lists
from backend.conversations.reading.types import ReadingContext, Turn

_TALK: Final = frozenset(
    {"greet", "thank", "bye", "ask_price", "ask_availability", "ask_menu", "ask_hours", "ask_delivery", "out_of_scope"}
)
_CUSTOMER: Final = "customer"
_SENTENCE: Final = re.compile(r"[.!।\n]\s*")


def opens_order(context: ReadingContext, catalogue: Catalogue) -> bool:
    """Whether nothing has been asked for yet, and the message does not agree to what the bot has just proposed."""
    turns = context.history
    if not turns:
        return True
    talked = all(turn.reading is not None and intent_of(turn.reading) in _TALK for turn in turns if _asks(turn))
    return talked and not _may_agree(context.text, turns) and not running_order(turns, catalogue)


def _asks(turn: Turn) -> bool:
    return turn.sender == _CUSTOMER


def _may_agree(text: str, turns: Sequence[Turn]) -> bool:
    """Whether a word may say yes to a question of ours that is answered by it."""
    asked = last_question(turns).rstrip()
    if not asked.endswith("?"):
        return False
    question = {fold(word) for _, _, word in words(_SENTENCE.split(asked)[-1])}
    said = [fold(word) for _, _, word in words(text)]
    agreed = any(said[: len(keys)] == keys for keys in map(_keys, lists()["around"]["agrees"]))
    return agreed and question.isdisjoint(map(fold, lists()["around"]["open_questions"]))


def _keys(phrase: str) -> list[str]:
    return [fold(word) for _, _, word in words(phrase)]
