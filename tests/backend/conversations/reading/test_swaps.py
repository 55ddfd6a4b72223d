"""Another sort in the place of some of an order, or beside it."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.types import Decision, Turn
from tests.support.marked_reading import lines, read

DESK = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "unit": "piece", "price": "20", "stock": "50"}
        for sku, name, aliases in (
            ("PEN-BLUE", "Gel Pen Blue", "blue pen|neela pen"),
            ("PEN-RED", "Gel Pen Red", "red pen|lal pen"),
            ("RULER", "Ruler", "ruler|rula"),
            ("ERASER", "Eraser", "eraser|kifutio|rubber"),
        )
    ]
)
THREE_PENS = (
    Turn("customer", "3 blue pens, 2 rulers"),
    Turn("bot", "3 x Gel Pen Blue, 2 x Ruler = 100. Shall I book it?"),
)


@pytest.mark.parametrize("text", ["{ek|1} <lal pen> kar do", "make {1} <red pen>"])
def test_fewer_of_another_sort_may_be_some_of_them(text: str) -> None:
    """Whether the other blue ones stay is to be asked."""
    assert read(DESK, text, intent="modify_order", history=THREE_PENS).decision is Decision.CLARIFY


@pytest.mark.parametrize("text", ["<rubber> bhi, <-ruler> nahi", "<eraser> also, no <-ruler>"])
def test_what_comes_also_takes_nothings_place(text: str) -> None:
    result = read(DESK, text, intent="modify_order", history=THREE_PENS)
    assert (lines(result), result.removed) == ({"ERASER": 1}, ("RULER",))
