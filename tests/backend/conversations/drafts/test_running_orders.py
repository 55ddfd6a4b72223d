"""What customers ask of placed orders, and what goes to a person."""

import re

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.conversations.drafts.topics import PAY_WORDS
from backend.conversations.texts import LANGUAGES, texts_in
from backend.orders.events import OrderState
from tests.support.clock import FixedClock
from tests.support.factories.drafts import Chat, make_chat, responses
from tests.support.factories.orders import advance, make_order, orders_service
from tests.support.readings import amount


@pytest.fixture
async def chat(session: AsyncSession, clock: FixedClock) -> Chat:
    return await make_chat(session, clock)


async def placed(chat: Chat, state: OrderState = OrderState.PENDING) -> str:
    order = await make_order(chat.session, state, shop=False, user_id=chat.customer_id)
    return order.id


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (OrderState.PENDING, "utter_order_pending"),
        (OrderState.CONFIRMED, "utter_order_confirmed"),
        (OrderState.PROCESSING, "utter_order_processing"),
        (OrderState.HANDOVER, "utter_order_handover"),
        (OrderState.OUT_FOR_DELIVERY, "utter_order_out_for_delivery"),
        (OrderState.DELIVERED, "utter_order_delivered"),
        (OrderState.CANCELLED, "utter_order_cancelled_before"),
    ],
)
async def test_tracking_tells_the_state_of_the_newest_order(chat: Chat, state: OrderState, said: str) -> None:
    """Each state has its own words."""
    order_id = await placed(chat, state)
    step = await chat.say("oda yangu iko wapi", "track_order", lang="sw")
    assert responses(step) == [said]
    assert (step["say"][0]["params"]["order_id"], step["order_id"]) == (order_id, order_id)


async def test_tracking_without_an_order_says_so(chat: Chat) -> None:
    """Nothing is made up."""
    assert responses(await chat.say("where is it", "track_order")) == ["utter_no_order"]


async def test_a_running_order_goes_to_the_new_address(chat: Chat) -> None:
    """The address of the order changes, in the customer's name."""
    order_id = await placed(chat, OrderState.PROCESSING)
    step = await chat.say("send to Karen, Hardy", "change_address", slots={"address": "Karen, Hardy"})
    assert responses(step) == ["utter_address_changed"]
    order = await orders_service().latest_for_customer(chat.session, chat.customer_id)
    assert order is not None
    assert order.drop is not None
    assert (order.id, order.drop.text, order.address_version) == (order_id, "Karen, Hardy", 2)


async def test_a_change_of_address_without_one_asks_and_the_answer_changes_the_order(chat: Chat) -> None:
    """The answer is an address alone, and still goes to the placed order, not to a new one."""
    await placed(chat, OrderState.PROCESSING)
    asked = await chat.say("badilisha mahali", "change_address", lang="sw")
    assert (responses(asked), asked["asked"]) == (["utter_ask_address"], "address")
    step = await chat.say("Karen, Hardy", "place_order", slots={"address": "Karen, Hardy"})
    assert responses(step) == ["utter_address_changed"]


async def test_an_instruction_stays_with_the_running_order(chat: Chat) -> None:
    """The rider reads it there."""
    order_id = await placed(chat, OrderState.PROCESSING)
    step = await chat.say("call at the gate", "special_instruction", slots={"note": "call at the gate"})
    assert responses(step) == ["utter_note_added"]
    kinds = await chat.session.scalars(text("SELECT kind FROM order_notes WHERE order_id = :id"), {"id": order_id})
    assert list(kinds) == ["instruction"]


async def test_an_unpaid_order_is_cancelled(chat: Chat) -> None:
    """Nothing was paid, so nothing is due back."""
    await placed(chat)
    step = await chat.say("ghairi oda", "cancel_order", lang="sw")
    assert responses(step) == ["utter_order_cancelled"]
    order = await orders_service().latest_for_customer(chat.session, chat.customer_id)
    assert order is not None
    assert order.state == "cancelled"


async def test_a_paid_order_is_a_persons_to_cancel(chat: Chat) -> None:
    """The brief names the order and what it is worth; the order stays as it was."""
    order_id = await placed(chat, OrderState.CONFIRMED)
    step = await chat.say("cancel it", "cancel_order")
    assert step["handoff"] == {"reason": "cancel_after_payment", "open_slot": None}
    brief = chat.handovers.briefs[-1]
    assert (brief.order_id, brief.at_risk_minor) == (order_id, 35_200)
    order = await orders_service().latest_for_customer(chat.session, chat.customer_id)
    assert order is not None
    assert order.state == "confirmed"


async def test_cancelling_a_draft_orders_nothing(chat: Chat) -> None:
    """The draft is closed, and the next order starts empty."""
    await chat.say("unga 2", "place_order", items=[("unga", 0)], amounts=[amount("2", 2)], lang="sw")
    assert responses(await chat.say("wacha", "cancel_order", lang="sw")) == ["utter_draft_cancelled"]
    assert responses(await chat.say("wacha", "cancel_order", lang="sw")) == ["utter_nothing_to_cancel"]
    assert await orders_service().latest_for_customer(chat.session, chat.customer_id) is None


@pytest.mark.parametrize("words", ["LIPA", "lipa.", "Pay", "PAY NOW 🙏"])
async def test_the_word_that_we_ask_for_sends_the_prompt_again(chat: Chat, words: str) -> None:
    """Our messages say "Reply PAY" (LIPA in Swahili); a reading of it as goods or as nothing does not matter."""
    order_id = await placed(chat)
    step = await chat.say(words, "nlu_fallback", lang="sw")
    assert (responses(step), step["order_id"]) == (["utter_payment_again_mpesa"], order_id)
    prompts = text("SELECT count(*) FROM outbound_send WHERE channel = 'daraja' AND order_id = :id")
    assert await chat.session.scalar(prompts, {"id": order_id}) == 1


def test_every_word_in_capitals_that_a_text_asks_for_is_known() -> None:
    """In every language; START is known where consent is kept."""
    for language in LANGUAGES:
        for words in texts_in(language).values():
            asked = set(re.findall(r"\b(?:PAY|LIPA|START|[A-Z]{5,})\b", re.sub(r"\{\w+\}|PIN|UPI", "", words)))
            assert all(word == "START" or word.lower() in PAY_WORDS for word in asked), (language, words)


async def test_a_claimed_payment_is_looked_up_and_not_believed(chat: Chat) -> None:
    """An unknown code starts a check; the order stays unpaid."""
    await placed(chat)
    slots = {"receipt": "SKA1B2C3D4"}
    step = await chat.say("nimelipa SKA1B2C3D4", "claim_paid", slots=slots, lang="sw")
    assert responses(step) == ["utter_payment_checking"]
    order = await orders_service().latest_for_customer(chat.session, chat.customer_id)
    assert order is not None
    assert (order.state, order.paid_minor) == ("pending", 0)


async def test_a_claim_without_a_code_asks_for_it(chat: Chat) -> None:
    """Without a code there is nothing to look up."""
    await placed(chat)
    assert responses(await chat.say("nimelipa", "claim_paid", lang="sw")) == ["utter_payment_ask_code"]


async def test_a_claim_for_a_paid_order_is_answered_from_the_ledger(chat: Chat) -> None:
    """The money is there, so we say so."""
    order = await make_order(chat.session, shop=False, user_id=chat.customer_id)
    await advance(chat.session, order, OrderState.CONFIRMED)
    assert responses(await chat.say("nimelipa", "claim_paid", lang="sw")) == ["utter_payment_received"]


async def test_another_way_of_paying_for_a_pending_order(chat: Chat) -> None:
    """Cash instead of M-Pesa confirms the order."""
    await placed(chat)
    step = await chat.say("cash", "choose_payment", slots={"payment": {"text": "cash", "value": "cod"}})
    assert responses(step) == ["utter_payment_cod"]
    order = await orders_service().latest_for_customer(chat.session, chat.customer_id)
    assert order is not None
    assert (order.state, order.payment_method) == ("confirmed", "cod")


@pytest.mark.parametrize(
    ("intent", "reason", "said"),
    [
        ("complaint", "complaint", "utter_handover_sorry"),
        ("return_refund", "refund", "utter_handover_sorry"),
        ("ask_human", "human", "utter_handover"),
    ],
)
async def test_trouble_goes_to_a_person_at_once(chat: Chat, intent: str, reason: str, said: str) -> None:
    """No question of the bot comes first."""
    step = await chat.say("this is bad", intent)
    assert (responses(step), step["handoff"]["reason"]) == ([said], reason)
    assert [brief.reason for brief in chat.handovers.briefs] == [reason]


async def test_a_bulk_order_goes_to_a_person_with_its_lines(chat: Chat) -> None:
    """The person sees what was asked for."""
    step = await chat.say(
        "unga 100 kwa harusi", "place_order", items=[("unga", 0)], amounts=[amount("100", 100)], flags={"bulk": True}
    )
    assert (responses(step), step["handoff"]["reason"]) == (["utter_handover_bulk"], "bulk")
    assert [line["sku"] for line in chat.handovers.briefs[-1].draft["lines"]] == ["UNGA-2KG"]


async def test_two_turns_that_are_not_understood_bring_a_person(chat: Chat) -> None:
    """The first is asked about; the second ends the bot's part."""
    first = await chat.say("gh jk", "out_of_scope", decided="nlu_fallback")
    assert responses(first) == ["utter_fallback"]
    second = await chat.say("gh jkl", "out_of_scope", decided="nlu_fallback")
    assert (responses(second), second["handoff"]["reason"]) == (["utter_handover_failed"], "failed_turns")


async def test_a_turn_that_is_understood_in_between_starts_the_count_afresh(chat: Chat) -> None:
    """One bad turn, a good one, one bad turn: no person."""
    await chat.say("gh jk", "out_of_scope", decided="nlu_fallback")
    await chat.say("hello", "greet")
    third = await chat.say("gh jkl", "out_of_scope", decided="nlu_fallback")
    assert third["handoff"] is None


async def test_opting_out_is_kept_at_once(chat: Chat) -> None:
    """From then on we write to the customer no more by ourselves."""
    assert responses(await chat.say("stop", "opt_out")) == ["utter_opted_out"]
    assert chat.handovers.opted_out == [chat.conversation_id]


async def test_cash_for_a_running_order_that_is_too_large_is_asked_to_be_paid_otherwise(
    session: AsyncSession, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order stays as it was, a button sends the prompt, and no person is troubled."""
    monkeypatch.setenv("PAYMENTS_COD_LIMIT_MINOR", '{"nairobi": 30000}')
    chat = await make_chat(session, clock)
    order_id = await placed(chat)
    step = await chat.say("nitalipa cash", "choose_payment", slots={"payment": {"text": "cash", "value": "cod"}})
    assert (responses(step), step["asked"]) == (["utter_cod_limit"], "payment")
    assert [button["payload"] for button in step["say"][0]["buttons"]] == ["pay:mpesa"]
    order = await orders_service().latest_for_customer(session, chat.customer_id)
    assert order is not None
    assert (order.payment_mode, order.state) == ("prepaid", "pending")
    again = await chat.say("M-Pesa", "choose_payment", button="pay:mpesa")
    assert (responses(again), again["order_id"]) == (["utter_payment_again_mpesa"], order_id)
    assert chat.handovers.briefs == []
