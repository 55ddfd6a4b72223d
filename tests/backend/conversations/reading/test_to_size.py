"""A row of an order in another of its sizes, by a word of becoming."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.types import Decision, Turn
from tests.support.marked_reading import lines, read

SHOES = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": "", "unit": unit, "price": "900", "stock": "90", "options": options}
        for sku, name, unit, options in (
            ("LOAFER-41", "Loafer 41", "pair", "size=41"),
            ("LOAFER-43", "Loafer 43", "pair", "size=43"),
            ("POLISH-50", "Shoe Polish 50ml", "tin", "size=50ml"),
            ("POLISH-100", "Shoe Polish 100ml", "tin", "size=100ml"),
            ("LACES", "Laces", "pair", ""),
        )
    ]
)
ONE_PAIR = (Turn("customer", "loafer 41"), Turn("bot", "1 x Loafer 41 = KES 900. Shall I book it?"))
POLISH = (
    Turn("customer", "2 shoe polish 50ml, laces"),
    Turn("bot", "2 x Shoe Polish 50ml, 1 x Laces = KES 2700. Shall I book it?"),
)


@pytest.mark.parametrize("text", ["badilisha iwe {43}, mguu umevimba", "weka {43} badala ya {41}", "change it to {43}"])
def test_a_number_too_high_for_a_count_is_the_size(text: str) -> None:
    result = read(SHOES, text, intent="modify_order", history=ONE_PAIR)
    assert (lines(result), result.removed, result.decision) == ({"LOAFER-43": 1}, ("LOAFER-41",), Decision.ACCEPT)


@pytest.mark.parametrize(
    "text",
    [
        "change the {50ml} <shoe polish> to {100ml}",
        "change the <shoe polish> to {100ml}",
        "badilisha <polish> iwe {100ml}",
        "<shoe polish> {50ml} nahi {100ml} wala kar do",
    ],
)
def test_a_measure_changes_all_of_them(text: str) -> None:
    result = read(SHOES, text, intent="modify_order", history=POLISH)
    assert (lines(result), result.removed, result.decision) == ({"POLISH-100": 2}, ("POLISH-50",), Decision.ACCEPT)


def test_some_of_them_are_asked_about() -> None:
    result = read(SHOES, "change one <shoe polish> to {100ml}", intent="modify_order", history=POLISH)
    assert result.decision is Decision.CLARIFY


def test_a_size_that_no_row_has_is_none() -> None:
    result = read(SHOES, "change it to {44}", intent="modify_order", history=ONE_PAIR)
    assert "LOAFER-43" not in lines(result)
