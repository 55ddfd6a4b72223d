"""One good of an order comes off: only another stays, all of it goes, or the rest is let be."""

import pytest

from backend.conversations.reading.types import Decision, Turn
from tests.support.marked_reading import read
from tests.support.shops import KITCHEN

TWO = (Turn("customer", "2 poha, 1 idli"), Turn("bot", "2 Kanda Poha (plate), 1 Idli = ₹110. Book karu?"))


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("<idli> rehne do, sirf <poha>", "modify_order"),
        ("<idli> रहने दो, सिर्फ <poha>", "modify_order"),
        ("toa <idli> zote, hatutaki tena", "cancel_order"),
        ("cancel <idli> sab, mood nahi hai", "cancel_order"),
        ("<-idli> nako, <-baki> <-rahu> dya", "modify_order"),
        ("<-idli> नको, <-बाकी> राहू द्या", "modify_order"),
    ],
)
def test_it_comes_off(text: str, intent: str) -> None:
    result = read(KITCHEN, text, intent=intent, history=TWO)
    assert (result.intent, result.removed, result.decision) == ("modify_order", ("IDLI",), Decision.ACCEPT)


@pytest.mark.parametrize("text", ["<idli> rehne do, sirf <idli>", "<idli> rehne do, sirf <poha> hatao"])
def test_what_may_be_meant_to_stay_does_not_go_unasked(text: str) -> None:
    assert read(KITCHEN, text, intent="modify_order", history=TWO).decision is Decision.CLARIFY


def test_all_of_the_order_is_no_single_good() -> None:
    assert read(KITCHEN, "toa zote, <idli> hatutaki tena", intent="cancel_order", history=TWO).intent == "cancel_order"
