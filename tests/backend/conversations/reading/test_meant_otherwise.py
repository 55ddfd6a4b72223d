"""What was taken for a cancellation, or for asking where an order is, though it means something else."""

import pytest

from backend.conversations.reading.types import Decision, Slot, Turn
from tests.support.marked_reading import READ_BACK, lines, read
from tests.support.shops import CORNER_SHOP, KITCHEN

BOOKED = (Turn("customer", "2 poha"), Turn("bot", "2 Kanda Poha (plate) = KES 70. Shall I book it?"))


@pytest.mark.parametrize("text", ["nipange na order kama hio tena leo", "order kama hiyo tena kesho"])
def test_the_same_again_is_an_order(text: str) -> None:
    result = read(KITCHEN, text, intent="cancel_order", history=BOOKED, flags={"same_again": True})
    assert (result.intent, lines(result), result.decision) == ("place_order", {"POHA": 2}, Decision.ACCEPT)


def test_the_same_again_that_is_refused_is_none() -> None:
    said = read(
        KITCHEN, "order kama hio tena sitaki", intent="cancel_order", history=BOOKED, flags={"same_again": True}
    )
    assert said.intent == "cancel_order"


@pytest.mark.parametrize("intent", ["cancel_order", "track_order"])
@pytest.mark.parametrize("text", ["I need to change where you are delivering", "badalna hai kahan bhej rahe ho"])
def test_a_change_of_where_it_goes_asks_for_the_address(text: str, intent: str) -> None:
    result = read(CORNER_SHOP, text, intent=intent, history=READ_BACK)
    assert (result.intent, result.decision, result.ask) == ("change_address", Decision.CLARIFY, Slot.ADDRESS)


@pytest.mark.parametrize("text", ["I want to change my order, where is it?", "where is my order?"])
def test_where_an_order_is_stays_a_question(text: str) -> None:
    assert read(CORNER_SHOP, text, intent="track_order", history=READ_BACK).intent == "track_order"
