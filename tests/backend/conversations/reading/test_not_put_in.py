"""What Swahili's "do not put in" names is no good of the order."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from tests.support.marked_reading import lines, read

SHOP = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "price": "60", "stock": "30"}
        for sku, name, aliases in (
            ("FISH", "Fried Fish", "samaki"),
            ("CHILLI", "Chilli Sauce", "pilipili"),
            ("TEA", "Milk Tea", "chai"),
            ("GINGER", "Ginger", "tangawizi"),
        )
    ]
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nataka <samaki> {mbili|2}. Kwa samaki msiweke <pilipili>", {"FISH": 2}),
        ("<chai> {tatu|3}, msitie <tangawizi> tafadhali", {"TEA": 3}),
        ("usitie <tangawizi>, <chai> {moja|1} tu", {"TEA": 1}),
        ("<samaki> {mbili|2} na uweke <pilipili>", {"FISH": 2, "CHILLI": 1}),
    ],
)
def test_what_is_not_to_be_put_in_is_not_ordered(text: str, expected: dict[str, int]) -> None:
    assert lines(read(SHOP, text)) == expected
