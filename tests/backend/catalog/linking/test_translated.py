"""Rows that only a translation names."""

import pytest

from backend.catalog.linking.catalogue import Catalogue, catalogue_from_rows
from backend.catalog.linking.resolve import Status
from tests.support.linked import lines, resolved


def _shop(*rows: tuple[str, str, str]) -> Catalogue:
    return catalogue_from_rows(
        [
            {"sku": sku, "name": name, "aliases": aliases, "unit": "packet", "price": "90", "stock": "9"}
            for sku, name, aliases in rows
        ]
    )


MILL = _shop(
    ("SMALL", "Tembo Wheat Flour 1kg", "tembo 1kg"),
    ("LARGE", "Tembo Wheat Flour 2kg", "tembo|unga ya chapati"),
    ("MAIZE", "Simba Maize Flour 2kg", "simba|unga ya ugali"),
)


@pytest.mark.parametrize("words", ["unga ya ngano", "unga wa ngano"])
def test_the_translation_of_a_part_leaves_the_sizes_open(words: str) -> None:
    found = resolved(MILL, words)
    assert (found.status, {*found.alternatives}) == (Status.OPEN, {"SMALL", "LARGE"})


@pytest.mark.parametrize(
    ("words", "sku"), [("unga ya chapati", "LARGE"), ("tembo", "LARGE"), ("unga ya ugali", "MAIZE")]
)
def test_what_a_shop_calls_one_row_is_that_row(words: str, sku: str) -> None:
    assert lines(MILL, words) == {sku: 1}
