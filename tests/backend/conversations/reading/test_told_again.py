"""Money that went two times, and the same order again."""

import pytest

from backend.conversations.reading.types import Decision, Turn
from tests.support.marked_reading import lines, read
from tests.support.shops import CORNER_SHOP

DONE = (
    Turn("customer", "2 milk"),
    Turn("bot", "Booked: 2 Malisho Milk 500ml, KES 120. On its way."),
    Turn("customer", "imefika, poa"),
)


@pytest.mark.parametrize(
    "text",
    [
        "my payment went through twice, 850 and 850",
        "you charged me two times",
        "pesa imekatwa mara mbili",
        "paise do baar kat gaye",
        "दो बार पैसे कट गए",
    ],
)
def test_money_that_went_twice_is_a_problem(text: str) -> None:
    result = read(CORNER_SHOP, text, intent="claim_paid", history=DONE)
    assert (result.intent, result.decision) == ("payment_problem", Decision.HANDOFF)


@pytest.mark.parametrize("text", ["I have paid for two", "nimelipa za mbili", "paid, send twice the ice"])
def test_money_that_went_once_is_none(text: str) -> None:
    assert read(CORNER_SHOP, text, intent="claim_paid", history=DONE).intent == "claim_paid"


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("leo tena hio hio", "place_order"),
        ("nipange na order kama hio tena leo", "place_order"),
        ("sitaki hio hio tena", "cancel_order"),
    ],
)
def test_the_same_again_cancels_nothing(text: str, intent: str) -> None:
    result = read(CORNER_SHOP, text, intent="cancel_order", history=DONE, flags={"same_again": True})
    assert result.intent == intent
    assert lines(result) == ({"MILK": 2} if intent == "place_order" else {})


@pytest.mark.parametrize(
    ("text", "taken_for", "intent"),
    [
        ("nitumieni vile vitu nilinunua mwezi uliopita", "cancel_order", "place_order"),
        ("pichle hafte jo mangwaya tha bhej do", "out_of_scope", "place_order"),
        ("send me what I ordered last week", "ask_menu", "place_order"),
        ("cancel what I ordered last week", "cancel_order", "cancel_order"),
        ("send me the money for what I bought", "out_of_scope", "out_of_scope"),
    ],
)
def test_what_was_bought_before_is_ordered_again_and_asked_for(text: str, taken_for: str, intent: str) -> None:
    result = read(CORNER_SHOP, text, intent=taken_for)
    assert (result.intent, lines(result)) == (intent, {})
    assert intent != "place_order" or (result.decision, result.ask) == (Decision.CLARIFY, "item")


@pytest.mark.parametrize(
    "text",
    [
        "send the same order once more",
        "yahi order ek baar aur bhej do",
        "wahi kal wala order dobara bhej do",
        "repeat that big family order",
        "तीच ऑर्डर परत पाठवा",
        "niletee order ile ile tena",
    ],
)
def test_an_order_that_has_come_is_asked_for_again(text: str) -> None:
    history = (Turn("customer", "2 bread"), Turn("bot", "2 White Bread 400g = KES 130. Delivered, thank you!"))
    result = read(CORNER_SHOP, text, history=history)
    assert (lines(result), result.decision) == ({"BREAD": 2}, Decision.ACCEPT)
    assert read(CORNER_SHOP, text).decision is Decision.CLARIFY
