"""Each row of the decision table, and the order of the questions."""

from fractions import Fraction
from typing import Any

import pytest

from backend.conversations.reading.decide import Facts, decide
from backend.conversations.reading.types import Decision, Slot

ACCEPT, CLARIFY, HANDOFF, REPLY = Decision.ACCEPT, Decision.CLARIFY, Decision.HANDOFF, Decision.REPLY
LINES = {"MILK": Fraction(2)}
MANY = {"bulk": True, "wholesale": True}
PLACE = {"address": {"text": "Moi Avenue", "vague": False}}


@pytest.mark.parametrize(
    ("intent", "facts", "decision", "ask"),
    [
        ("complaint", {}, HANDOFF, None),
        ("return_refund", {}, HANDOFF, None),
        ("ask_human", {}, HANDOFF, None),
        ("payment_problem", {}, HANDOFF, None),
        ("payment_problem", {"text": "the prompt never came, send again"}, REPLY, None),
        ("payment_problem", {"text": "prompt never came but money deducted"}, HANDOFF, None),
        ("payment_problem", {"text": "QR code haiscan, tuma ingine"}, REPLY, None),
        ("payment_problem", {"text": "scanner nahi chal raha, naya bhejo"}, REPLY, None),
        ("payment_problem", {"text": "क्यूआर खुल नहीं रहा"}, REPLY, None),
        ("payment_problem", {"text": "QR ne paise kat gaye, dusra bhejo"}, HANDOFF, None),
        ("cancel_order", {}, ACCEPT, None),
        ("cancel_order", {"text": "futa oda, nilishalipa"}, HANDOFF, None),
        ("cancel_order", {"text": "cancel kara, paise bharle aahet"}, HANDOFF, None),
        ("cancel_order", {"text": "रद्द कर दो, पेमेंट पहले ही कर दिया"}, HANDOFF, None),
        ("cancel_order", {"text": "oda ifutwe, nimeshatuma hela asubuhi"}, HANDOFF, None),
        ("cancel_order", {"text": "order nahi chahiye, paise to de diye the"}, HANDOFF, None),
        ("cancel_order", {"text": "cancel it, I have not paid"}, ACCEPT, None),
        ("cancel_order", {"flags": {"paid": True}}, HANDOFF, None),
        ("cancel_order", {"left": True}, HANDOFF, None),
        ("cancel_order", {"may_change": True}, CLARIFY, Slot.ITEM),
        ("change_address", {}, CLARIFY, Slot.ADDRESS),
        ("change_address", PLACE, ACCEPT, None),
        ("change_address", {"address": {"text": "my aunt", "vague": True}}, CLARIFY, Slot.ADDRESS),
        ("choose_payment", {"payment": {"value": "mpesa", "supported": True}}, ACCEPT, None),
        ("choose_payment", {"payment": {"value": None, "supported": False}}, CLARIFY, Slot.PAYMENT),
        ("deny", {"answered_more": True, "asked_confirm": True}, ACCEPT, None),
        ("deny", {"asked_confirm": True}, CLARIFY, Slot.ITEM),
        ("affirm", {}, ACCEPT, None),
        ("affirm", {"acts_on_nothing": True}, CLARIFY, Slot.ITEM),
        ("special_instruction", {}, ACCEPT, None),
        ("ask_price", {}, REPLY, None),
        ("greet", {}, REPLY, None),
        ("claim_paid", {}, REPLY, None),
        ("an intent of tomorrow", {}, REPLY, None),
        ("place_order", {"lines": LINES}, ACCEPT, None),
        ("place_order", {}, CLARIFY, Slot.ITEM),
        ("place_order", PLACE, ACCEPT, None),
        ("place_order", {"lines": LINES, "flags": {"credit": True}}, HANDOFF, None),
        ("place_order", {"lines": LINES, "text": "2 milk, add it to my monthly khata"}, HANDOFF, None),
        ("place_order", {"lines": LINES, "text": "do doodh, mahine ke hisab me likh lena"}, HANDOFF, None),
        ("place_order", {"lines": LINES, "text": "दोन दूध, महिन्याच्या हिशोबात लिहा"}, HANDOFF, None),
        ("place_order", {"lines": LINES, "text": "maziwa mbili, kwa akaunti ya mwezi"}, HANDOFF, None),
        ("place_order", {"lines": LINES, "text": "mpelekee kaka maziwa ofisini kwake"}, CLARIFY, Slot.ADDRESS),
        ("place_order", {"lines": LINES, "text": "maziwa mbili pelekea Asha pale kwake"}, CLARIFY, Slot.ADDRESS),
        ("place_order", {"lines": LINES, "text": "peleka kwa rafiki yangu maziwa mbili"}, CLARIFY, Slot.ADDRESS),
        ("place_order", {"lines": LINES, "text": "दोन दूध माहेरी पाठवा"}, CLARIFY, Slot.ADDRESS),
        ("place_order", {"lines": LINES, "text": "2 milk to her office", **PLACE}, ACCEPT, None),
        ("place_order", {"flags": {"bulk": True}}, HANDOFF, None),
        ("place_order", {"lines": LINES, "flags": {"bulk": True}, "most_asked": Fraction(2)}, ACCEPT, None),
        ("place_order", {"lines": LINES, "most_asked": Fraction(90), "over_stock": True}, HANDOFF, None),
        ("place_order", {"lines": LINES, "phone": {"valid": False}}, CLARIFY, Slot.PHONE),
        ("place_order", {"lines": LINES, "address": {"vague": True}}, CLARIFY, Slot.ADDRESS),
        ("place_order", {"lines": LINES, "address": {"vague": True}, "flags": {"usual_place": True}}, ACCEPT, None),
        ("place_order", {"lines": LINES, "payment": {"value": None, "supported": False}}, CLARIFY, Slot.PAYMENT),
        ("place_order", {"lines": LINES, "flags": MANY, "lost_amount": True}, HANDOFF, None),
        ("place_order", {"lines": LINES, "flags": MANY}, ACCEPT, None),
        ("modify_order", {"unclear": True, "lines": LINES}, CLARIFY, Slot.ITEM),
        ("modify_order", {"removed": True}, ACCEPT, None),
        ("modify_order", PLACE, CLARIFY, Slot.ITEM),
    ],
)  # fmt: skip
def test_an_intent_with_its_facts_has_one_verdict(
    intent: str, facts: dict[str, Any], decision: Decision, ask: Slot | None
) -> None:
    verdict = decide(Facts(**{"intent": intent, "text": "", **facts}))
    assert (verdict.decision, verdict.ask) == (decision, ask)


@pytest.mark.parametrize(
    ("open_slots", "ask"),
    [
        ({Slot.QTY, Slot.VARIANT, Slot.ITEM}, Slot.ITEM),
        ({Slot.QTY, Slot.VARIANT}, Slot.VARIANT),
        ({Slot.QTY}, Slot.QTY),
    ],
)
def test_of_several_open_things_the_first_is_asked(open_slots: set[Slot], ask: Slot) -> None:
    facts = Facts("place_order", "", open_slots=frozenset(open_slots), lines=LINES, phone={"valid": False})
    assert decide(facts).ask is ask
