"""Numbers of days count no goods."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from tests.support.marked_reading import lines, read

SHOP = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "unit": unit, "price": "60", "stock": "900"}
        for sku, name, aliases, unit in (
            ("NAILS", "Wire Nails", "nails|misumari|khile", "kg"),
            ("SALT", "Salt", "salt|chumvi|namak", "packet"),
        )
    ]
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{500 kg|500kg} <nails> on {30} day credit", {"NAILS": 500}),
        ("<namak> {do|2}, {15} din ke udhar pe", {"SALT": 2}),
        ("<salt> {30}", {"SALT": 30}),
    ],
)
def test_a_number_of_days_counts_nothing(text: str, expected: dict[str, int]) -> None:
    assert lines(read(SHOP, text)) == expected
