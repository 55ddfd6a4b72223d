"""What goods are for, and what they are to be made into, is not ordered."""

import pytest

from backend.conversations.reading.types import Decision, Turn
from tests.support.marked_reading import lines, read
from tests.support.shops import CORNER_SHOP, KITCHEN


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<mkate> {mbili|2} kwa <gym>", {"BREAD": 2}),
        ("<coke> {nne|4} kwa <kitabu>, nitalipa baadaye", {"COKE": 4}),
        ("nataka <maziwa> {tatu|3} kwa ajili ya <hoteli>", {"MILK": 3}),
        ("{2} <bread> cut into <slabs> and {1} <milk>", {"BREAD": 2, "MILK": 1}),
        ("{1kg|1kg} <onions> cut into <eggs>", {"ONION": 1}),
    ],
)
def test_a_purpose_is_no_good(text: str, expected: dict[str, int]) -> None:
    result = read(CORNER_SHOP, text)
    assert (lines(result), result.decision, result.unmatched) == (expected, Decision.ACCEPT, ())


def test_so_many_of_what_the_shop_lacks_are_asked_about() -> None:
    assert read(CORNER_SHOP, "<mkate> {mbili|2} kwa <ugali> {mbili|2}").decision is Decision.CLARIFY


def test_a_change_puts_one_thing_for_another() -> None:
    tea = (Turn("customer", "2 tea"), Turn("bot", "2 Chai (full cup) = 40. Shall I book it?"))
    assert (
        read(KITCHEN, "badilisha <-tea> kwa <kahawa>", intent="modify_order", history=tea).decision is Decision.CLARIFY
    )


@pytest.mark.parametrize("text", ["<mkate> {mbili|2} za <mabeshte>", "<brown bread> {2} za <squad>"])
def test_friends_for_whom_goods_are_take_no_count(text: str) -> None:
    result = read(CORNER_SHOP, text)
    assert ([*lines(result).values()], result.decision) == ([2], Decision.ACCEPT)
