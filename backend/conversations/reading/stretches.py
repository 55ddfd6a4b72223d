"""Numbers of days and the like ("on 30 day credit"), which count no goods."""

from collections.abc import Mapping
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words_behind

_STRETCHES: Final = frozenset(
    map(fold, ("day", "days", "week", "weeks", "month", "months", "din", "divas", "hafte", "mahine", "दिन", "दिवस"))
)


def counts_time(text: str, amount: Mapping[str, Any], catalogue: Catalogue) -> bool:
    """Whether a bare number stands before a word for a stretch of time, which is no good of the shop."""
    if amount.get("kind") != "count":
        return False
    behind = [fold(word) for _, _, word in words_behind(text, int(amount["end"]))[:1]]
    return any(key in _STRETCHES and key not in catalogue.index.by_key for key in behind)
