"""M-Pesa from the endpoint to the receipt, over simulated Daraja: late, doubled, lost and wrong answers."""

from typing import Any

import pytest

from backend.orders.commands import CancelOrder
from backend.orders.ports import OrderView
from backend.platform.auth.principal import Role
from tests.support.factories.customers import make_customer
from tests.support.factories.orders import ADMIN, give, make_order
from tests.support.factories.payments import PAYER, confirmation, daraja_callbacks, stk_callback
from tests.support.till import Till

WANJIRU = "wanjiru"
PUSH = "/mpesa/stkpush/v1"


async def begin(till: Till, order: OrderView, **body: Any) -> dict[str, Any]:
    """Ask for the money over the API, as the bot does, and let the prompt go out."""
    caller = till.api.token("bot:rasa", Role.BOT)
    fields = {"method": "mpesa", "payer_phone": PAYER, **body}
    answer = await till.api.client.post(f"/api/v1/orders/{order.id}/payment", json=fields, headers=caller)
    assert answer.status_code == 202, answer.text
    await till.settle()
    started: dict[str, Any] = answer.json()
    return started


async def receipts(till: Till) -> list[tuple[Any, ...]]:
    return await till.rows("SELECT provider, amount_minor, order_id, state FROM receipts ORDER BY created_at, id")


async def attempt_state(till: Till, attempt_id: str) -> str:
    found = await till.rows("SELECT state FROM payment_attempts WHERE id = :id", id=attempt_id)
    return str(found[0][0])


async def topics(till: Till) -> list[str]:
    found = await till.rows("SELECT topic FROM outbox WHERE topic LIKE 'payment.%' ORDER BY pos")
    return [row[0] for row in found]


async def pushes(till: Till) -> int:
    return len(await till.calls("daraja", PUSH))


async def assert_ledger_balances(till: Till) -> None:
    """Every posting adds up to nothing."""
    unbalanced = await till.rows(
        "SELECT posting_id FROM ledger_entries GROUP BY posting_id HAVING sum(debit_minor) <> sum(credit_minor)"
    )
    assert unbalanced == []


async def callback(till: Till, attempt_id: str, code: int, **more: Any) -> int:
    """Post a prompt's result at the attempt's own address."""
    path = daraja_callbacks().address("stk", attempt_id).removeprefix("http://duka.test")
    answer = await till.post(path, stk_callback("ws_CO_1", code, **more))
    return answer.status_code


async def test_a_prompt_that_is_paid_confirms_the_order(till: Till, order: OrderView) -> None:
    started = await begin(till, order)
    assert (started["due_minor"], started["currency"], await attempt_state(till, started["attempt_id"])) == (
        35200,
        "KES",
        "sent",
    )

    await till.act("daraja", "answer", **{"from": WANJIRU, "outcome": "pay"})
    await till.wait(1)

    paid = await till.order(order.id)
    assert (paid.state, paid.payment_status, paid.paid_minor) == ("confirmed", "success", 35200)
    assert await receipts(till) == [("mpesa", 35200, order.id, "matched")]
    assert await topics(till) == ["payment.requested", "payment.received"]
    await assert_ledger_balances(till)


async def test_asking_twice_prompts_once(till: Till, order: OrderView) -> None:
    first = await begin(till, order)
    second = await begin(till, order)
    assert (second["already_open"], second["attempt_id"]) == (True, first["attempt_id"])
    assert await pushes(till) == 1


async def test_a_callback_three_times_counts_once(till: Till, order: OrderView) -> None:
    started = await begin(till, order)
    await till.control("/webhooks/accidents", {"what": "duplicate", "provider": "daraja", "times": 2})
    await till.act("daraja", "answer", **{"from": WANJIRU, "outcome": "pay"})
    await till.wait(5)
    assert await receipts(till) == [("mpesa", 35200, order.id, "matched")]
    assert (await till.order(order.id)).paid_minor == 35200
    assert await attempt_state(till, started["attempt_id"]) == "paid"


async def test_a_lost_answer_is_unknown_and_told_by_its_callback(till: Till, order: OrderView) -> None:
    """The prompt reached the phone, our request got no answer: nothing is sent again, the token path tells."""
    await till.fault(provider="daraja", path=PUSH, mode="apply", status=504, body={})
    started = await begin(till, order)
    assert await attempt_state(till, started["attempt_id"]) == "unknown"

    await till.wait(45)
    assert await pushes(till) == 1

    await till.act("daraja", "answer", **{"from": WANJIRU, "outcome": "pay"})
    await till.wait(1)
    assert (await till.order(order.id)).state == "confirmed"
    assert await pushes(till) == 1


async def test_a_success_is_not_undone_by_a_later_failure(till: Till, order: OrderView) -> None:
    started = await begin(till, order)
    assert await callback(till, started["attempt_id"], 0, amount=352.0, receipt="UKM4X9Q2RT") == 200
    assert await callback(till, started["attempt_id"], 1032) == 200
    assert (await till.order(order.id)).payment_status == "success"
    assert await attempt_state(till, started["attempt_id"]) == "paid"
    assert "payment.failed" not in await topics(till)


async def test_a_failure_is_mended_by_a_later_success(till: Till, order: OrderView) -> None:
    started = await begin(till, order)
    await callback(till, started["attempt_id"], 1037)
    assert (await till.order(order.id)).payment_status == "failed"
    await callback(till, started["attempt_id"], 0, amount=352.0, receipt="UKM4X9Q2RT")
    paid = await till.order(order.id)
    assert (paid.state, paid.payment_status) == ("confirmed", "success")
    assert await topics(till) == ["payment.requested", "payment.failed", "payment.received"]


@pytest.mark.parametrize(
    ("outcome", "reason", "advice"),
    [
        ("wrong_pin", "wrong_pin", "ask_again"),
        ("cancel", "cancelled", "ask_again"),
        ("insufficient", "insufficient_funds", "ask_again"),
    ],
)
async def test_a_failed_prompt_says_why(till: Till, order: OrderView, outcome: str, reason: str, advice: str) -> None:
    await begin(till, order)
    await till.act("daraja", "answer", **{"from": WANJIRU, "outcome": outcome})
    await till.wait(1)
    assert (await till.order(order.id)).state == "pending"
    told = await till.rows("SELECT payload FROM outbox WHERE topic = 'payment.failed'")
    assert [(row[0]["reason"], row[0]["advice"]) for row in told] == [(reason, advice)]
    assert await receipts(till) == []


async def test_another_amount_goes_to_a_person(till: Till, order: OrderView) -> None:
    started = await begin(till, order)
    await callback(till, started["attempt_id"], 0, amount=35.0, receipt="UKM4X9Q2RT")
    assert (await till.order(order.id)).state == "pending"
    assert await receipts(till) == [("mpesa", 3500, None, "suggested")]
    assert await attempt_state(till, started["attempt_id"]) == "review"
    opened = await till.rows("SELECT payload ->> 'kind' FROM outbox WHERE topic = 'payment.review.opened'")
    assert opened == [("amount_differs",)]
    await assert_ledger_balances(till)


async def test_money_for_a_cancelled_order_is_owed_back(till: Till, order: OrderView) -> None:
    started = await begin(till, order)
    async with till.database.transaction() as session:
        await give(session, order, ADMIN, CancelOrder("changed their mind"))
    await callback(till, started["attempt_id"], 0, amount=352.0, receipt="UKM4X9Q2RT")
    closed = await till.order(order.id)
    assert (closed.state, closed.payment_status) == ("cancelled", "refund_due")
    assert await till.rows("SELECT amount_minor, cause, state FROM refunds") == [(35200, "paid_after_close", "due")]
    await assert_ledger_balances(till)


def as_typed(order_id: str) -> str:
    """The reference as people type it: lower case, a space, letters for digits."""
    mixed = order_id.translate(str.maketrans({"0": "O", "1": "I", "5": "S", "8": "B"})).lower()
    return f"{mixed[:3]} {mixed[3:]}"


async def test_a_payment_by_hand_finds_its_order_by_a_mistyped_reference(till: Till, order: OrderView) -> None:
    path = daraja_callbacks().address("c2b", "paybill").removeprefix("http://duka.test")
    await till.post(f"{path}/confirmation", confirmation("UKM5A7B9CD", "352.00", as_typed(order.id)))
    assert (await till.order(order.id)).state == "confirmed"
    assert await receipts(till) == [("mpesa", 35200, order.id, "matched")]


async def test_part_and_too_much_by_hand(till: Till, order: OrderView) -> None:
    path = daraja_callbacks().address("c2b", "paybill").removeprefix("http://duka.test")
    await till.post(path, confirmation("UKM5A7B9C1", "100.00", order.id))
    part = await till.order(order.id)
    assert (part.state, part.payment_status, part.due_minor) == ("partial", "partial", 25200)
    await till.post(path, confirmation("UKM5A7B9C2", "300.00", order.id))
    full = await till.order(order.id)
    assert (full.state, full.payment_status, full.due_minor) == ("confirmed", "success", 0)
    assert await till.rows("SELECT amount_minor, cause FROM refunds") == [(4800, "paid_too_much")]
    await assert_ledger_balances(till)


async def test_money_without_a_reference_waits_until_its_code_is_pasted(till: Till, order: OrderView) -> None:
    path = daraja_callbacks().address("c2b", "paybill").removeprefix("http://duka.test")
    await till.post(path, confirmation("UKM5A7B9CD", "352.00", "lunch"))
    assert await receipts(till) == [("mpesa", 35200, None, "suggested")]
    async with till.database.transaction() as session:
        claimed = await till.payments.claim_receipt(session, order.id, " ukm5a7b9cd ")
    assert claimed.outcome == "matched"
    assert (await till.order(order.id)).state == "confirmed"
    balances = dict(
        await till.rows("SELECT account, sum(debit_minor - credit_minor)::int FROM ledger_entries GROUP BY 1")
    )
    assert balances == {"clearing.mpesa": 35200, "suspense": 0, "customer_funds": -35200}


async def test_one_receipt_pays_for_one_order(till: Till, order: OrderView) -> None:
    path = daraja_callbacks().address("c2b", "paybill").removeprefix("http://duka.test")
    await till.post(path, confirmation("UKM5A7B9CD", "352.00", order.id))
    async with till.database.transaction() as session:
        user = await make_customer(session, external_id="254700000102", phone="+254700000102")
        other = await make_order(session, shop=False, user_id=user.id)
        again = await till.payments.claim_receipt(session, order.id, "UKM5A7B9CD")
        stolen = await till.payments.claim_receipt(session, other.id, "UKM5A7B9CD")
    assert (again.outcome, stolen.outcome) == ("counted", "other_order")
    assert (await till.order(other.id)).state == "pending"
    assert len(await receipts(till)) == 1


async def test_a_pasted_code_is_looked_up_at_the_provider(till: Till, order: OrderView) -> None:
    """Money whose confirmation was lost is proven by a transaction status query."""
    paid = await till.act("daraja", "pay_by_hand", **{"from": WANJIRU, "amount": 352, "reference": "dinner"})
    async with till.database.transaction() as session:
        claimed = await till.payments.claim_receipt(session, order.id, paid["receipt"])
    assert claimed.outcome == "checking"
    await till.settle()
    await till.wait(1)
    assert (await till.order(order.id)).state == "confirmed"
    assert await receipts(till) == [("mpesa", 35200, order.id, "matched")]


@pytest.mark.parametrize("paid_to", ["nobody", "a person"])
async def test_a_pasted_code_of_no_payment_to_us_brings_a_person(till: Till, order: OrderView, paid_to: str) -> None:
    """Invented, or money that went to somebody else; a code that is proved afterwards ends the card."""
    code = "UKM0000000"
    if paid_to == "a person":
        code = (await till.act("daraja", "pay_person", **{"from": WANJIRU, "to": "otieno", "amount": 352}))["receipt"]
    for pasted in (code, code):
        async with till.database.transaction() as session:
            assert (await till.payments.claim_receipt(session, order.id, pasted)).outcome == "checking"
        await till.settle()
        await till.wait(1)
    opened = "SELECT payload ->> 'kind', payload ->> 'subject_id' FROM outbox WHERE topic = 'payment.review.opened'"
    assert await till.rows(opened) == [("code_unknown", f"claim:{order.id}")]
    assert (await till.order(order.id)).paid_minor == 0

    paid = await till.act("daraja", "pay_by_hand", **{"from": WANJIRU, "amount": 352, "reference": "dinner"})
    async with till.database.transaction() as session:
        await till.payments.claim_receipt(session, order.id, paid["receipt"])
    await till.settle()
    await till.wait(1)
    assert (await till.order(order.id)).state == "confirmed"
    closed = "SELECT payload ->> 'subject_id' FROM outbox WHERE topic = 'payment.review.closed'"
    assert (f"claim:{order.id}",) in await till.rows(closed)


@pytest.mark.parametrize("paid", [False, True])
async def test_a_pasted_code_that_nobody_answers_for_brings_a_person(
    till: Till, order: OrderView, *, paid: bool
) -> None:
    """The provider's answer is lost; only where the money did not come by another way is there anything to see to."""
    await till.control("/webhooks/accidents", {"what": "drop", "provider": "daraja", "left": 9})
    async with till.database.transaction() as session:
        assert (await till.payments.claim_receipt(session, order.id, "UKM0000000")).outcome == "checking"
    await till.settle()
    opened = "SELECT payload ->> 'kind', payload ->> 'subject_id' FROM outbox WHERE topic = 'payment.review.opened'"
    assert await till.rows(opened) == []
    if paid:
        path = daraja_callbacks().address("c2b", "paybill").removeprefix("http://duka.test")
        await till.post(path, confirmation("UKM5A7B9CD", "352.00", order.id))
    await till.skip(601)
    assert await till.rows(opened) == ([] if paid else [("code_unanswered", f"claim:{order.id}")])
    watching = "SELECT count(*)::int FROM sla_timer WHERE type = 'receipt_check' AND state = 'pending'"
    assert await till.rows(watching) == [(0,)]


async def test_an_answer_ends_the_watch_over_a_pasted_code(till: Till, order: OrderView) -> None:
    """Whether it is proved or disproved, nobody is brought a second time."""
    async with till.database.transaction() as session:
        await till.payments.claim_receipt(session, order.id, "UKM0000000")
    await till.settle()
    await till.wait(1)
    await till.skip(601)
    kinds = "SELECT payload ->> 'kind' FROM outbox WHERE topic = 'payment.review.opened'"
    assert await till.rows(kinds) == [("code_unknown",)]


async def test_what_is_no_code_is_not_looked_up(till: Till, order: OrderView) -> None:
    async with till.database.transaction() as session:
        claimed = await till.payments.claim_receipt(session, order.id, "I have paid")
    assert claimed.outcome == "malformed"
    assert await till.rows("SELECT id FROM outbound_send") == []


async def test_a_lost_callback_is_found_by_the_query(till: Till, order: OrderView) -> None:
    await begin(till, order)
    await till.control("/webhooks/accidents", {"what": "drop", "provider": "daraja", "kind": "stk.callback"})
    await till.act("daraja", "answer", **{"from": WANJIRU, "outcome": "pay"})
    await till.wait(58)
    assert (await till.order(order.id)).state == "pending"
    await till.wait(6)
    assert (await till.order(order.id)).state == "confirmed"
    assert await till.rows("SELECT provisional FROM receipts") == [(True,)]


async def test_the_code_that_comes_after_the_query_is_the_same_money(till: Till, order: OrderView) -> None:
    started = await begin(till, order)
    await till.control("/webhooks/accidents", {"what": "drop", "provider": "daraja", "kind": "stk.callback"})
    await till.act("daraja", "answer", **{"from": WANJIRU, "outcome": "pay"})
    await till.wait(65)
    await callback(till, started["attempt_id"], 0, amount=352.0, receipt="UKM4X9Q2RT")
    assert await till.rows("SELECT code, provisional, state FROM receipts") == [("UKM4X9Q2RT", False, "matched")]
    assert await till.rows("SELECT id FROM refunds") == []


async def test_the_query_after_a_confirmation_is_the_same_money(till: Till, order: OrderView) -> None:
    """The paybill told of the prompt's money before a query did: one receipt, nothing owed back."""
    started = await begin(till, order)
    path = daraja_callbacks().address("c2b", "paybill").removeprefix("http://duka.test")
    await till.control("/webhooks/accidents", {"what": "drop", "provider": "daraja", "kind": "stk.callback"})
    await till.act("daraja", "answer", **{"from": WANJIRU, "outcome": "pay"})
    await till.post(path, confirmation("UKM4X9Q2RT", "352.00", order.id))
    async with till.database.transaction() as session:
        await till.payments.claim_receipt(session, order.id, "UKM4X9Q2RX")
    await till.settle()
    assert await till.rows("SELECT code, state FROM receipts") == [("UKM4X9Q2RT", "matched")]
    assert await till.rows("SELECT id FROM refunds") == []
    assert await attempt_state(till, started["attempt_id"]) == "paid"


async def test_silence_is_asked_about_and_then_given_to_a_person(till: Till, order: OrderView) -> None:
    """Nothing is ever sent again; the questions come at 60, 90, 150 and 900 seconds, the card a minute later."""
    body = {"requestId": "1", "errorCode": "500.001.1001", "errorMessage": "The transaction is being processed"}
    await till.control("/webhooks/accidents", {"what": "drop", "provider": "daraja"})
    started = await begin(till, order)
    await till.fault(provider="daraja", path="/mpesa/stkpushquery", mode="refuse", status=500, body=body)
    asked = []
    for seconds in (45, 25, 30, 60):
        await till.wait(seconds)
        asked.append(len(await till.calls("daraja", "/mpesa/stkpushquery")))
    assert asked == [0, 1, 2, 3]
    await till.skip(750)
    assert await attempt_state(till, started["attempt_id"]) == "sent"
    await till.skip(65)
    assert await attempt_state(till, started["attempt_id"]) == "review"
    assert await pushes(till) == 1
    opened = await till.rows("SELECT payload ->> 'kind' FROM outbox WHERE topic = 'payment.review.opened'")
    assert opened == [("outcome_unknown",)]


async def test_a_stranger_at_the_callback_changes_nothing(till: Till, order: OrderView) -> None:
    started = await begin(till, order)
    forged = f"/webhooks/daraja/stk/{started['attempt_id']}.{'0' * 40}"
    answer = await till.post(forged, stk_callback("ws_CO_1", 0, amount=352.0, receipt="UKM4X9Q2RT"))
    assert answer.status_code == 404
    assert (await till.order(order.id)).state == "pending"
    assert await receipts(till) == []
