"""A refusal of some goods of an order cancels no order, and sizes in brackets name its rows."""

import pytest

from backend.conversations.reading.history import running_order
from backend.conversations.reading.types import Turn
from tests.support.marked_reading import READ_BACK, read
from tests.support.shops import CORNER_SHOP, shop_of

COBBLER = shop_of(
    ("SANDAL-7", "Canvas Sandal Brown (size 7)", "sandal 7|chappal 7", "size=7"),
    ("SANDAL-8", "Canvas Sandal Brown (size 8)", "sandal 8|chappal 8", "size=8"),
    ("LACE", "Shoe Lace", "lace|naadi", ""),
    ("SOLE", "Foam Sole (2 pack)", "sole", ""),
    unit="pair",
)
LISTED = (Turn("bot", "2 Canvas Sandal (8), 1 Shoe Lace = ₹180. Confirm?"),)


def test_a_size_in_brackets_names_a_row_of_our_list() -> None:
    assert running_order(LISTED, COBBLER) == {"SANDAL-8": 2, "LACE": 1}
    assert running_order((Turn("bot", "1 Canvas Sandal (7) = ₹60. Confirm?"),), COBBLER) == {"SANDAL-7": 1}


@pytest.mark.parametrize("text", ["<lace> mat bhejna, sirf chappal", "naadi hatao", "remove <lace>, only the sandal"])
def test_a_refused_good_comes_off(text: str) -> None:
    result = read(COBBLER, text, intent="cancel_order", history=LISTED)
    assert (result.intent, result.removed, result.lines) == ("modify_order", ("LACE",), ())


def test_it_does_in_swahili() -> None:
    result = read(CORNER_SHOP, "<mkate> usilete", intent="cancel_order", history=READ_BACK)
    assert (result.intent, result.removed) == ("modify_order", ("BREAD",))


@pytest.mark.parametrize("text", ["cancel it, the <lace> is wrong", "<lace> aur <chappal> dono cancel", "sab cancel"])
def test_who_cancels_the_order_cancels_it(text: str) -> None:
    assert read(COBBLER, text, intent="cancel_order", history=LISTED).intent == "cancel_order"
