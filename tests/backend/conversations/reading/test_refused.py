"""What an order names to leave out: a refused size, and a good in whose place another comes."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.types import Decision
from tests.support.marked_reading import lines, read
from tests.support.shops import FURNISHER, KITCHEN

LAMPS = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "unit": "piece", "price": "90", "stock": "40"}
        for sku, name, aliases in (
            ("DIYA", "Clay Lamp", "diya|दिवा"),
            ("DIYA-B", "Brass Lamp", "brass diya|पितळी दिवा"),
            ("WICK", "Cotton Wick", "wick|वात"),
        )
    ]
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("small <enamel cup> not large", {"CUP-S": 1}),
        ("lahan <enamel cup> {ek|1}, motha nako", {"CUP-S": 1}),
        ("<enamel cup>, the large one not the small", {"CUP-L": 1}),
        ("<enamel cup> {mbili|2}, kubwa sio ile ndogo", {"CUP-L": 2}),
        ("{2} large <enamel cup>, small nahi", {"CUP-L": 2}),
        ("<enamel cup> {2} chhota nahi bada", {"CUP-L": 2}),
        ("lahan <-enamel cup> nako motha dya", {"CUP-L": 1}),
    ],
)
def test_a_refused_size_is_not_the_one_that_comes(text: str, expected: dict[str, int]) -> None:
    result = read(FURNISHER, text)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)


def test_a_good_whose_usual_size_is_refused_is_asked_about() -> None:
    assert read(KITCHEN, "<poha> {2}, full nahi").decision is Decision.CLARIFY


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<diya> aivaji <brass diya> {2}", {"DIYA-B": 2}),
        ("<diya> ki jagah <brass diya> {2}", {"DIYA-B": 2}),
        ("<दिवा>ऐवजी <पितळी दिवा> {2}", {"DIYA-B": 2}),
        ("<diya> chhodkar <wick> {ek|1}", {"WICK": 1}),
        ("<दिवा> सोडून <वात> {एक|1}", {"WICK": 1}),
        ("<diya> {2} nako, <wick> {3} dya", {"WICK": 3}),
        ("<दिवा> {2} नको, <वात> {3} द्या", {"WICK": 3}),
        ("<wick> {2} nahi, {3}", {"WICK": 3}),
    ],
)
def test_what_an_order_leaves_for_another_good_does_not_come(text: str, expected: dict[str, int]) -> None:
    result = read(LAMPS, text)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{1} <brass diya> {2} <wick>, nahi nahi <wick> rehne do, <diya> kar do", {"DIYA-B": 1, "DIYA": 1}),
        ("{1} <brass diya> {2} <wick>, <wick> nako, <diya> dya", {"DIYA-B": 1, "DIYA": 1}),
        ("<पितळी दिवा> {एक|1}, <वात> {दोन|2}, <वात> राहू द्या, <दिवा> द्या", {"DIYA-B": 1, "DIYA": 1}),
        ("{1} <brass diya> and {2} <wick>, no wait leave the <wick>, {1} <diya> instead", {"DIYA-B": 1, "DIYA": 1}),
        ("<brass diya> {moja|1} na <wick> {mbili|2}, <wick> hapana, <diya> {moja|1}", {"DIYA-B": 1, "DIYA": 1}),
        ("{1} <brass diya>, {2} <wick>, cancel the <wick>", {"DIYA-B": 1}),
        ("{1} <brass diya> and {2} <wick>, leave the <wick> at the gate", {"DIYA-B": 1, "WICK": 2}),
        ("{1} <diya>, {2} <wick>, no <wick> in the <diya>", {"DIYA": 1, "WICK": 2}),
        ("<diya> {moja|1} na <wick> {mbili|2}. usilete <-wick> zilizochomeka", {"DIYA": 1, "WICK": 2}),
    ],
)
def test_a_good_that_is_taken_back_does_not_come(text: str, expected: dict[str, int]) -> None:
    assert lines(read(LAMPS, text)) == expected
