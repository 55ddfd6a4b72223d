"""Stretches of a message by their offsets, and small letters that move none."""

from typing import Any

from bot.nlu.features import Message


def text_of(message: Message, first: int, last: int) -> dict[str, Any]:
    """Give the raw text of a run of tokens with its offsets."""
    start, end = message.tokens[first].start, message.tokens[last - 1].end
    return {"text": message.text[start:end], "start": start, "end": end}


def fold_same_length(text: str) -> str:
    """Lower-case without moving any offset."""
    lower = text.lower()
    if len(lower) == len(text):  # No letter grows, so none may make up for another.
        return lower
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in text)
