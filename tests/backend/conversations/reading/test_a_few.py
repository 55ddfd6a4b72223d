"""A few of a good, said in a clause of its own behind it, in an order and in a change of one."""

import pytest

from backend.conversations.reading.types import Decision, Slot
from tests.support.marked_reading import READ_BACK, lines, read
from tests.support.shops import CORNER_SHOP


@pytest.mark.parametrize(
    "text",
    [
        "add <coke> as well but not sure how many, just a few",
        "ongeza <coke> pia, sijui ngapi, few tu",
        "<coke> bhi daal do, thode se hi",
        "<coke> भी जोड़ो, थोड़े से",
        "<coke> pan taka, thode phakt",
    ],
)
def test_how_many_is_asked(text: str) -> None:
    result = read(CORNER_SHOP, text, intent="modify_order", history=READ_BACK)
    assert (result.decision, result.ask, lines(result)) == (Decision.CLARIFY, Slot.QTY, {})


@pytest.mark.parametrize("text", ["{3} <coke>, just a few", "<coke> {3}, chache tu", "{3} <coke>, kuch hi"])
def test_a_good_that_is_counted_is_ordered(text: str) -> None:
    result = read(CORNER_SHOP, text)
    assert (lines(result), result.decision) == ({"COKE": 3}, Decision.ACCEPT)
