"""Marks what changes how a message may be handled: the same again, bulk, credit, anger, a question."""

from functools import lru_cache

import regex

from bot.nlu.grammar.flags import FLAGS, QUESTION_ENDINGS
from bot.nlu.normalise import fold


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[str, regex.Pattern[str]], ...]:
    return tuple((name, regex.compile(rf"\b(?:{'|'.join(rows)})")) for name, rows in FLAGS.items())


@lru_cache(maxsize=1)
def _question() -> regex.Pattern[str]:
    return regex.compile(QUESTION_ENDINGS)


def flags_of(text: str) -> dict[str, bool]:
    """Return every flag of a message."""
    folded = fold(text)
    found = {name: pattern.search(folded) is not None for name, pattern in _patterns()}
    return {**found, "question": _question().search(folded) is not None}
