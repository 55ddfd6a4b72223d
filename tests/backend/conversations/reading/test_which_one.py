"""A counted good is of the size that "that one" leads to behind it, and is not ordered in both."""

import pytest

from backend.conversations.reading.types import Decision
from tests.support.marked_reading import lines, read
from tests.support.shops import CORNER_SHOP, KITCHEN


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<sukari> {mbili|2}, ile ya {2kg|2kg}", {"SUGAR-2": 2}),
        ("<sukari> {mbili|2}, zile kubwa za {kilo mbili|2kg}", {"SUGAR-2": 2}),
        ("{2} <sugar>, the {2kg|2kg} ones", {"SUGAR-2": 2}),
        ("<sukari> {mbili|2} za ukubwa wa {2kg|2kg}", {"SUGAR-2": 2}),
        ("{3} <malisho milk>, the {1l|1l} {one|1}, and {1} <bread>", {"MILK-L": 3, "BREAD": 1}),
        ("<maisha flour> {do|2}, {1kg|1kg} wala", {"FLOUR-1": 2}),
    ],
)
def test_a_counted_good_is_of_the_size_told_behind(text: str, expected: dict[str, int]) -> None:
    result = read(CORNER_SHOP, text)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)


def test_another_grammar_and_shop() -> None:
    assert lines(read(KITCHEN, "<kaju barfi 250> {do|2}, {1kg|1kg} wala")) == {"BARFI-1": 2}


def test_a_size_that_no_row_has_is_asked_about() -> None:
    assert read(CORNER_SHOP, "<sukari> {mbili|2}, ile ya {5kg|5kg}").decision is Decision.CLARIFY


def test_another_size_with_its_own_count_is_ordered_beside() -> None:
    assert lines(read(CORNER_SHOP, "<sukari> {2kg|2kg} {mbili|2}, ya {1kg|1kg} {moja|1}")) == {
        "SUGAR-2": 2,
        "SUGAR-1": 1,
    }


@pytest.mark.parametrize(
    "text", ["<sukari> {2kg|2kg} {moja|1} si {1kg|1kg}", "{1} <sugar> {2kg|2kg} not {1kg|1kg}, please"]
)
def test_a_size_that_is_refused_is_not_ordered(text: str) -> None:
    assert lines(read(CORNER_SHOP, text)) == {"SUGAR-2": 1}


@pytest.mark.parametrize(
    "text", ["{2} of the <sugar> {2kg|2kg}. Not the {1kg|1kg}.", "<sukari> {2kg|2kg} {mbili|2}, si ya {kilo moja|1kg}"]
)
def test_nor_one_that_an_article_leads_to(text: str) -> None:
    assert lines(read(CORNER_SHOP, text)) == {"SUGAR-2": 2}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<malisho milk> {3l|3l} in {one litre|1l} packets", {"MILK-L": 3}),
        ("<malisho> {lita tatu|3l}, pakiti za {lita moja|1l}", {"MILK-L": 3}),
        ("<malisho> {teen litre|3l}, {ek litre|1l} ke packet, <bread> {1}", {"MILK-L": 3, "BREAD": 1}),
        ("<malisho> {3l|3l} and a packet of {1l|1l}", {"MILK-L": 4}),
        ("<maisha> {4kg|4kg} in {1kg|1kg} packets", {"FLOUR-1": 4}),
    ],
)
def test_the_packs_that_a_weight_is_to_come_in_are_no_more_of_it(text: str, expected: dict[str, int]) -> None:
    assert lines(read(CORNER_SHOP, text)) == expected
