"""What comes with each of the goods before it is ordered as often as they are, in the words of all our languages."""

import pytest

from backend.catalog.linking.catalogue import Catalogue
from backend.conversations.reading.types import Decision, Slot
from tests.support.marked_reading import lines, read
from tests.support.shops import CORNER_SHOP, KITCHEN


@pytest.mark.parametrize(
    ("shop", "text", "expected"),
    [
        (KITCHEN, "{4} <poha>, each with a <chai>", {"POHA": 4, "TEA": 4}),
        (KITCHEN, "{4} <poha> with <chai> each", {"POHA": 4, "TEA": 4}),
        (KITCHEN, "{2} <idli>, each with {3} <vada>", {"IDLI": 2, "VADA": 6}),
        (KITCHEN, "{2} <idli>, each with <chai> and a <vada>", {"IDLI": 2, "TEA": 2, "VADA": 2}),
        (KITCHEN, "{teen|3} <vada pav>, har ek ke saath {ek|1} <chai>", {"VADA-P": 3, "TEA": 3}),
        (KITCHEN, "{teen|3} <vada pav>, har vada pav ke saath <chai>", {"VADA-P": 3, "TEA": 3}),
        (KITCHEN, "{तीन|3} <पोहा>, हर एक के साथ <चाय>", {"POHA": 3, "TEA": 3}),
        (KITCHEN, "{तीन|3} <पोहे>, प्रत्येकी {एक|1} <चहा>", {"POHA": 3, "TEA": 3}),
        (KITCHEN, "{don|2} <pohe>, <haryekala> {ek|1} <chaha>", {"POHA": 2, "TEA": 2}),
        (CORNER_SHOP, "<mkate> {mbili|2}, na kila {moja|1} na <maziwa>", {"BREAD": 2, "MILK": 2}),
        (CORNER_SHOP, "<mkate> {mbili|2}, kila mkate na <maziwa> yake", {"BREAD": 2, "MILK": 2}),
    ],
)
def test_what_comes_with_each_is_ordered_as_often(shop: Catalogue, text: str, expected: dict[str, int]) -> None:
    result = read(shop, text)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)


@pytest.mark.parametrize(
    "text",
    ["{2} <poha>, {3} <vada>, har ek ke saath <chai>", "<poha> {mbili|2} na <vada> {3}, kila {moja|1} na <chai>"],
)
def test_with_each_of_several_goods_it_is_to_be_asked_how_many(text: str) -> None:
    result = read(KITCHEN, text)
    assert (lines(result), result.ask) == ({"POHA": 2, "VADA": 3}, Slot.QTY)


def test_goods_in_a_note_that_come_with_each_are_ordered() -> None:
    said = "har ek ke saath chai"
    note = {"note": {"text": said, "start": 9, "end": 9 + len(said), "confidence": 0.9}}
    assert lines(read(KITCHEN, f"{{3}} <poha>, {said}", slots=note)) == {"POHA": 3, "TEA": 3}


def test_what_is_said_of_goods_alone_makes_them_no_more() -> None:
    assert lines(read(KITCHEN, "{3} <poha> hari mirch ke saath, <chai>")) == {"POHA": 3, "TEA": 1}
