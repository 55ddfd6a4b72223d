"""Marks what changes how a message may be handled: the same again, bulk, credit, anger, a question."""

from functools import lru_cache

import regex

from bot.nlu.grammar.flags import FLAGS, QUESTION_ENDINGS
from bot.nlu.normalise import fold
from bot.nlu.phrases import Phrases


@lru_cache(maxsize=1)
def _phrases() -> tuple[tuple[str, Phrases], ...]:
    return tuple(
        (name, Phrases(filter(str.isascii, rows), (rf"\b(?:{row})" for row in rows if not row.isascii())))
        for name, rows in FLAGS.items()
    )


@lru_cache(maxsize=1)
def _question() -> regex.Pattern[str]:
    return regex.compile(QUESTION_ENDINGS)


def flags_of(text: str) -> dict[str, bool]:
    """Return every flag of a message."""
    folded = fold(text)
    found = {name: phrases.search(folded) is not None for name, phrases in _phrases()}
    return {**found, "question": _question().search(folded) is not None}
