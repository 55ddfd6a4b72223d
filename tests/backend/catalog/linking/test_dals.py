"""Dal is called by what it is made of: "masoor" is masoor dal, where the shop has no other masoor."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.types import Decision
from tests.support.marked_reading import lines, read

SHOP = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "unit": "kg", "price": "90", "stock": "60", "currency": "INR"}
        for sku, name, aliases in (
            ("LENTIL", "Masoor Dal", "red dal"),
            ("PIGEON", "Tur Dal", "varan dal"),
            ("GREEN", "Moong Dal", "yellow dal"),
            ("WHOLE", "Chana whole", "kala chana"),
            ("GRAM", "Chana Dal", "chana dal"),
        )
    ]
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<masoor> {do kilo|2kg} aur <arhar> {ek kilo|1kg}", {"LENTIL": 2, "PIGEON": 1}),
        ("<मसूर> {दोन किलो|2kg}, <तूर> {एक किलो|1kg}", {"LENTIL": 2, "PIGEON": 1}),
        ("{2 kilo|2kg} <moong dal> and {1 kilo|1kg} <toor>", {"GREEN": 2, "PIGEON": 1}),
        ("<kamande> {kilo mbili|2kg}", {"LENTIL": 2}),
        ("<chana dal> {1 kilo|1kg}", {"GRAM": 1}),
    ],
)
def test_it_is_found_without_the_word(text: str, expected: dict[str, int]) -> None:
    result = read(SHOP, text)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)


def test_dal_alone_is_any_of_them() -> None:
    assert read(SHOP, "<dal> {ek kilo|1kg}").decision is Decision.CLARIFY
