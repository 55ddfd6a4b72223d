"""Clauses that tell how goods are to be given order none."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.types import Decision
from tests.support.marked_reading import lines, read
from tests.support.shops import CORNER_SHOP

_ROW = {"aliases": "", "unit": "kg", "price": "60", "currency": "INR", "stock": "40", "options": ""}
GREENGROCER = catalogue_from_rows(
    [
        {**_ROW, "sku": "ORANGE", "name": "Orange", "aliases": "santra|संत्री"},
        {**_ROW, "sku": "LIME-SWEET", "name": "Sweet Lime", "aliases": "meetha nimbu|गोड लिंबू"},
        {**_ROW, "sku": "LIME-SOUR", "name": "Sour Lime", "aliases": "khatta nimbu|आंबट लिंबू"},
    ]
)


@pytest.mark.parametrize(
    "text",
    [
        "{2 kilo|2kg} <santra>, <meetha> wala hi dena",
        "{दोन किलो|2kg} <संत्री>, गोड बघून द्या",
        "{2 kilo|2kg} <santra>, <khatta> wali mat dena",
        "{2 kilo|2kg} <santra>, chhant ke dena",
        "{2 kilo|2kg} <santra>, <meetha> vegla dabba madhe dya",
    ],
)
def test_how_goods_are_to_be_given_orders_nothing(text: str) -> None:
    result = read(GREENGROCER, text)
    assert (lines(result), result.decision) == ({"ORANGE": 2}, Decision.ACCEPT)


def test_it_is_kept_as_a_note() -> None:
    assert read(GREENGROCER, "{2 kilo|2kg} <santra>, <meetha> wala hi dena").note == "meetha wala hi dena"


@pytest.mark.parametrize(
    "text",
    ["{2 kilo|2kg} <nimbu>, <meetha> wala hi dena", "{2 kilo|2kg} <santra>, {1 kilo|1kg} <meetha nimbu> hi dena"],
)
def test_what_chooses_a_row_or_counts_another_good_is_read(text: str) -> None:
    result = read(GREENGROCER, text)
    assert "LIME-SWEET" in lines(result) or result.decision is Decision.CLARIFY


def test_english_tells_what_is_not_to_be_in_it() -> None:
    result = read(CORNER_SHOP, "{2} <bread>, no sugar in the <milk>")
    assert (lines(result), result.decision) == ({"BREAD": 2}, Decision.ACCEPT)
