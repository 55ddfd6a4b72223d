"""So many more or fewer, told with how many there are then."""

import pytest

from backend.conversations.reading.types import Decision, Turn
from tests.support.marked_reading import READ_BACK, lines, read
from tests.support.shops import CORNER_SHOP, KITCHEN

TWO_LOAVES = (Turn("customer", "2 bread"), Turn("bot", "2 White Bread 400g = KES 130. Shall I book it?"))
THREE_PLATES = (Turn("customer", "3 poha"), Turn("bot", "3 Kanda Poha (plate) = ₹105. Book karu?"))


@pytest.mark.parametrize(
    ("shop", "history", "text", "sku", "number"),
    [
        (CORNER_SHOP, TWO_LOAVES, "ongeza {mbili|2} ziwe {nne|4}", "BREAD", 4),
        (CORNER_SHOP, TWO_LOAVES, "add {3} more, {5} in total", "BREAD", 5),
        (CORNER_SHOP, TWO_LOAVES, "toa {moja|1}, ibaki <mkate> {moja|1}", "BREAD", 1),
        (KITCHEN, THREE_PLATES, "{ek|1} plate aur badha do, total {chaar|4} plate", "POHA", 4),
        (KITCHEN, THREE_PLATES, "<poha> अजून {दोन|2} वाढवा, एकूण {पाच|5}", "POHA", 5),
        (KITCHEN, THREE_PLATES, "{ek|1} hata do, {do|2} hi rakho", "POHA", 2),
    ],
)
def test_what_it_comes_to_is_the_new_number(
    shop: object, history: tuple[Turn, ...], text: str, sku: str, number: int
) -> None:
    result = read(shop, text, intent="modify_order", history=history)
    assert (result.removed, lines(result), result.decision) == ((sku,), {sku: number}, Decision.ACCEPT)


def test_the_row_that_is_named_comes_to_it_among_several() -> None:
    result = read(CORNER_SHOP, "ongeza <mkate> {mbili|2}, jumla {tatu|3}", intent="modify_order", history=READ_BACK)
    assert (result.removed, lines(result), result.decision) == (("BREAD",), {"BREAD": 3}, Decision.ACCEPT)


@pytest.mark.parametrize(
    ("shop", "history", "text"),
    [
        (CORNER_SHOP, TWO_LOAVES, "ongeza {tatu|3} ziwe {nne|4}"),
        (KITCHEN, THREE_PLATES, "{do|2} aur badha do, total {chaar|4}"),
    ],
)
def test_a_sum_that_is_not_right_is_asked_about(shop: object, history: tuple[Turn, ...], text: str) -> None:
    assert read(shop, text, intent="modify_order", history=history).decision is Decision.CLARIFY
