"""The new number behind "having raised it" and "having lowered it" is what it comes to, not what is added or taken."""

import pytest

from backend.conversations.reading.types import Decision, Turn
from tests.support.marked_reading import lines, read
from tests.support.shops import CORNER_SHOP

ONE = (Turn("customer", "milk"), Turn("bot", "3 x Malisho Milk 500ml = KES 195. Shall I book it?"))
TWO = (
    Turn("customer", "milk, bread"),
    Turn("bot", "3 x Malisho Milk 500ml, 2 x White Bread 400g = KES 335. Shall I book it?"),
)


@pytest.mark.parametrize(
    ("text", "history", "expected"),
    [
        ("badha ke {5} kar do", ONE, {"MILK": 5}),
        ("<milk> badha ke {5} kar do", TWO, {"MILK": 5}),
        ("<milk> बढ़ाकर {पाँच|5} कर दो", TWO, {"MILK": 5}),
        ("<maziwa> वाढवून {पाच|5} करा", TWO, {"MILK": 5}),
        ("<bread> kam karke {1} kar do", TWO, {"BREAD": 1}),
        ("<milk> ghata ke {1} karo", TWO, {"MILK": 1}),
        ("<milk> कमी करून {एक|1} करा", TWO, {"MILK": 1}),
    ],
)
def test_it_comes_to_that_number(text: str, history: tuple[Turn, ...], expected: dict[str, int]) -> None:
    result = read(CORNER_SHOP, text, intent="modify_order", history=history)
    assert (lines(result), tuple(expected), result.decision) == (expected, result.removed, Decision.ACCEPT)


@pytest.mark.parametrize(
    ("text", "expected", "removed"),
    [("{1} badha kar do", {"MILK": 1}, ()), ("{1} kam kar do", {"MILK": 2}, ("MILK",))],
)
def test_a_number_before_them_is_the_difference(text: str, expected: dict[str, int], removed: tuple[str, ...]) -> None:
    result = read(CORNER_SHOP, text, intent="modify_order", history=ONE)
    assert (lines(result), result.removed) == (expected, removed)
