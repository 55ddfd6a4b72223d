"""Another sort in the place of some of an order, or beside it."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.types import Decision, Turn
from tests.support.marked_reading import lines, read
from tests.support.shops import CORNER_SHOP

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


THREE_RULERS = (
    Turn("customer", "3 rulers"),
    Turn("bot", "3 x Ruler = 60. Shall I book it?"),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("swap one of them for an <eraser>", {"RULER": 2, "ERASER": 1}),
        ("badilisha moja kati ya hizo iwe <kifutio>", {"RULER": 2, "ERASER": 1}),
        ("replace two of them with <red pen>", {"RULER": 1, "PEN-RED": 2}),
        ("unme se ek badal ke <rubber> kar do", {"RULER": 2, "ERASER": 1}),
    ],
)
def test_some_of_them_become_something_else(text: str, expected: dict[str, int]) -> None:
    result = read(DESK, text, intent="modify_order", history=THREE_RULERS)
    assert (lines(result), result.removed) == (expected, ("RULER",))


def test_which_of_several_rows_some_of_them_are_is_asked() -> None:
    result = read(DESK, "swap one of them for an <eraser>", intent="modify_order", history=THREE_PENS)
    assert result.decision is Decision.CLARIFY


@pytest.mark.parametrize(
    "text", ["<ruler> geuza ziwe <kifutio>", "geuza <ruler> iwe <kifutio>", "<ruler> zikuwe <kifutio>"]
)
def test_what_is_turned_into_another_good_keeps_its_count(text: str) -> None:
    result = read(DESK, text, intent="modify_order", history=THREE_RULERS)
    assert (lines(result), result.removed, result.decision) == ({"ERASER": 3}, ("RULER",), Decision.ACCEPT)


@pytest.mark.parametrize("text", ["<eraser> {mbili|2}.. wacha zikuwe {tatu|3}", "<eraser> {2}, wait, ikuwe {3}"])
def test_let_them_be_so_many_corrects_the_count(text: str) -> None:
    result = read(DESK, text)
    assert (lines(result), result.decision) == ({"ERASER": 3}, Decision.ACCEPT)


@pytest.mark.parametrize(
    "text",
    ["<-ruler> toa, weka <-kifutio> {moja|1}", "<-ruler> toa, weka <-kifutio>", "drop the <-ruler>, add <-eraser>"],
)
def test_what_is_put_on_behind_a_comma_does_not_come_off(text: str) -> None:
    result = read(DESK, text, intent="modify_order", history=(Turn("customer", "1 ruler, 2 red pens"), _RULER_READ))
    assert (lines(result), result.removed, result.decision) == ({"ERASER": 1}, ("RULER",), Decision.ACCEPT)


_RULER_READ = Turn("bot", "1 x Ruler, 2 x Gel Pen Red = 60. Shall I book it?")


@pytest.mark.parametrize(
    "text", ["swap the <-milk> for <bread>, both of them", "swap the <-milk> for <bread>, all of them"]
)
def test_all_of_them_are_exchanged(text: str) -> None:
    history = (Turn("customer", "2 milk"), Turn("bot", "2 x Malisho Milk 500ml = KES 120. Shall I book it?"))
    result = read(CORNER_SHOP, text, intent="modify_order", history=history)
    assert (lines(result), result.removed) == ({"BREAD": 2}, ("MILK",))
