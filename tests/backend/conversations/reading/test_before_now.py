"""A good right before "now" is ordered, though the bot takes it for a part of the time."""

import pytest

from backend.catalog.linking.catalogue import Catalogue
from backend.conversations.reading.types import Decision
from tests.support.marked_reading import lines, read
from tests.support.shops import CORNER_SHOP, KITCHEN


@pytest.mark.parametrize(
    ("shop", "text", "expected"),
    [
        (CORNER_SHOP, "nipe <mkate> na maziwa saa hii", {"BREAD": 1, "MILK": 1}),
        (CORNER_SHOP, "leta <maziwa> na brown bread sasa hivi", {"MILK": 1, "BREAD-B": 1}),
        (KITCHEN, "{2} <poha> aur chai abhi bhejo", {"POHA": 2, "TEA": 1}),
        (KITCHEN, "{दोन|2} <पोहे> आणि वडा पाव लगेच", {"POHA": 2, "VADA-P": 1}),
        (KITCHEN, "{2} <poha> sasa hivi", {"POHA": 2}),
    ],
)
def test_a_good_before_now_is_ordered(shop: Catalogue, text: str, expected: dict[str, int]) -> None:
    assert lines(read(shop, text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "nipe <mkate>, nitalipa jumatatu nikipata pesa",
        "{2} <maziwa> khata mein likh lo",
        "{एक|1} <maziwa>, पगार झाल्यावर देतो",
    ],
)
def test_what_is_paid_for_later_goes_to_a_person(text: str) -> None:
    assert read(CORNER_SHOP, text).decision is Decision.HANDOFF
