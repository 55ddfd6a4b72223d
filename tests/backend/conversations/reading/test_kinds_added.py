"""What is added by the word of a kind, or of what goods come in, is no more of the one row on the order."""

import pytest

from backend.conversations.reading.types import Decision, Slot, Turn
from tests.support.marked_reading import lines, read
from tests.support.shops import CORNER_SHOP, shop_of

SHOP = shop_of(
    ("GLASS-P", "Plastic Tumbler", "gilasi ya plastiki|kikombe cha plastiki", ""),
    ("GLASS-C", "Clay Tumbler", "kikombe cha udongo", ""),
    ("KETTLE", "Kettle", "kettle|birika|ketli", ""),
)
KETTLE = (Turn("customer", "birika moja"), Turn("bot", "1 Kettle = KES 30. Sawa?"))
LOAF = (Turn("customer", "bread"), Turn("bot", "1 White Bread 400g = KES 65. Shall I book it?"))


@pytest.mark.parametrize("text", ["niongezee pia <vikombe> {vinne|4}", "niongezee pia {vikombe vinne|4cup}"])
def test_which_of_its_sorts_is_asked(text: str) -> None:
    result = read(SHOP, text, intent="modify_order", history=KETTLE)
    assert (result.decision, result.ask, lines(result)) == (Decision.CLARIFY, Slot.VARIANT, {})


@pytest.mark.parametrize("text", ["add {4 bowls|4bowl}", "{char katori|4bowl} aur", "ongeza {bakuli nne|4bowl}"])
def test_bowls_are_no_kettles(text: str) -> None:
    result = read(SHOP, text, intent="modify_order", history=KETTLE)
    assert (result.decision, lines(result)) == (Decision.CLARIFY, {})


def test_loaves_are_more_of_the_bread() -> None:
    result = read(CORNER_SHOP, "add {2 loaves|2loaf}", intent="modify_order", history=LOAF)
    assert (lines(result), result.decision) == ({"BREAD": 2}, Decision.ACCEPT)
