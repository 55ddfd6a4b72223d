"""Goods that are to come with an order that stands change it."""

import pytest

from backend.conversations.reading.reader import read_message
from backend.conversations.reading.types import Decision, ReadingContext
from tests.support.marked_reading import EVERYTHING, lines
from tests.support.shops import CORNER_SHOP, marked


@pytest.mark.parametrize("intent", ["place_order", "modify_order"])
@pytest.mark.parametrize(
    "text",
    [
        "kwenye oda yangu ya leo naomba <mkate> {mbili|2}",
        "{2} <bread> to my order please",
        "mere order me {do|2} <bread> chahiye",
        "माझ्या ऑर्डरमध्ये {दोन|2} <bread> पाहिजे",
    ],
)
def test_goods_for_an_order_that_stands_change_it(text: str, intent: str) -> None:
    plain, reading = marked(text, intent)
    ranking = [{"name": "place_order", "confidence": 0.5}, {"name": "modify_order", "confidence": 0.45}]
    said = {**reading, "intent": {"name": intent, "confidence": 0.5}, "intent_ranking": ranking}
    result = read_message(said, CORNER_SHOP, ReadingContext(text=plain, thresholds=EVERYTHING))
    assert (result.intent, lines(result), result.decision) == ("modify_order", {"BREAD": 2}, Decision.ACCEPT)


def test_goods_alone_are_an_order() -> None:
    plain, reading = marked("my order is {2} <bread>", "place_order")
    assert read_message(reading, CORNER_SHOP, ReadingContext(text=plain, thresholds=EVERYTHING)).intent == "place_order"
