"""What opens a conversation and acts on an order that is not there is asked about."""

from typing import Any

import pytest

from backend.conversations.reading.reader import read_message
from backend.conversations.reading.types import Decision, ReadingContext, Slot, Turn
from tests.support.marked_reading import EVERYTHING, READ_BACK, lines, read
from tests.support.shops import CORNER_SHOP, marked

CASH = {"value": "cash", "text": "cash", "confidence": 0.98, "supported": True}


def paying(text: str, intent: str = "choose_payment") -> tuple[str, dict[str, Any]]:
    """A marked message that ends in "cash", and its reading."""
    plain, reading = marked(text, intent)
    start = plain.rindex("cash")
    return plain, {**reading, "slots": {"payment": {**CASH, "start": start, "end": start + len("cash")}}}


@pytest.mark.parametrize("intent", ["affirm", "deny", "choose_payment"])
def test_an_answer_to_nothing_is_asked_about(intent: str) -> None:
    result = read(CORNER_SHOP, "nataa vito", intent=intent)
    assert (result.intent, result.decision, result.ask) == (intent, Decision.CLARIFY, Slot.ITEM)


def test_an_answer_to_a_question_is_acted_on() -> None:
    assert read(CORNER_SHOP, "ndiyo", intent="affirm", history=READ_BACK).decision is Decision.ACCEPT
    plain, reading = marked("ndiyo", "affirm")
    asked = ReadingContext(text=plain, asked="confirm", thresholds=EVERYTHING)
    assert read_message(reading, CORNER_SHOP, asked).decision is Decision.ACCEPT


@pytest.mark.parametrize(
    ("text", "unmet", "decision"),
    [
        ("please ring the bell twice", "", Decision.ACCEPT),
        ("brwaed half please", "brwaed", Decision.CLARIFY),
        ("half bread please", "", Decision.CLARIFY),
    ],
)
def test_a_word_for_the_rider_may_be_an_order_mistyped(text: str, unmet: str, decision: Decision) -> None:
    assert read(CORNER_SHOP, text, intent="special_instruction", unmet=(unmet,)).decision is decision


@pytest.mark.parametrize("intent", ["choose_payment", "change_address"])
def test_a_good_that_is_counted_and_paid_for_is_an_order(intent: str) -> None:
    plain, reading = paying("{2} <brown bread>, I pay cash", intent)
    result = read_message(reading, CORNER_SHOP, ReadingContext(text=plain, thresholds=EVERYTHING))
    assert (result.intent, lines(result), result.payment) == ("place_order", {"BREAD-B": 2}, "cash")


def test_a_way_of_paying_for_an_order_that_stands_orders_nothing() -> None:
    plain, reading = paying("{2} <brown bread>, I pay cash")
    context = ReadingContext(text=plain, history=READ_BACK, thresholds=EVERYTHING)
    assert read_message(reading, CORNER_SHOP, context).intent == "choose_payment"


@pytest.mark.parametrize(
    ("history", "decision"), [((), Decision.ACCEPT), (READ_BACK, Decision.CLARIFY)], ids=["opens", "goes on"]
)
@pytest.mark.parametrize("text", ["<maziwa> {tatu|3} ziwe moto", "{3} <milk> garam wala"])
def test_what_opens_and_may_be_a_change_is_an_order(text: str, history: tuple[Turn, ...], decision: Decision) -> None:
    plain, reading = marked(text, "place_order")
    ranking = [{"name": "place_order", "confidence": 0.51}, {"name": "modify_order", "confidence": 0.48}]
    reading = {**reading, "intent": ranking[0], "intent_ranking": ranking}
    context = ReadingContext(text=plain, history=history, thresholds=EVERYTHING)
    assert read_message(reading, CORNER_SHOP, context).decision is decision


@pytest.mark.parametrize(("p", "intent"), [(0.2, "place_order"), (0.8, "return_refund")])
@pytest.mark.parametrize("text", ["need some <eggs> for the class", "mujhe <brown bread> chahiye tha"])
def test_a_wish_for_a_good_is_an_order_where_the_bot_only_guesses(text: str, p: float, intent: str) -> None:
    plain, reading = marked(text, "return_refund")
    reading = {**reading, "intent": {"name": "return_refund", "confidence": p}}
    assert read_message(reading, CORNER_SHOP, ReadingContext(text=plain, thresholds=EVERYTHING)).intent == intent


@pytest.mark.parametrize(
    ("text", "unmet", "decision"),
    [
        ("I will pay cash", "", Decision.ACCEPT),
        ("nitalipa na cash", "", Decision.ACCEPT),
        ("brwaed na cash", "brwaed", Decision.CLARIFY),
    ],
)
def test_a_way_of_paying_may_come_first(text: str, unmet: str, decision: Decision) -> None:
    plain, reading = paying(text)
    tokens = [{**one, "met": one["text"] != unmet} for one in reading["tokens"]]
    context = ReadingContext(text=plain, thresholds=EVERYTHING)
    assert read_message({**reading, "tokens": tokens}, CORNER_SHOP, context).decision is decision


def test_a_way_of_paying_that_is_not_taken_is_asked_about() -> None:
    plain, reading = marked("can we pay by chit? the clerk writes it", "choose_payment")
    slot = {"value": None, "text": "chit", "start": 14, "end": 18, "supported": False}
    context = ReadingContext(text=plain, thresholds=EVERYTHING)
    tokens = [{**one, "met": False} for one in reading["tokens"]]
    result = read_message({**reading, "tokens": tokens, "slots": {"payment": slot}}, CORNER_SHOP, context)
    assert (result.decision, result.ask) == (Decision.CLARIFY, Slot.PAYMENT)
