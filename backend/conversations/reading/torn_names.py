"""Names of goods that the bot cuts in two where it begins an address: "office | combo 4", "hanging pot | white 2"."""

from collections.abc import Mapping
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words, words_before
from backend.conversations.reading.pieces import cues, either

_PLACES: Final = frozenset(map(fold, ("ghar", "घर", "gali", "galli", "गली", "गल्ली", "lane", "road", "estate")))


def name_ends(text: str, slot: Mapping[str, Any], catalogue: Catalogue) -> int:
    """Where in a slot ends what is named right before it, with its choice and its count; its start where nothing is.

    Args:
        text: The message.
        slot: An address, with code-point offsets.
        catalogue: The merchant's rows, with the words that stand side by side in their names.
    """
    start, end = int(slot["start"]), int(slot["end"])
    led = words_before(text, start)[-1:]
    if not led or not text[led[0][1] : start].isspace():
        return start
    last, cut = fold(led[0][2]), start
    for first, until, word in words(text[start:end]):
        key, counts = fold(word), cut > start and word.isdigit()
        chosen = key in catalogue.choices and last in catalogue.index.by_key
        if text[cut : start + first].strip() or not ((last, key) in catalogue.pairs or chosen or counts):
            break
        last, cut = (last if chosen else key), start + until
        if counts:
            break
    behind = text[cut:end].lstrip()
    place = next((fold(word) in either(cues().numbered_places, _PLACES) for _, _, word in words(behind)), False)
    return cut if place or not behind[:1].isalnum() else start
