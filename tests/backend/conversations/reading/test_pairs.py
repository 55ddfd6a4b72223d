"""What comes as two parts that are one good is one where a pair of it is asked for."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from tests.support.marked_reading import lines, read

SHOP = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "unit": unit, "price": "60", "stock": "30"}
        for sku, name, aliases, unit in (
            ("PLIERS", "Combination Pliers", "pliers|plaisi", "piece"),
            ("SOCKS", "School Socks", "socks|soksi|moje", "pair"),
            ("BULB", "Bulb", "bulb|bulbs|balbu", "piece"),
        )
    ]
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{a pair|1pair} of <pliers>", {"PLIERS": 1}),
        ("<plaisi> {jozi mbili|2pair}", {"PLIERS": 2}),
        ("{do jodi|2pair} <moje>", {"SOCKS": 2}),
        ("{a pair|1pair} of <bulbs>", {"BULB": 2}),
    ],
)
def test_a_pair_is_one_of_what_has_two_parts(text: str, expected: dict[str, int]) -> None:
    assert lines(read(SHOP, text)) == expected
