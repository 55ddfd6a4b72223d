"""What an answer orders besides the row that it chooses."""

from collections.abc import Set as AbstractSet

from backend.catalog.linking.catalogue import Catalogue
from backend.conversations.reading.around import Around
from backend.conversations.reading.item import Item


def is_besides(item: Item, rows: AbstractSet[str], text: str, catalogue: Catalogue) -> bool:
    """Whether an answer names a good besides what it chooses among rows ("the large one, and two strikers").

    Args:
        item: A good that the answer names.
        rows: The rows that were left open.
        text: The answer.
        catalogue: The merchant's rows.
    """
    if item.sku is None or not item.resolution.exact or item.guessed:
        return False
    return item.sku not in rows or Around(text).also(item) or _is_in_no_sizes(item.sku, rows, catalogue)


def _is_in_no_sizes(sku: str, rows: AbstractSet[str], catalogue: Catalogue) -> bool:
    """Whether a row is none of those that are one good in several sizes, of which there are some among the rows."""
    families = [catalogue.by_sku[one].family for one in rows]
    sized = {family for family in families if families.count(family) > 1}
    return bool(sized) and catalogue.by_sku[sku].family not in sized
