"""Numbers of a change that only tell what the order has: "all three", "instead of one"."""

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold
from backend.conversations.reading.amounts import number_of
from backend.conversations.reading.choices import numbers_of
from backend.conversations.reading.passed_over import counting_nothing

Order = Mapping[str, Fraction]
_ALL: Final = re.compile(
    r"(?<!\w)(?:zote|vyote|yote|wote|all|sab|saari|saare|sagl[aei]|sagly[ai]|सब|सभी|सारी|सारे|सगळ्या|सगळी|सगळे)"
    r"\s+(?P<number>[^\s,.;!?]+)",
    re.IGNORECASE,
)
_INSTEAD: Final = re.compile(
    r"(?<!\w)(?:instead of|rather than|in place of|badala ya)\s+(?:the\s+)?(?P<number>[^\s,.;!?]+)\W*$", re.IGNORECASE
)


def without_told(text: str, reading: Mapping[str, Any], order: Order, catalogue: Catalogue) -> Mapping[str, Any]:
    """The reading of a change without the numbers that only tell how many, or which size, the order has.

    Args:
        text: The message.
        reading: The bot's reading.
        order: The running order.
        catalogue: The merchant's rows.
    """
    spans = list(_told(text, order, catalogue))
    return counting_nothing(reading, spans) if spans else reading


def _told(text: str, order: Order, catalogue: Catalogue) -> Iterator[tuple[int, int]]:
    for found in _ALL.finditer(text):
        if number_of(fold(found["number"])) in {*map(float, order.values())}:
            yield found.span()
    former = _INSTEAD.search(text)
    number = number_of(fold(former["number"])) if former else None
    if former is not None and number is not None and any(char.isdigit() for char in text[: former.start()]):
        sizes = {one for sku in order for one in numbers_of(catalogue.by_sku[sku])}
        if number in {*map(float, order.values())} or f"{number:g}" in sizes:
            yield former.span()
