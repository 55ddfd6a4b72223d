"""Names that begin with what goods come in, and with what is a number elsewhere."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.types import Decision
from tests.support.marked_reading import lines, read

KITCHEN = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "unit": "piece", "price": "90", "stock": "60", "currency": "KES"}
        for sku, name, aliases in (
            ("TIN-6", "Bread Tin 6 inch", "tin ya 6"),
            ("TIN-9", "Bread Tin 9 inch", "tin ya 9|tin kubwa"),
            ("WHISK", "Whisk", "whisk|mchapo"),
        )
    ]
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{tin ya 6|3} {mbili|2} na <whisk> {moja|1}", {"TIN-6": 2, "WHISK": 1}),
        ("naomba {tin ya 9|3} {moja|1}", {"TIN-9": 1}),
        ("{tin|3} kubwa {nne|4}", {"TIN-9": 4}),
    ],
)
def test_a_name_that_begins_with_a_tin_is_no_three(text: str, expected: dict[str, int]) -> None:
    result = read(KITCHEN, text)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)


@pytest.mark.parametrize("text", ["{tin|3} ya <jam> {mbili|2}", "{tin|3} {mbili|2} za <jam>"])
def test_in_kenya_a_tin_is_never_three(text: str) -> None:
    rows = [{"sku": "JAM", "name": "Plum Jam", "aliases": "jam", "unit": "tin", "price": "90", "stock": "60"}]
    shop = catalogue_from_rows([{**row, "currency": "KES"} for row in rows])
    result = read(shop, text)
    assert (lines(result), result.decision) == ({"JAM": 2}, Decision.ACCEPT)


@pytest.mark.parametrize("text", ["{tin|3} <whisk>", "<whisk> {tin|3}"])
def test_it_is_three_in_india(text: str) -> None:
    rows = [{"sku": "WHISK", "name": "Whisk", "unit": "piece", "price": "90", "stock": "60", "currency": "INR"}]
    assert lines(read(catalogue_from_rows(rows), text)) == {"WHISK": 3}


def test_a_shop_without_rows_is_read_too() -> None:
    assert read(catalogue_from_rows([]), "{tin|3} <whisk>").decision is Decision.CLARIFY
