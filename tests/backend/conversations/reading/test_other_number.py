"""Two numbers that change the size of what is on an order."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.types import Decision, Turn
from tests.support.marked_reading import lines, read

TAILOR = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "unit": unit, "price": "60", "stock": "90", "options": options}
        for sku, name, aliases, unit, options in (
            ("COAT-38", "Lab Coat (size 38)", "lab coat 38|koti 38", "piece", "size=38"),
            ("COAT-40", "Lab Coat (size 40)", "lab coat 40|koti 40", "piece", "size=40"),
            ("MASK-10", "Face Mask (10 pc)", "mask 10|barakoa 10", "packet", "size=10pc"),
            ("MASK-25", "Face Mask (25 pc)", "mask 25|barakoa 25", "packet", "size=25pc"),
            ("CAP", "Surgeon Cap", "cap|kofia", "piece", ""),
        )
    ]
)
COATS = (Turn("bot", "3 Lab Coat (size 38) = ₹180. Confirm?"),)
MASKS = (Turn("bot", "2 Face Mask 10 pc, 1 Surgeon Cap = KES 180. Nibook?"),)


@pytest.mark.parametrize(
    ("history", "text", "removed", "added"),
    [
        (COATS, "{38} nahi {40} kar do", "COAT-38", {"COAT-40": 3}),
        (COATS, "make it {40} not {38}", "COAT-38", {"COAT-40": 3}),
        (COATS, "{38} ki jagah {40} de do", "COAT-38", {"COAT-40": 3}),
        (COATS, "{३८|38} नको {४०|40} द्या", "COAT-38", {"COAT-40": 3}),
        (MASKS, "weka za {25} badala ya {10}", "MASK-10", {"MASK-25": 2}),
        (COATS, "{3} nahi {5} kar do", "COAT-38", {"COAT-38": 5}),
    ],
)
def test_a_number_of_its_sibling_changes_the_size(
    history: tuple[Turn, ...], text: str, removed: str, added: dict[str, int]
) -> None:
    result = read(TAILOR, text, intent="modify_order", history=history)
    assert (result.removed, lines(result), result.decision) == ((removed,), added, Decision.ACCEPT)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<lab coat> {38} {ek|1} dena, nahi {40} de do", {"COAT-40": 1}),
        ("<koti> {38} {mbili|2}, hapana {40}", {"COAT-40": 2}),
        ("<lab coat> {38} {two|2}, sorry, {3}", {"COAT-38": 3}),
    ],
)
def test_a_number_that_corrects_a_size_is_no_count(text: str, expected: dict[str, int]) -> None:
    result = read(TAILOR, text)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)


def test_a_low_number_may_be_either() -> None:
    result = read(TAILOR, "<mask> {25} {ek|1} dena, nahi {10} de do")
    assert (lines(result), result.decision) == ({}, Decision.CLARIFY)
