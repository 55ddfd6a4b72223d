"""Goods that run into each other, or into words that nothing read."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.types import Decision
from tests.support.marked_reading import lines, read


def _shop(currency: str) -> object:
    rows = (
        ("LAMP-D", "Desk Lamp", "desk lamp"),
        ("LAMP-C", "Clip Lamp", "clip lamp"),
        ("TAPE", "Green Tape", "green tape|kanda la kijani"),
        ("CLOCK", "Clock", "clock|ghadi|saa"),
        ("BELL", "Bell", "bell|ghanti|kengele"),
        ("RUG", "Red Rug", "rug"),
    )
    return catalogue_from_rows(
        [
            {"sku": sku, "name": name, "aliases": aliases, "price": "90", "stock": "20", "currency": currency}
            for sku, name, aliases in rows
        ]
    )


INDIA, KENYA = _shop("INR"), _shop("KES")


@pytest.mark.parametrize(
    "text",
    [
        "{one|1} <desk> <clip lamp> please",
        "{ek|1} <rug> ya <clock> jo mile",
        "<mint> <green tape> {ek|1}",
        "nitumie <mbao> <green tape> {moja|1}",
    ],
)
def test_goods_that_may_be_one_or_another_are_asked_about(text: str) -> None:
    assert read(INDIA, text).decision is Decision.CLARIFY


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{one|1} <desk lamp>, {two|2} <clip lamp>", {"LAMP-D": 1, "LAMP-C": 2}),
        ("{2} <ghadi> {1} <ghanti>", {"CLOCK": 2, "BELL": 1}),
        ("<saa> {2} <kengele> {1}", {"CLOCK": 2, "BELL": 1}),
    ],
)
def test_goods_with_counts_of_their_own_are_booked(text: str, expected: dict[str, int]) -> None:
    result = read(INDIA, text)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)


def test_swahilis_ya_is_no_or() -> None:
    assert read(KENYA, "<rug> {1} ya <clock> {1}").decision is Decision.ACCEPT


@pytest.mark.parametrize(
    "text", ["tabla ya <bell> {ek|1}", "तबला या <bell> {एक|1}", "<Clock> uncle ke yahan {2} <rug>"]
)
def test_another_good_or_somebodys_name_is_asked_about(text: str) -> None:
    assert read(INDIA, text).decision is Decision.CLARIFY
