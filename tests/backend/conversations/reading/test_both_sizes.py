"""A count of a good that is told in two sizes behind it."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.types import Decision
from tests.support.marked_reading import lines, read

SHOP = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "price": "60", "stock": "30"}
        for sku, name, aliases in (
            ("NET-S", "Mosquito Net Small", "net|net ndogo|machhardani chhoti"),
            ("NET-L", "Mosquito Net Large", "net kubwa|machhardani badi"),
            ("COIL", "Mosquito Coil", "coil"),
        )
    ]
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<nets> {mbili|2}, kubwa na ndogo", {"NET-L": 1, "NET-S": 1}),
        ("<machhardani> {do|2}, badi aur chhoti", {"NET-L": 1, "NET-S": 1}),
        ("{2} <nets>, small and large, {1} <coil>", {"NET-L": 1, "NET-S": 1, "COIL": 1}),
        ("<nets> {mbili mbili|2each}, kubwa na ndogo", {"NET-L": 2, "NET-S": 2}),
        ("<nets> {mbili|2} kubwa", {"NET-L": 2}),
    ],
)
def test_two_are_one_of_each(text: str, expected: dict[str, int]) -> None:
    result = read(SHOP, text)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)


@pytest.mark.parametrize("text", ["<nets> {tano|5}, kubwa na ndogo", "{3} <nets>, small and large"])
def test_how_many_of_each_is_asked(text: str) -> None:
    assert read(SHOP, text).decision is Decision.CLARIFY
