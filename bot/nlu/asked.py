"""Tells what the bot's last message asked for, when the caller does not say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import regex

from bot.nlu.grammar.flags import ASKED
from bot.nlu.normalise import fold

KINDS = ("none", "item", "variant", "qty", "address", "phone", "payment", "confirm", "more", "told")


@dataclass(frozen=True)
class Context:
    """What came before a message: what was asked, the bot's last words, the conversation's language and region."""

    asked: str = "none"
    bot_text: str = ""
    language: str | None = None
    region: str | None = None


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[str, regex.Pattern[str]], ...]:
    return tuple((kind, regex.compile(pattern)) for kind, pattern in ASKED)


@lru_cache(maxsize=2048)
def asked_in(bot_text: str) -> str:
    """Classify a bot message by what it asks; `told` where it asks nothing."""
    text = fold(bot_text)
    if not text.strip():
        return "none"
    question = text.rsplit("=", 1)[-1] if "=" in text else text
    return next((kind for kind, pattern in _patterns() if pattern.search(question)), "told")


def settled(asked: str | None, bot_text: str) -> str:
    """Choose what was asked: what the caller says, unless the words say that nothing, or something more, was asked."""
    read = asked_in(bot_text)
    if asked not in KINDS:
        return read
    return read if asked == "confirm" and read in {"more", "told"} else asked


def context_of(metadata: Mapping[str, Any] | None) -> Context:
    """Read the context out of a message's metadata; missing or odd fields count as unknown."""
    metadata = metadata or {}
    bot_text = _last_bot_text(metadata.get("history") or ())
    asked = metadata.get("asked")
    return Context(
        asked=settled(asked, bot_text),
        bot_text=bot_text,
        language=metadata.get("language") if isinstance(metadata.get("language"), str) else None,
        region=metadata.get("region") if metadata.get("region") in {"KE", "IN"} else None,
    )


def _last_bot_text(history: Sequence[Any]) -> str:
    if not isinstance(history, list | tuple):
        return ""
    turns = [turn for turn in history if isinstance(turn, Mapping)]
    return next((str(turn.get("text") or "") for turn in reversed(turns) if turn.get("from") == "bot"), "")
