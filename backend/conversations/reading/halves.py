"""What makes an order doubtful beside its goods: halves of an amount, and a sort that the row of one does not have."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold
from backend.catalog.linking.lexicon import lexicon, sense_of
from backend.catalog.linking.terms import is_unit
from backend.conversations.reading.item import Item
from backend.conversations.reading.pieces import Kind, Piece, cues, no_goods_words

_HALVES: Final = frozenset(
    map(
        fold,
        ("aadha", "aadhe", "aadhi", "ardha", "ardhe", "ardhi", "ardhya", "nusu", "आधा", "आधे", "आधी", "अर्धा", "अर्ध्या"),
    )
)
_NAMES: Final = frozenset({Kind.GOODS, Kind.FOREIGN, Kind.SIZE})
_BOTH: Final = 2
_SURE: Final = 0.7


def is_halved(pieces: Sequence[Piece], catalogue: Catalogue) -> bool:
    """Whether an amount is shared out by halves ("sev one kilo, aadhi barik aadhi moti"), and nothing is sold by half.

    Args:
        pieces: All pieces of the message in order.
        catalogue: The merchant's rows.
    """
    amount = next((one.end for one in pieces if one.kind is Kind.AMOUNT and one.key not in _HALVES), None)
    if amount is None or catalogue.has_label("half"):
        return False
    led = (after for half, after in pairwise(pieces) if half.key in _HALVES and half.start >= amount)
    return sum(one.kind in _NAMES and not is_unit(one.key) for one in led) == _BOTH


def is_of_another_sort(
    before: Piece, after: Piece, ordered: Sequence[Item], reading: Mapping[str, Any], catalogue: Catalogue
) -> bool:
    """Whether a word that may be a sort, and that the bot was of two minds about, leads to a good ("kale til").

    Args:
        before: A word of the message.
        after: The next one.
        ordered: The items that are ordered.
        reading: The bot's reading, for how sure it was of the word.
        catalogue: The merchant's rows, some of which may be had in it.
    """
    if before.kind is not Kind.OTHER or after.kind is not Kind.GOODS or not sense_of(before.key):
        return False
    known = before.key in no_goods_words() or before.key in cues().asks or before.key in lexicon().optional
    tokens = reading.get("tokens") or ()
    sure = next((float(one.get("p", 1.0)) for one in tokens if one["start"] == before.start), 1.0)
    leads = any(item.start <= after.start < item.end and before.end <= item.start for item in ordered)
    return leads and not known and sure < _SURE and before.key not in catalogue.choices
