"""Hindi's "let it be": what comes off, what may stay, and other goods that are refused or left unsaid."""

import pytest

from backend.conversations.reading.types import Decision, Turn
from tests.support.marked_reading import READ_BACK, lines, read
from tests.support.shops import CORNER_SHOP, KITCHEN

TWO = (Turn("customer", "2 poha, 1 idli"), Turn("bot", "2 Kanda Poha (plate), 1 Idli = ₹110. Book karu?"))


@pytest.mark.parametrize("intent", ["cancel_order", "modify_order", "place_order"])
@pytest.mark.parametrize(
    "text", ["<idli> rehne do, ghar pe hai", "<idli> रहने दो, बच्चे नहीं खाएंगे", "<idli> rahne dijiye, ho gaya"]
)
def test_what_is_let_be_for_a_reason_comes_off(text: str, intent: str) -> None:
    result = read(KITCHEN, text, intent=intent, history=TWO)
    assert (result.intent, result.removed, result.lines) == ("modify_order", ("IDLI",), ())


@pytest.mark.parametrize(
    "text", ["<idli> rehne do, <batata vada> {ek|1} de do", "<idli> रहने दो, <batata vada> {एक|1} दे दो"]
)
def test_another_good_comes_in_its_place(text: str) -> None:
    result = read(KITCHEN, text, history=TWO)
    assert (result.removed, lines(result), result.decision) == (("IDLI",), {"VADA": 1}, Decision.ACCEPT)


@pytest.mark.parametrize(
    "text", ["<-poha> hatao, <idli> rehne do, bas", "<idli> rehne do", "<idli> rehne do, <poha> {3} kar do"]
)
def test_what_may_stay_as_it_is_does_not_come_off(text: str) -> None:
    assert "IDLI" not in read(KITCHEN, text, intent="modify_order", history=TWO).removed


def test_a_refused_good_moves_no_order() -> None:
    result = read(CORNER_SHOP, "<mkate> usilete, ninao nyumbani", intent="change_address", history=READ_BACK)
    assert (result.intent, result.removed) == ("modify_order", ("BREAD",))


@pytest.mark.parametrize(
    "text", ["bei imepanda, toa kitu moja", "too dear, remove something", "mehnga hai, kuch hata do"]
)
def test_something_to_come_off_is_asked_for(text: str) -> None:
    result = read(CORNER_SHOP, text, intent="ask_price", history=READ_BACK)
    assert (result.intent, result.decision, result.ask) == ("modify_order", Decision.CLARIFY, "item")


def test_a_price_that_is_asked_for_is_told() -> None:
    assert read(CORNER_SHOP, "toa kitu, bei ngapi?", intent="ask_price", history=READ_BACK).intent == "ask_price"


@pytest.mark.parametrize(
    "text",
    ["<doodh> {2}, <bread> abhi rehne do", "{2} <milk>, leave the <bread> for now", "<दूध> {2}, <ब्रेड> राहू द्या"],
)
def test_what_is_let_be_in_a_new_order_is_asked_about(text: str) -> None:
    assert read(CORNER_SHOP, text).decision is Decision.CLARIFY
