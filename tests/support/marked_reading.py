"""Readings of marked messages against the invented shops, with every order accepted that nothing speaks against."""

from fractions import Fraction
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue
from backend.conversations.reading.reader import read_message
from backend.conversations.reading.types import OrderReading, ReadingContext, Thresholds, Turn
from tests.support.shops import marked

EVERYTHING: Final = Thresholds(accept=0.0)
READ_BACK: Final = (
    Turn("customer", "3 milk, 1 bread and eggs"),
    Turn("bot", "3 x Malisho Milk 500ml, 1 White Bread 400g, 6 Egg = KES 335. Shall I book it?"),
)


def read(
    shop: Catalogue, text: str, *, intent: str = "place_order", history: tuple[Turn, ...] = (), **parts: Any
) -> OrderReading:
    """Read a marked message; nothing is held back for want of confidence."""
    plain, reading = marked(text, intent, **parts)
    return read_message(reading, shop, ReadingContext(text=plain, history=history, thresholds=EVERYTHING))


def lines(result: OrderReading) -> dict[str, Fraction]:
    """The lines of a reading: quantities by SKU."""
    return {line.sku: line.quantity for line in result.lines}
