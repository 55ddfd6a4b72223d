"""Goods that come off together, and what is made another sort beside what comes off."""

import pytest

from backend.conversations.reading.types import Decision, Turn
from tests.support.marked_reading import READ_BACK, lines, read
from tests.support.shops import CORNER_SHOP, KITCHEN

THREE_TEAS = (Turn("customer", "teen chai"), Turn("bot", "3 Chai (full cup) = KES 60. Book karu?"))
TWO_PLATES = (
    Turn("customer", "1 poha, 1 veg pulao full"),
    Turn("bot", "1 Kanda Poha (plate), 1 Veg Pulao (full) = KES 195. Shall I book it?"),
)


@pytest.mark.parametrize(
    "text",
    ["take off the <-milk> and the <bread>", "toa <-maziwa> na <mkate>", "take the <-milk> and <bread> off, ok?"],
)
def test_what_an_and_joins_to_what_comes_off_comes_off_too(text: str) -> None:
    result = read(CORNER_SHOP, text, intent="modify_order", history=READ_BACK)
    assert ({*result.removed}, lines(result), result.decision) == ({"MILK", "BREAD"}, {}, Decision.ACCEPT)


@pytest.mark.parametrize("text", ["take off the <-milk> and {2} <bread>", "toa <-maziwa> na uongeze <mkate>"])
def test_what_is_counted_or_put_on_behind_the_and_does_not(text: str) -> None:
    assert "BREAD" in lines(read(CORNER_SHOP, text, intent="modify_order", history=READ_BACK))


@pytest.mark.parametrize(
    ("text", "added"),
    [
        ("add {one|1} more <milk> na utoe <bread>", "MILK"),
        ("ongeza <maziwa> {mbili|2} na uondoe ile <mkate>", "MILK"),
        ("<maziwa> {moja|1} zaidi na utoe <mkate>", "MILK"),
        ("<mayai> {mbili|2} zaidi na usilete <mkate>", "EGG"),
    ],
)
def test_a_word_of_taking_off_behind_an_and_is_of_what_stands_behind_it(text: str, added: str) -> None:
    result = read(CORNER_SHOP, text, intent="modify_order", history=READ_BACK)
    assert ({*result.removed}, [*lines(result)], result.decision) == ({"BREAD"}, [added], Decision.ACCEPT)


@pytest.mark.parametrize(
    "text", ["drop the <-poha> and make the <veg pulao> half", "<-poha> hatao aur <veg pulao> half kar do"]
)
def test_what_is_made_another_size_takes_the_place_of_its_own_row(text: str) -> None:
    result = read(KITCHEN, text, intent="modify_order", history=TWO_PLATES)
    assert ({*result.removed}, lines(result)) == ({"POHA", "PULAO-F"}, {"PULAO-H": 1})


@pytest.mark.parametrize("text", ["{ek|1} <-chaha> kami kara", "{एक|1} <-chaha> कमी करा", "{ek|1} <-chai> kam kar do"])
def test_do_less_takes_that_many_off(text: str) -> None:
    result = read(KITCHEN, text, intent="modify_order", history=THREE_TEAS)
    assert (lines(result), result.decision) == ({"TEA": 2}, Decision.ACCEPT)


@pytest.mark.parametrize(
    "text",
    [
        "<-malisho> nahi <pwani> wala karna, <dono> {1 litre|1l} hi",
        "<-malisho> hapana, weka <pwani>, <zote> {lita moja|1l}",
    ],
)
def test_an_amount_of_both_counts_what_comes_on_and_not_what_goes(text: str) -> None:
    history = (Turn("customer", "malisho"), Turn("bot", "2 Malisho Milk 1L = KES 230. Book karu?"))
    result = read(CORNER_SHOP, text, intent="modify_order", history=history)
    assert (result.removed, lines(result)) == (("MILK-L",), {"MILK-P": 2})
