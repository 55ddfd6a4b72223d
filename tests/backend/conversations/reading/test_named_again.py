"""Rows of an order that was read back, counted once more as if they were ordered anew."""

import pytest

from backend.conversations.reading.types import Decision, Turn
from tests.support.marked_reading import lines, read
from tests.support.shops import CORNER_SHOP, KITCHEN

LOAVES = (Turn("customer", "2 bread"), Turn("bot", "2 White Bread 400g = KES 130. Shall I book it?"))
PLATES = (Turn("customer", "2 idli"), Turn("bot", "2 Idli (2 pc plate) = KES 80. Confirm?"))
MORE = (Turn("customer", "2 bread"), Turn("bot", "2 White Bread 400g = KES 130. Anything else?"))


@pytest.mark.parametrize(
    ("shop", "history", "text"),
    [
        (CORNER_SHOP, LOAVES, "<bread> {1} <coke> {1}"),
        (CORNER_SHOP, LOAVES, "<mkate> {tatu|3}"),
        (KITCHEN, PLATES, "<idli> {ek|1}, <vada> {ek|1}"),
    ],
)
def test_a_row_counted_again_may_be_more_of_it_or_so_many_instead(
    shop: object, history: tuple[Turn, ...], text: str
) -> None:
    assert read(shop, text, history=history).decision is Decision.CLARIFY


@pytest.mark.parametrize(
    ("history", "text", "expected"),
    [
        (LOAVES, "<coke> {1}", {"COKE": 1}),
        (LOAVES, "add <bread> {1}", {"BREAD": 1}),
        (MORE, "<bread> {1}", {"BREAD": 1}),
    ],
)
def test_other_goods_and_more_of_it_are_ordered(history: tuple[Turn, ...], text: str, expected: dict[str, int]) -> None:
    result = read(CORNER_SHOP, text, history=history)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)
