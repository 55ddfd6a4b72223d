"""A cancellation or a yes that may be a change is asked about, before it undoes or books the order."""

import pytest

from backend.conversations.reading.reader import read_message
from backend.conversations.reading.types import Decision, ReadingContext, Slot
from tests.support.marked_reading import EVERYTHING, READ_BACK, read
from tests.support.shops import CORNER_SHOP, marked


@pytest.mark.parametrize(("text", "unmet"), [("pugnuza hiyo oda", "pugnuza"), ("please uondooe <bread>", "uondooe")])
def test_a_cancellation_may_ask_for_less(text: str, unmet: str) -> None:
    result = read(CORNER_SHOP, text, intent="cancel_order", history=READ_BACK, unmet=(unmet,))
    assert (result.decision, result.ask, result.rule) == (Decision.CLARIFY, Slot.ITEM, "may be a change")


@pytest.mark.parametrize(("text", "unmet"), [("cancell my order", "cancell"), ("cancel my oredr", "oredr")])
def test_a_cancellation_mistyped_stays_one(text: str, unmet: str) -> None:
    result = read(CORNER_SHOP, text, intent="cancel_order", history=READ_BACK, unmet=(unmet,))
    assert (result.intent, result.decision) == ("cancel_order", Decision.ACCEPT)


@pytest.mark.parametrize(("p", "decision"), [(0.5, Decision.CLARIFY), (0.9, Decision.ACCEPT)])
def test_an_unsure_yes_that_counts_something_is_asked_about(p: float, decision: Decision) -> None:
    plain, reading = marked("thats too manyy, just {1}", "affirm")
    said = {**reading, "intent": {"name": "affirm", "confidence": p}}
    context = ReadingContext(text=plain, history=READ_BACK, thresholds=EVERYTHING)
    assert read_message(said, CORNER_SHOP, context).decision is decision
