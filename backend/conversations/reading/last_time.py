"""What was ordered last time, and is ordered again with more."""

from typing import Final

from backend.catalog.linking.folding import fold, words
from backend.catalog.linking.lexicon import lexicon
from backend.conversations.reading.pieces import cues, places_of

_NEAR: Final = 3


def adds_to_last_time(text: str) -> bool:
    """Whether an "and" joins what was ordered last time with more ("same as last time plus", "and the usual")."""
    said = words(text)
    for start, end in places_of(cues().last_time, text):
        behind = [key for first, _, word in said if first >= end and not _only_fills(key := fold(word))][:_NEAR]
        before = [fold(word) for _, last, word in said if last <= start][-1:]
        if not cues().joins.isdisjoint([*behind, *before]):
            return True
    return False


def _only_fills(key: str) -> bool:
    """Whether a word says nothing here ("please"), so that the "and" may stand behind it."""
    return key in lexicon().filler and key not in cues().joins
