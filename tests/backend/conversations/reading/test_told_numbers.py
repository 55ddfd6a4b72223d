"""Numbers of a change that only tell what the order has already, against the one row of it."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.types import Decision, Turn
from tests.support.marked_reading import lines, read

STALL = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "unit": "piece", "price": price, "stock": "90"}
        for sku, name, aliases, price in (
            ("SAM-VEG", "Samosa Veg", "veg samosa|samosa", "20"),
            ("SAM-KEEMA", "Samosa Keema", "keema samosa", "35"),
            ("JUICE-P", "Passion Juice", "passion juice", "80"),
            ("JUICE-M", "Mango Juice", "mango juice", "80"),
            ("OIL-1", "Sun Oil 1L", "sun oil 1l|oil", "300"),
            ("OIL-3", "Sun Oil 3L", "sun oil 3l", "850"),
        )
    ]
)
FOUR = (Turn("customer", "4 veg samosa"), Turn("bot", "4 x Samosa Veg = 80. Shall I book it?"))
THREE_JUICES = (Turn("customer", "passion juice tatu"), Turn("bot", "3 x Passion Juice = 240. Nitume?"))
OIL = (Turn("customer", "oil, passion juice"), Turn("bot", "1 x Sun Oil 1L, 1 x Passion Juice = 380. Ok?"))


@pytest.mark.parametrize(
    "text",
    [
        "{4} navhe {7} kara",
        "{4} nahi {7} kar do",
        "{चारच्या|4} ऐवजी {सात|7} करा",
        "चारच्या ऐवजी {सात|7} करा",
        "badala ya {4} weka {saba|7}",
        "badala ya <samosa> {nne|4} weka {saba|7}",
    ],
)
def test_an_old_and_a_new_number_are_of_the_one_row(text: str) -> None:
    result = read(STALL, text, intent="modify_order", history=FOUR)
    assert (lines(result), result.removed, result.decision) == ({"SAM-VEG": 7}, ("SAM-VEG",), Decision.ACCEPT)


@pytest.mark.parametrize("text", ["fanya ziwe <keema samosa> zote {nne|4}", "make all {4} <keema samosa>"])
def test_all_so_many_of_them_become_another_sort(text: str) -> None:
    result = read(STALL, text, intent="modify_order", history=FOUR)
    assert (lines(result), result.removed, result.decision) == ({"SAM-KEEMA": 4}, ("SAM-VEG",), Decision.ACCEPT)


@pytest.mark.parametrize("text", ["no, make them <keema>", "zii, fanya ziwe <keema> zote {nne|4}"])
def test_a_no_that_makes_them_another_sort_keeps_their_number(text: str) -> None:
    result = read(STALL, text, intent="modify_order", history=FOUR)
    assert (lines(result), result.removed, result.decision) == ({"SAM-KEEMA": 4}, ("SAM-VEG",), Decision.ACCEPT)


@pytest.mark.parametrize(
    "text", ["badala ya <-passion juice> weka <mango juice> zote {tatu|3}", "change the <passion> to mango please"]
)
def test_all_of_one_become_as_many_of_another(text: str) -> None:
    result = read(STALL, text, intent="modify_order", history=THREE_JUICES)
    assert (lines(result), result.removed, result.decision) == ({"JUICE-M": 3}, ("JUICE-P",), Decision.ACCEPT)


def test_a_size_that_the_order_has_counts_nothing() -> None:
    result = read(STALL, "make the <oil> {3l} instead of {1}", intent="modify_order", history=OIL)
    assert (lines(result), result.removed, result.decision) == ({"OIL-3": 1}, ("OIL-1",), Decision.ACCEPT)


CAPS = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "unit": "piece", "price": "300", "stock": "9", "options": option}
        for sku, name, aliases, option in (
            ("CAP-NAVY", "Sun Cap navy", "navy cap", "colour=navy"),
            ("CAP-RED", "Sun Cap red", "red cap", "colour=red"),
            ("SHAWL-RED", "Shawl red", "red shawl", "colour=red"),
        )
    ]
)
TWO_CAPS = (Turn("customer", "navy cap mbili"), Turn("bot", "2 x Sun Cap navy = 600. Nitume?"))


@pytest.mark.parametrize("text", ["toa <-navy> weka <red>", "ondoa <-navy>, uweke <red>"])
def test_a_sort_that_is_put_on_takes_the_place_of_the_one_that_goes(text: str) -> None:
    result = read(CAPS, text, intent="modify_order", history=TWO_CAPS)
    assert (lines(result), result.removed, result.decision) == ({"CAP-RED": 2}, ("CAP-NAVY",), Decision.ACCEPT)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{35} wala <samosa> {do piece|2}", {"SAM-KEEMA": 2}),
        ("<35> wali <samosa> {teen|3}", {"SAM-KEEMA": 3}),
        ("<samosa> ni {20}?? sawa leta {mbili|2}", {"SAM-VEG": 2}),
        ("is <samosa> {20}? ok send {3}", {"SAM-VEG": 3}),
    ],
)
def test_a_price_tells_the_row_and_counts_nothing(text: str, expected: dict[str, int]) -> None:
    assert lines(read(STALL, text)) == expected
