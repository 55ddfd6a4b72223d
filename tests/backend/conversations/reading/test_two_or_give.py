"""Hindi's "do", which is two and gives."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.types import Decision, Turn
from tests.support.marked_reading import lines, read

DHABA = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "unit": "plate", "price": "30", "stock": "60", "currency": "INR"}
        for sku, name, aliases in (
            ("PARATHA", "Paratha", "paratha|पराठा"),
            ("DAL", "Dal Bowl", "dal|दाल"),
            ("SALAD", "Salad", "salad|सलाद"),
        )
    ]
)
FOUR = (Turn("customer", "chaar paratha"), Turn("bot", "4 x Paratha = 120. Theek hai?"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<paratha> {char|4} <dal> do <salad> {ek|1} bhej do", {"PARATHA": 4, "DAL": 2, "SALAD": 1}),
        ("<पराठा> {चार|4} <दाल> दो <सलाद> {एक|1}", {"PARATHA": 4, "DAL": 2, "SALAD": 1}),
        ("{ek|1} <dal> do <paratha> {ek|1} <salad>", {"PARATHA": 2, "DAL": 1, "SALAD": 1}),
    ],
)
def test_it_counts_among_counts(text: str, expected: dict[str, int]) -> None:
    result = read(DHABA, text)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)


@pytest.mark.parametrize("text", ["<paratha> do aur jod do", "<पराठा> दो और जोड़ दो"])
def test_it_counts_where_a_second_one_gives(text: str) -> None:
    result = read(DHABA, text, intent="modify_order", history=FOUR)
    assert (lines(result), result.removed, result.decision) == ({"PARATHA": 2}, (), Decision.ACCEPT)


@pytest.mark.parametrize("text", ["<paratha> do", "<paratha> {ek|1} aur <dal> do bhaiya"])
def test_it_may_give_behind_a_good_alone(text: str) -> None:
    assert read(DHABA, text).decision is Decision.CLARIFY
