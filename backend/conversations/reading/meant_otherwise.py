"""Messages that were taken for a cancellation, or for asking where an order is, and mean something else."""

from collections.abc import Mapping
from typing import Any, Final

from backend.catalog.linking.folding import fold, words
from backend.conversations.reading.pieces import cues, either

_WHERE: Final = frozenset(map(fold, ("where", "wapi", "kahan", "kahaan", "kaha", "kuthe", "कहाँ", "कहां", "कुठे")))
_CHANGES: Final = frozenset(
    map(
        fold,
        ("change", "badilisha", "kubadilisha", "nibadilishe", "badalna", "badalni", "badlaycha", "बदलना", "बदलायचा"),
    )
)
_NEAR: Final = 2


def means_otherwise(reading: Mapping[str, Any], text: str) -> str | None:
    """The intent of a message that says "the same order again", or asks to change where an order goes; else None.

    Args:
        reading: The bot's reading.
        text: The message.
    """
    keys = [fold(word) for _, _, word in words(text)]
    known = cues()
    if (reading.get("flags") or {}).get("same_again") and _is(reading) == "cancel_order":
        return "place_order" if either(known.off, known.negations, known.refusals_after).isdisjoint(keys) else None
    led = [place for place, key in enumerate(keys) if key in _CHANGES]
    moves = any(not _WHERE.isdisjoint(keys[place + 1 : place + 1 + _NEAR]) for place in led)
    return "change_address" if moves else None


def _is(reading: Mapping[str, Any]) -> str:
    return str((reading.get("intent") or {}).get("name"))
