"""Some of what is ordered, spoken of again with a wish: it adds nothing."""

from typing import Any

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.types import Decision
from tests.support.marked_reading import lines, read

STALL = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "price": "50", "stock": "40"}
        for sku, name, aliases in (
            ("COFFEE", "Coffee", "kahawa|coffee"),
            ("BUN", "Bun", "bun|bans"),
            ("CREAM", "Cream", "krimu|cream"),
        )
    ]
)


@pytest.mark.parametrize(
    "text",
    [
        "<kahawa> {tatu|3} na <bans> {mbili|2}. <kahawa> {moja|1} isiwe na krimu",
        "<kahawa> {tatu|3} na <bans> {mbili|2}, <kahawa> {mbili|2} ziwe na sukari",
        "<kahawa> {tatu|3} na <bans> {mbili|2}. <kahawa> {moja|1} iwe bila <krimu>",
        "<kahawa> {tatu|3}, <kahawa> {moja|1} isiwe na <krimu> na <bans> {mbili|2}",
        "{3} <coffee> and {2} <bun>. {one|1} <coffee> should have no sugar",
        "{teen|3} <coffee> aur {do|2} <bun>, {ek|1} <coffee> me cheeni mat dalna",
    ],
)
def test_a_part_with_a_wish_adds_nothing(text: str) -> None:
    result = read(STALL, text)
    assert (lines(result), result.decision) == ({"COFFEE": 3, "BUN": 2}, Decision.ACCEPT)
    assert result.note is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{3} <coffee>, {2} <bun>, {1} <coffee> without sugar", {"COFFEE": 4, "BUN": 2}),
        ("<kahawa> {moja|1}. <kahawa> {mbili|2} ziwe na sukari", {"COFFEE": 3}),
        ("<kahawa> {mbili|2}, {moja|1} isiwe na <krimu>", {"COFFEE": 2}),
    ],
)
def test_more_of_it_is_no_part(text: str, expected: dict[str, Any]) -> None:
    assert lines(read(STALL, text)) == expected
