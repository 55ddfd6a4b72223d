"""A word that asks for goods is none of them, however near it sounds, nor is what they come in."""

import pytest

from backend.catalog.linking.catalogue import Catalogue, catalogue_from_rows
from backend.conversations.reading.types import Decision
from tests.support.marked_reading import lines, read

Rows = tuple[tuple[str, str, str, str], ...]
FLOURS: Rows = (("BHAJNI", "Thalipeeth Bhajni", "bhajni", "pack"), ("POHE", "Poha", "pohe|पोहे", "pack"))
PARTY: Rows = (
    ("PIN", "Safety Pin", "pin|पिन", "box"),
    ("TIN-FOIL", "Foil Container", "silver dabba|सिल्वर डबा", "pack"),
    ("STRAW", "Straw", "straw|स्ट्रॉ", "pack"),
)


def _shop(rows: Rows, currency: str = "INR") -> Catalogue:
    return catalogue_from_rows(
        [
            {"sku": sku, "name": name, "aliases": aliases, "unit": unit, "price": "9", "stock": "90",
             "currency": currency}
            for sku, name, aliases, unit in rows
        ]
    )  # fmt: skip


@pytest.mark.parametrize("text", ["{एक|1} <पोहे> भेजना", "{ek|1} <pohe> bhejna"])
def test_to_send_is_no_good(text: str) -> None:
    result = read(_shop(FLOURS), text)
    assert (lines(result), result.decision) == ({"POHE": 1}, Decision.ACCEPT)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<pin> {5 dabbe|5pack}, <straw> {2}", {"PIN": 5, "STRAW": 2}),
        ("<पिन> {एक डब्बा|1pack} और <स्ट्रॉ> {2}", {"PIN": 1, "STRAW": 2}),
        ("<silver dabba> {3}", {"TIN-FOIL": 3}),
    ],
)
def test_a_dabba_of_what_comes_by_the_box_is_one_box(text: str, expected: dict[str, int]) -> None:
    result = read(_shop(PARTY), text)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)
