"""Goods that may be meant in another number or row than the words that stand nearest say."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.types import Decision, Turn
from tests.support.marked_reading import lines, read

CAMP = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "unit": unit, "price": "90", "stock": "60", "options": options}
        for sku, name, aliases, unit, options in (
            ("LAMP-S", "Lamp small", "chhota lamp|लहान दिवा|lamp small", "piece", "size=small"),
            ("LAMP-L", "Lamp large", "bada lamp|मोठा दिवा|lamp large", "piece", "size=large"),
            ("WICK", "Lamp Wick", "wick|vaat", "piece", ""),
            ("ROPE", "Rope", "rope|kamba|दोरी", "piece", ""),
            ("NAPKIN", "Paper Napkins", "napkins", "pack", ""),
            ("BALL-5", "Volleyball size 5", "volleyball", "piece", ""),
            ("MOULD-6", "Candle Tin 6 inch", "candle tin 6", "piece", "size=6 inch"),
            ("MOULD-8", "Candle Tin 8 inch", "candle tin 8", "piece", "size=8 inch"),
        )
    ]
)
ASKED = (Turn("customer", "lamp 1"), Turn("bot", "Small or large?"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<lamp> bada wala {1} chhota wala nahi", {"LAMP-L": 1}),
        ("<lamp> chhota {2}, bada wala nako", {"LAMP-S": 2}),
        ("<candle> {tin|3} {6} inch {1}", {"MOULD-6": 1}),
    ],
)
def test_what_is_refused_or_named_is_not_counted(text: str, expected: dict[str, int]) -> None:
    result = read(CAMP, text)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)


@pytest.mark.parametrize(
    "text",
    [
        "<napkins> {2} aur <plate> {1}",
        "<rope> {2}, <wick> {1}, <rope> {ek|1} hi rakho",
        "<kamba> {2}, <wick> {1}, <kamba> {moja|1} tu",
        "dono <lamp small> {ek|1}",
        "<volleyball> size {3}",
    ],
)
def test_what_may_be_meant_otherwise_is_asked_about(text: str) -> None:
    assert read(CAMP, text).decision is Decision.CLARIFY


@pytest.mark.parametrize("text", ["bada wala, <wick> bhi", "large, <wick> also"])
def test_what_an_answer_names_besides_comes_too(text: str) -> None:
    assert lines(read(CAMP, text, history=ASKED)) == {"LAMP-L": 1, "WICK": 1}


@pytest.mark.parametrize("text", ["bada wala aur {2} <wick>", "large, {2} <wick>"])
def test_what_an_answer_counts_besides_does_not_count_the_answer(text: str) -> None:
    result = read(CAMP, text, history=ASKED)
    assert (lines(result), result.decision) == ({"LAMP-L": 1, "WICK": 2}, Decision.ACCEPT)
