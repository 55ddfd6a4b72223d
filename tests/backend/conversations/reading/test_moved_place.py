"""A wish to change where an order goes asks for the address."""

import pytest

from backend.conversations.reading.types import Decision, Slot
from tests.support.marked_reading import READ_BACK, read
from tests.support.shops import CORNER_SHOP


@pytest.mark.parametrize("intent", ["cancel_order", "track_order", "modify_order"])
@pytest.mark.parametrize("text", ["I need to change where you are delivering", "badalna hai kahan bhej rahe ho",
    "msilete nyumbani, leteni mahali pengine", "don't bring it home, bring it somewhere else", "घर मत लाना, कहीं और देना",
])  # fmt: skip
def test_a_change_of_where_it_goes_asks_for_the_address(text: str, intent: str) -> None:
    result = read(CORNER_SHOP, text, intent=intent, history=READ_BACK)
    assert (result.intent, result.decision, result.ask) == ("change_address", Decision.CLARIFY, Slot.ADDRESS)


@pytest.mark.parametrize("text", ["cancel order, nimepata mahali pengine", "cancel it, I found one somewhere else"])
def test_what_was_found_elsewhere_calls_an_order_off(text: str) -> None:
    assert read(CORNER_SHOP, text, intent="cancel_order", history=READ_BACK).intent == "cancel_order"


@pytest.mark.parametrize("text", ["I want to change my order, where is it?", "where is my order?"])
def test_where_an_order_is_stays_a_question(text: str) -> None:
    assert read(CORNER_SHOP, text, intent="track_order", history=READ_BACK).intent == "track_order"
