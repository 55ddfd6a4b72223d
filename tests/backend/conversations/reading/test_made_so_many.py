"""A good of an order that is made so many, or half a plate, and a number put in the place of the one that was said."""

import pytest

from backend.conversations.reading.types import Decision, Turn
from tests.support.marked_reading import lines, read
from tests.support.shops import CORNER_SHOP, KITCHEN, shop_of

POTS = shop_of(
    ("POT-S", "Clay Pot 2L", "small pot|chungu kidogo|matka chhota", "size=2L"),
    ("POT-L", "Clay Pot 5L", "pot|chungu|matka|handi", "size=5L"),
    ("LID", "Tin Lid", "lid|kifuniko|dhakkan", ""),
)
POTTED = (Turn("customer", "3 small pots and a lid"), Turn("bot", "3 x Clay Pot 2L, 1 Tin Lid = KES 120. Confirm?"))
TWO_LOAVES = (Turn("customer", "2 bread"), Turn("bot", "2 White Bread 400g = KES 130. Shall I book it?"))
PLATES = (Turn("customer", "poha, 2 chai"), Turn("bot", "1 Kanda Poha (plate), 2 Chai (full cup) = KES 75. Sawa?"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("make the <pots> {5}", {"POT-S": 5}),
        ("<chungu> ziwe {tano|5}", {"POT-S": 5}),
        ("<matka> {paanch|5} kar do", {"POT-S": 5}),
        ("<chungu> <vipunguze> viwe {mbili|2} tu", {"POT-S": 2}),
        ("make the <pots> {5} and add {2} <lids>", {"POT-S": 5, "LID": 2}),
        ("make it {5} <handi>", {"POT-L": 5}),
    ],
)
def test_the_word_of_the_kind_means_the_size_on_the_order(text: str, expected: dict[str, int]) -> None:
    result = read(POTS, text, intent="modify_order", history=POTTED)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)


@pytest.mark.parametrize(
    "text", ["zii weka {moja|1}, na uongeze <maziwa> {tano|5}", "hapana weka {moja|1} tu, na ongeza <maziwa> {tano|5}"]
)
def test_a_number_put_there_behind_a_no_is_the_new_one(text: str) -> None:
    result = read(CORNER_SHOP, text, intent="modify_order", history=TWO_LOAVES)
    assert (result.removed, lines(result), result.decision) == (("BREAD",), {"BREAD": 1, "MILK": 5}, Decision.ACCEPT)


@pytest.mark.parametrize(
    "text", ["make the <poha> a {half plate|0.5plate}", "<pohe> {half plate|0.5plate} kar do", "<poha> iwe {nusu|0.5}"]
)
def test_half_a_plate_is_one_of_the_half_plates(text: str) -> None:
    result = read(KITCHEN, text, intent="modify_order", history=PLATES)
    assert (result.removed, lines(result), result.decision) == (("POHA",), {"POHA-H": 1}, Decision.ACCEPT)
