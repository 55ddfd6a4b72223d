"""Hindi's and Marathi's "having raised it" and "having lowered it", behind which the new number stands."""

from backend.catalog.linking.folding import fold, words_behind
from backend.conversations.reading.amounts import ALSO_GIVES, number_of
from backend.conversations.reading.pieces import cues, places_of

_NONE: frozenset[str] = frozenset()


def brought_to(text: str) -> frozenset[str]:
    """The words for becoming, where a change says so in this way ("badha ke 4 kar do", "कमी करून एक करा"), or none."""
    ends = [end for _, end in places_of(cues().brought_to, text)]
    behind = (fold(said[0][2]) for end in ends if (said := words_behind(text, end)))
    counted = any(number_of(key) is not None and key not in ALSO_GIVES for key in behind)
    return cues().becomes if counted else _NONE
