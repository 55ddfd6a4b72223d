"""Answers that tell an option of the one row that was asked about."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.types import Decision, Turn
from tests.support.marked_reading import lines, read
from tests.support.shops import marked

SHOP = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "price": "60", "stock": "90", "options": options}
        for sku, name, aliases, options in (
            ("VEST", "Work Vest", "vest|kizibao|baniyan", "size=32,34,36"),
            ("CAP", "Work Cap", "cap|kofia|topi", ""),
        )
    ]
)
ASKED = "Size 32, 34 or 36?"


def _answer(said: str, answer: str) -> tuple[dict[str, int], Decision]:
    before, reading = marked(said)
    result = read(SHOP, answer, history=(Turn("customer", before, reading), Turn("bot", ASKED)))
    return {sku: int(count) for sku, count in lines(result).items()}, result.decision


@pytest.mark.parametrize(
    ("said", "answer", "expected"),
    [
        ("<vest>", "{34}, {two|2}", {"VEST": 2}),
        ("<kizibao>", "{36}, {mbili|2}", {"VEST": 2}),
        ("{3} <baniyan>", "{32}", {"VEST": 3}),
    ],
)
def test_an_option_that_the_question_lists_counts_nothing(said: str, answer: str, expected: dict[str, int]) -> None:
    assert _answer(said, answer) == (expected, Decision.ACCEPT)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<vest> size {34} na <kofia> {2}", {"VEST": 1, "CAP": 2}),
        ("<baniyan> {3} size {36}", {"VEST": 3}),
        ("<topi> {34}", {"CAP": 34}),
    ],
)
def test_an_option_behind_the_word_for_size_counts_nothing(text: str, expected: dict[str, int]) -> None:
    assert lines(read(SHOP, text)) == expected
