"""What was ordered last time, and is ordered again with more."""

from typing import Final

from backend.catalog.linking.folding import fold, words
from backend.conversations.reading.pieces import cues, places_of

_NEAR: Final = 3


def adds_to_last_time(text: str) -> bool:
    """Whether an "and" joins what was ordered last time with more ("same as last time plus", "and the usual")."""
    said = words(text)
    for start, end in places_of(cues().last_time, text):
        behind = [fold(word) for first, _, word in said if first >= end][:_NEAR]
        before = [fold(word) for _, last, word in said if last <= start][-1:]
        if not cues().joins.isdisjoint([*behind, *before]):
            return True
    return False
