"""Goods right before "now" ("nipe chai saa hii"), where the bot takes all three words for a time."""

import re
from collections.abc import Mapping
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words_before
from backend.catalog.linking.quantities import Wanted
from backend.catalog.linking.resolve import resolve
from backend.catalog.linking.terms import read_keys

_NOW: Final = re.compile(
    r"(?<=\w)\s+(?:sa+ hii|sai hii|sa+hii|sasa hivi|right now|abhi ke abhi|abhi|a?atta|lagech|अभी|आत्ता|लगेच)(?!\w)",
    re.IGNORECASE,
)
_LONGEST_NAME: Final = 3


def with_good_before_now(text: str, reading: Mapping[str, Any], catalogue: Catalogue) -> Mapping[str, Any]:
    """The reading with a mention of the good, called by its whole name, that stands right before "now"."""
    said = _NOW.search(text)
    if said is None:
        return reading
    mentions, before = reading.get("mentions") or (), words_before(text, said.start())[-_LONGEST_NAME:]
    for place, (start, _, _) in enumerate(before):
        named = tuple(fold(word) for _, _, word in before[place:])
        taken = any(one["start"] < said.start() and start < one["end"] for one in mentions)
        if taken or not resolve(catalogue, read_keys(named), Wanted()).exact:
            continue
        span = {"text": text[start : said.start()], "start": start, "end": said.start()}
        told = {**span, "role": "add", "confidence": 0.7, "amounts": [], "options": []}
        return {**reading, "mentions": sorted([*mentions, told], key=lambda one: int(one["start"]))}
    return reading
