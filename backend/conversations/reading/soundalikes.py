"""Words that only sound like a good of the shop: nobody counts them, and the bot takes them for none."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue
from backend.conversations.reading.item import ADD, Item
from backend.conversations.reading.pieces import Kind, Piece

_LIKELY: Final = 0.75


def only_sound_so(
    pieces: Sequence[Piece], items: Sequence[Item], reading: Mapping[str, Any], catalogue: Catalogue
) -> bool:
    """Whether an order has a good that is spelled as no row is, without a count, beside one that is counted."""
    counted = any(item.sku and not item.unamounted for item in items)
    bare = [item for item in items if item.sku and item.unamounted and item.role == ADD] if counted else []
    tags = {int(one["start"]): one for one in reading.get("tokens") or ()} if bare else {}
    return any(_only_sounds_so(item, pieces, tags, catalogue) for item in bare)


def _only_sounds_so(
    item: Item, pieces: Sequence[Piece], tags: Mapping[int, Mapping[str, Any]], catalogue: Catalogue
) -> bool:
    named = [one for one in pieces if one.kind is Kind.GOODS and item.holds(one.start)]
    return bool(named) and all(_is_spelled_otherwise(one, catalogue) and _is_no_good(tags, one) for one in named)


def _is_spelled_otherwise(word: Piece, catalogue: Catalogue) -> bool:
    return word.text.isascii() and word.text.lower() not in catalogue.written


def _is_no_good(tags: Mapping[int, Mapping[str, Any]], word: Piece) -> bool:
    token = tags.get(word.start, {})
    return token.get("tag", "O") == "O" and float(token.get("p", 1.0)) >= _LIKELY
