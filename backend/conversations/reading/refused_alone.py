"""Changes that only take off, though they name what is to come instead ("gajar nahi, chukandar")."""

import re
from collections.abc import Sequence
from typing import Final

from backend.catalog.linking.folding import fold, words_before, words_behind
from backend.catalog.linking.lexicon import lexicon
from backend.conversations.reading.amounts import number_of
from backend.conversations.reading.pieces import UNREAD, Piece, cues, either, no_goods_words

_SIGN: Final = re.compile(r"[,;.\n।]")
_NOT: Final = frozenset(map(fold, ("si", "sio", "siyo", "not")))
_IS: Final = frozenset({"ni", "its"})
# Says that what stays is as it should be ("straw nahi, baaki theek").
_FINE: Final = frozenset(
    map(
        fold,
        (
            *("ok", "fine", "good", "sawa", "poa", "fiti", "theek", "thik", "ठीक", "sahi", "सही", "barabar", "बरोबर"),
            *("chalega", "चलेगा", "chalel", "चालेल"),
        ),
    )
)
_LONGEST: Final = 2


def refuses_for_another(text: str, pieces: Sequence[Piece], removed: Sequence[str]) -> bool:
    """Whether behind a refusal stands one more name, of one or two words, that nothing has read.

    Args:
        text: A change of an order that puts nothing on it.
        pieces: All its pieces.
        removed: What it takes off.
    """
    signs = [one.end() for one in _SIGN.finditer(text) if text[one.end() :].strip()]
    if not removed or not signs:
        return False
    before = {fold(word) for _, _, word in words_before(text, signs[-1])}
    last = [(signs[-1] + start, word) for start, _, word in words_behind(text, signs[-1])]
    if not before.isdisjoint(_NOT) and last and fold(last[0][1]) in _IS:
        return len(last) > 1
    if before.isdisjoint(either(cues().refusals_after, _NOT)) or not 0 < len(last) <= _LONGEST:
        return False
    unread = {piece.start for piece in pieces if piece.kind in UNREAD}
    return all(start in unread and not _is_known(word) for start, word in last)


def _is_known(word: str) -> bool:
    key, known = fold(word), either(cues().never_goods, cues().gives, cues().rest, lexicon().filler, _FINE)
    return key in known or key in no_goods_words() or number_of(key) is not None
