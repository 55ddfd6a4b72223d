"""Answers that name sizes in two numbers, and that give all that was asked for one sort."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.types import Decision, Turn
from tests.support.marked_reading import lines, read
from tests.support.shops import marked

TEXTILES = catalogue_from_rows(
    [
        {
            "sku": sku,
            "name": name,
            "aliases": aliases,
            "unit": "piece",
            "price": "20",
            "stock": "50",
            "options": options,
        }
        for sku, name, aliases, options in (
            ("TARP-46", "Tarpaulin 4x6", "turubai 4x6|tarpaulin 4x6", "size=4x6"),
            ("TARP-68", "Tarpaulin 6x8", "turubai 6x8|tarpaulin 6x8", "size=6x8"),
            ("APRON-W", "Apron white", "apron white|aproni nyeupe", "colour=white"),
            ("APRON-B", "Apron blue", "apron blue|aproni ya bluu", "colour=blue"),
        )
    ]
)


def answered(wish: str, question: str, text: str) -> tuple[dict[str, int], Decision]:
    before, reading = marked(wish)
    result = read(TEXTILES, text, history=(Turn("customer", before, reading), Turn("bot", question)))
    return {sku: int(quantity) for sku, quantity in lines(result).items()}, result.decision


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{two|2} 4x6 and {one|1} 6x8", {"TARP-46": 2, "TARP-68": 1}),
        ("{mbili|2} 4x6, {moja|1} 6x8", {"TARP-46": 2, "TARP-68": 1}),
        ("ek 4x6, do 6x8", {"TARP-46": 1, "TARP-68": 2}),
        ("zote ziwe 6x8", {"TARP-68": 3}),
        ("all 4x6 please", {"TARP-46": 3}),
    ],
)
def test_sizes_in_two_numbers_share_out_what_was_asked_for(text: str, expected: dict[str, int]) -> None:
    assert answered("{3} <tarpaulin>", "4x6 or 6x8?", text) == (expected, Decision.ACCEPT)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("zote mbili ziwe white", {"APRON-W": 2}),
        ("both blue", {"APRON-B": 2}),
        ("dono white wale", {"APRON-W": 2}),
        ("zote mbili", {"APRON-W": 1, "APRON-B": 1}),
    ],
)
def test_both_of_one_sort_are_two_of_it(text: str, expected: dict[str, int]) -> None:
    assert answered("{2} <apron>", "White or blue?", text) == (expected, Decision.ACCEPT)


def test_both_of_one_that_was_asked_for_are_asked_about() -> None:
    assert answered("{1} <apron>", "White or blue?", "zote mbili white")[1] is Decision.CLARIFY
