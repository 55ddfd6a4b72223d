"""What is to be put to an order that stands ("kwenye oda yangu ongeza ..."), though the talk does not show it."""

from collections.abc import Mapping
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.lexicon import phrase_key
from backend.conversations.reading.intents import TAKEN_FOR, ranked, read_as
from backend.conversations.reading.pieces import cues
from backend.conversations.reading.types import ReadingContext

_MODIFY: Final = "modify_order"
_HARDLY: Final = 0.02
ON_ORDER: Final = frozenset(
    map(
        phrase_key,
        (
            "kwenye oda yangu", "kwenye order yangu", "kwa oda yangu", "kwa order yangu", "na order ya mapema",
            "na oda ya mapema", "kwa order ya mapema", "kwenye oda ya mapema", "to my order", "in my order",
            "on my order", "with my order", "to my earlier order", "mere order me", "mere order mein", "meri order me",
            "mazya order madhe", "majhya order madhe", "मेरे ऑर्डर में", "माझ्या ऑर्डरमध्ये", "माझ्या ऑर्डर मध्ये",
        ),
    )
)  # fmt: skip


def puts_on_order(
    reading: Mapping[str, Any], catalogue: Catalogue, context: ReadingContext
) -> Mapping[str, Any] | None:
    """An order of goods that are to come with an earlier order changes that one."""
    del catalogue
    if not cues().any_in(ON_ORDER, context.text) or not reading.get("mentions"):
        return None
    sure = ranked(reading).get(_MODIFY, 0.0)
    return None if sure < _HARDLY else read_as(reading, _MODIFY, max(sure, TAKEN_FOR))
