"""A sort that is refused for another of the same good, each named by the sort alone."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.types import Decision, Turn
from tests.support.marked_reading import lines, read

DAIRY = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "unit": "cup", "price": "30", "stock": "50"}
        for sku, name, aliases in (
            ("SHRI-KESAR", "Shrikhand Saffron", "kesar shrikhand|केशर श्रीखंड"),
            ("SHRI-AAM", "Shrikhand Mango", "aam shrikhand|आंबा श्रीखंड"),
            ("DAHI", "Curd", "dahi|दही"),
        )
    ]
)
CANDLES = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": "", "unit": "piece", "price": "30", "stock": "50"}
        for sku, name in (("C-ROSE", "Rose Candle"), ("C-LAVENDER", "Lavender Candle"), ("BASE", "Candle Base"))
    ]
)
TWO_CUPS = (
    Turn("customer", "kesar shrikhand do, dahi ek"),
    Turn("bot", "2 x Shrikhand Saffron, 1 x Curd = 90. Shall I book it?"),
)
THREE_CANDLES = (Turn("customer", "3 rose candles"), Turn("bot", "3 x Rose Candle = 90. Shall I book it?"))


@pytest.mark.parametrize(
    "text",
    [
        "<-kesar> nako aam kara",
        "<-kesar> nako, <aam> dya",
        "<-kesar> wala nahi, <aam> wala bhejo",
        "<-केशर> नको <आंबा> द्या",
        "<-kesar> nahi <aam shrikhand> dena",
    ],
)
def test_the_other_sort_comes_in_as_many_as_the_refused_one_was(text: str) -> None:
    result = read(DAIRY, text, intent="modify_order", history=TWO_CUPS)
    assert (lines(result), result.removed, result.decision) == ({"SHRI-AAM": 2}, ("SHRI-KESAR",), Decision.ACCEPT)


def test_english_sorts_are_exchanged_too() -> None:
    result = read(CANDLES, "<-rose> nahi <lavender>", intent="modify_order", history=THREE_CANDLES)
    assert (lines(result), result.removed) == ({"C-LAVENDER": 3}, ("C-ROSE",))


@pytest.mark.parametrize("text", ["<-kesar> nako pista kara", "<-kesar> nahi elaichi bhejo"])
def test_a_sort_that_the_shop_lacks_is_asked_about(text: str) -> None:
    assert read(DAIRY, text, intent="modify_order", history=TWO_CUPS).decision is Decision.CLARIFY


@pytest.mark.parametrize("text", ["<-dahi> nako baki sab de", "<-dahi> nahi chahiye", "<-dahi> nako rahu de"])
def test_what_only_takes_off_still_does(text: str) -> None:
    result = read(DAIRY, text, intent="modify_order", history=TWO_CUPS)
    assert (lines(result), result.removed) == ({}, ("DAHI",))
