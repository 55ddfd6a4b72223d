"""What some of a good are to come without ("four coffees, one without sugar"), as a note where the bot gave none."""

import re
from collections.abc import Mapping
from typing import Any, Final

from backend.conversations.reading.amounts import comes_without
from backend.conversations.reading.pieces import cues

_CLAUSE: Final = re.compile(r"[^,;.।!?\n]+")


def note_of_some(text: str, reading: Mapping[str, Any]) -> dict[str, Any] | None:
    """The clause in which a number of the good before it come without something, or None.

    Args:
        text: The message.
        reading: The bot's reading of it.
    """
    slots = reading.get("slots") or {}
    if slots.get("note") or not cues().any_in(cues().comes_without, text):
        return None
    amounts = reading.get("amounts") or ()
    start = next((int(one["start"]) for one in amounts if comes_without(text, one, amounts)), None)
    clause = _CLAUSE.match(text, start) if start is not None else None
    if clause is None:
        return None
    held = [slot for slot in slots.values() if slot and slot.get("start") is not None]
    end = min([clause.end(), *(int(slot["start"]) for slot in held if int(slot["start"]) > clause.start())])
    said = text[clause.start() : end].rstrip()
    return {"text": said, "start": clause.start(), "end": clause.start() + len(said), "confidence": 0.5}
