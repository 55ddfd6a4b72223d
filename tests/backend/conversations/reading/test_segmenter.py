"""A bundle that is asked for by what it is alone is asked about: which one of those that the shop has."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.types import Decision, Slot
from tests.support.marked_reading import lines, read

STALL = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "unit": unit, "price": "20", "stock": "50", "currency": "KES"}
        for sku, name, aliases, unit in (
            ("LUNCH", "Lunch Combo (soup and roll)", "lunch combo", "combo"),
            ("SNACK", "Snack Combo (roll and juice)", "snack combo", "combo"),
            ("SOUP", "Soup", "soup|supu", "cup"),
            ("PENS", "Pens Set of 5", "pens", "packet"),
        )
    ]
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{1} <combo> please", {}),
        ("leta <combo> {mbili|2} na <supu> {moja|1}", {"SOUP": 1}),
        ("ek <combo> bhej do", {}),
        ("{1} <combo> and {2} <soup>", {"SOUP": 2}),
    ],
)
def test_which_bundle_is_asked(text: str, expected: dict[str, int]) -> None:
    result = read(STALL, text)
    assert (lines(result), result.decision, result.ask) == (expected, Decision.CLARIFY, Slot.VARIANT)


def test_a_bundle_that_is_named_is_booked() -> None:
    result = read(STALL, "{2} <lunch combo>, <supu> {moja|1}")
    assert (lines(result), result.decision) == ({"LUNCH": 2, "SOUP": 1}, Decision.ACCEPT)


def test_a_shop_without_such_bundles_asks_for_the_item() -> None:
    assert read(STALL, "{1} <set> please").ask is Slot.ITEM
