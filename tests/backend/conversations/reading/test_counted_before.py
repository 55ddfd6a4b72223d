"""A number word before a good that was asked about counts it, though the bot told no amount there."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.types import Decision, Turn
from tests.support.marked_reading import lines, read
from tests.support.shops import marked

SHOP = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "price": "60", "stock": "30", "options": options}
        for sku, name, aliases, options in (
            ("CLUB-VEG", "Veg Club Sandwich", "veg club", "type=veg"),
            ("CLUB-CHK", "Chicken Club Sandwich", "chicken club", "type=chicken"),
            ("SOAP-LIME", "Lime Bar Soap", "sabuni ya ndimu", "scent=lime"),
            ("SOAP-ROSE", "Rose Bar Soap", "sabuni ya waridi", "scent=rose"),
        )
    ]
)


def _answered(said: str, question: str, answer: str) -> tuple[dict[str, int], Decision]:
    before, reading = marked(said)
    result = read(SHOP, answer, history=(Turn("customer", before, reading), Turn("bot", question)))
    return {sku: int(count) for sku, count in lines(result).items()}, result.decision


@pytest.mark.parametrize(
    ("said", "question", "answer", "expected"),
    [
        ("don <club sandwich>", "Veg club ki chicken club?", "veg wala dya", {"CLUB-VEG": 2}),
        ("please three <club sandwich>", "Veg club or chicken club?", "chicken", {"CLUB-CHK": 3}),
        ("tatu <bar soap>", "Lime Bar Soap ama Rose Bar Soap?", "lime", {"SOAP-LIME": 3}),
        ("do <club sandwich>", "Veg club ya chicken club?", "veg wala", {"CLUB-VEG": 2}),
        ("bhej do <club sandwich>", "Veg club ki chicken club?", "veg", {"CLUB-VEG": 1}),
        ("{2} <bar soap>", "Lime Bar Soap ama Rose Bar Soap?", "rose", {"SOAP-ROSE": 2}),
    ],
)
def test_the_number_before_what_was_asked_about_counts(
    said: str, question: str, answer: str, expected: dict[str, int]
) -> None:
    assert _answered(said, question, answer) == (expected, Decision.ACCEPT)
