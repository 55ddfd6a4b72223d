"""What is a joint in India, and the name of a good in Kenya ("wali", rice), is a good where a Kenyan shop sells it."""

import pytest

from backend.catalog.linking.catalogue import Catalogue, catalogue_from_rows
from tests.support.marked_reading import lines, read


def _shop(currency: str) -> Catalogue:
    return catalogue_from_rows(
        [
            {"sku": sku, "name": name, "aliases": aliases, "unit": "plate", "price": "90", "stock": "50",
             "currency": currency}
            for sku, name, aliases in (
                ("RICE", "Steamed Rice", "wali|rice"),
                ("BEANS", "Bean Stew", "maharagwe|rajma wali"),
                ("CHAPATI", "Chapati", "chapati"),
            )
        ]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("wali {mbili|2} na <chapati> {tatu|3}", {"RICE": 2, "CHAPATI": 3}),
        ("naomba wali na <chapati> {mbili|2}", {"RICE": 1, "CHAPATI": 2}),
        ("plate {mbili|2} za wali, <maharagwe> {moja|1}", {"RICE": 2, "BEANS": 1}),
    ],
)
def test_a_kenyan_shop_sells_wali(text: str, expected: dict[str, int]) -> None:
    assert lines(read(_shop("KES"), text)) == expected


def test_an_indian_shop_joins_with_it() -> None:
    assert lines(read(_shop("INR"), "<rajma> wali {2}")) == {"BEANS": 2}
