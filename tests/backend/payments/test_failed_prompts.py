"""What is done about a prompt that came to nothing: once more by itself, in words to the customer, or a person."""

from decimal import Decimal
from typing import Any

import pytest

from backend.orders.commands import OrderLineDraft
from backend.orders.ports import OrderView
from backend.payments.ports import Evidence, Feed
from backend.platform.auth.principal import Role
from backend.platform.sends import enqueue
from tests.support.factories.orders import make_order
from tests.support.factories.payments import PAYER, confirmation, daraja_callbacks, receipts_service, stk_callback
from tests.support.till import Till

PUSH = "/mpesa/stkpush/v1"
_CARDS = "SELECT payload ->> 'kind', payload ->> 'order_id' FROM outbox WHERE topic = 'payment.review.opened'"


async def begin(till: Till, order: OrderView) -> str:
    """Ask for the money over the API; return the attempt."""
    headers = till.api.token("bot:rasa", Role.BOT)
    fields = {"method": "mpesa", "payer_phone": PAYER}
    answer = await till.api.client.post(f"/api/v1/orders/{order.id}/payment", json=fields, headers=headers)
    assert answer.status_code == 202, answer.text
    await till.settle()
    return str(answer.json()["attempt_id"])


async def end(till: Till, attempt_id: str, code: int | str, **more: Any) -> None:
    """Let the newest prompt end with a code, at its own address; the phone is free again."""
    path = daraja_callbacks().address("stk", attempt_id).removeprefix("http://duka.test")
    answer = await till.post(path, stk_callback(f"ws_CO_{attempt_id}", code, **more))
    assert answer.status_code == 200


async def attempts(till: Till) -> list[tuple[str, str]]:
    rows = await till.rows("SELECT id, state FROM payment_attempts ORDER BY created_at")
    return [(row[0], row[1]) for row in rows]


async def failures(till: Till) -> list[tuple[str, bool, str]]:
    """What customers were told of failures: why, whether it is tried again, and where to pay by hand."""
    rows = await till.rows("SELECT payload FROM outbox WHERE topic = 'payment.failed' ORDER BY pos")
    return [(row[0]["reason"], row[0]["tries_again"], row[0]["paybill"]) for row in rows]


async def pushes(till: Till) -> int:
    return len(await till.calls("daraja", PUSH))


@pytest.mark.parametrize(
    ("code", "reason", "paybill"),
    [
        (17, "same_amount_too_soon", ""),
        (26, "system_busy", ""),
        (1001, "another_prompt_open", ""),
        (1025, "prompt_not_sent", "600999"),
        (9999, "prompt_not_sent", "600999"),
    ],
)
async def test_a_passing_failure_is_tried_once_more_and_then_told(
    till: Till, order: OrderView, code: int, reason: str, paybill: str
) -> None:
    """After two minutes and not before; a prompt that reaches no phone twice is to be paid by hand."""
    first = await begin(till, order)
    await end(till, first, code)
    assert [state for _, state in await attempts(till)] == ["failed", "created"]
    assert (await till.order(order.id)).payment_status == "pending"
    await till.skip(60)
    assert await pushes(till) == 1
    await till.skip(70)
    assert await pushes(till) == 2

    second = (await attempts(till))[1][0]
    await end(till, second, code)
    await till.skip(600)
    assert await pushes(till) == 2
    assert [state for _, state in await attempts(till)] == ["failed", "failed"]
    assert await failures(till) == [(reason, True, ""), (reason, False, paybill)]
    assert (await till.order(order.id)).payment_status == "failed"
    assert await till.rows(_CARDS) == []


async def test_the_second_try_pays_the_order(till: Till, order: OrderView) -> None:
    first = await begin(till, order)
    await end(till, first, 26)
    await till.wait(130)
    second = (await attempts(till))[1][0]
    await end(till, second, 0, amount=352.0, receipt="UKM4X9Q2RT")
    assert (await till.order(order.id)).state == "confirmed"
    assert [state for _, state in await attempts(till)] == ["failed", "paid"]


@pytest.mark.parametrize("paid", ["352.00", "100.00"])
async def test_what_came_in_meanwhile_is_not_asked_for_again(till: Till, order: OrderView, paid: str) -> None:
    """The customer has paid by hand while the second try waited; nobody is asked to pay more than is due."""
    await end(till, await begin(till, order), 17)
    path = daraja_callbacks().address("c2b", "paybill").removeprefix("http://duka.test")
    await till.post(path, confirmation("UKM5A7B9CD", paid, order.id))
    await till.wait(130)
    assert await pushes(till) == 1
    assert [state for _, state in await attempts(till)] == ["failed", "failed"]
    assert (await till.order(order.id)).state == ("confirmed" if paid == "352.00" else "partial")
    assert await till.rows("SELECT id FROM refunds") == []


async def test_asking_while_the_second_try_waits_prompts_once(till: Till, order: OrderView) -> None:
    await end(till, await begin(till, order), 26)
    waiting = (await attempts(till))[1][0]
    assert await begin(till, order) == waiting
    await till.wait(130)
    assert await pushes(till) == 2


@pytest.mark.parametrize("code", [8, 2028, 8006, "SFC_IC0003"])
async def test_what_the_customer_can_not_mend_is_a_persons(till: Till, order: OrderView, code: int | str) -> None:
    await end(till, await begin(till, order), code)
    assert await till.rows(_CARDS) == [("prompt_refused", order.id)]
    await till.skip(600)
    assert await pushes(till) == 1


@pytest.mark.parametrize("code", [1, 2, 3, 4, 1019, 1032, 1037, 2001])
async def test_what_is_the_customers_to_mend_is_neither_tried_again_nor_a_persons(
    till: Till, order: OrderView, code: int
) -> None:
    await end(till, await begin(till, order), code)
    await till.skip(600)
    assert (await pushes(till), await till.rows(_CARDS)) == (1, [])
    assert [state for _, state in await attempts(till)] == ["failed"]


async def test_a_refused_request_is_a_persons(till: Till, order: OrderView) -> None:
    """Wrong credentials are nothing that another try, or the customer's phone, could mend."""
    body = {"requestId": "1", "errorCode": "500.001.1001", "errorMessage": "Wrong credentials"}
    await till.fault(provider="daraja", path=PUSH, mode="refuse", status=500, body=body)
    await begin(till, order)
    assert await till.rows(_CARDS) == [("prompt_refused", order.id)]
    assert await failures(till) == [("prompt_refused", False, "")]


async def test_shillings_that_are_not_whole_never_reach_daraja(till: Till, order: OrderView) -> None:
    """An order of KES 150.50 is a person's to settle otherwise."""
    async with till.database.transaction() as session:
        odd = await make_order(
            session, shop=False, user_id=order.user_id, lines=(OrderLineDraft("SUKARI-1KG", Decimal(1)),)
        )
    await begin(till, odd)
    assert (await pushes(till), await till.rows(_CARDS)) == (0, [("prompt_refused", odd.id)])


async def test_a_persons_question_ends_when_the_provider_tells_at_last(till: Till, order: OrderView) -> None:
    """Nobody knew the prompt's end for a quarter of an hour; then its callback comes."""
    await till.control("/webhooks/accidents", {"what": "drop", "provider": "daraja", "left": 99})
    body = {"requestId": "1", "errorCode": "500.001.1001", "errorMessage": "The transaction is being processed"}
    attempt = await begin(till, order)
    await till.fault(provider="daraja", path="/mpesa/stkpushquery", mode="refuse", status=500, body=body)
    for _ in range(16):
        await till.skip(120)
    assert await till.rows(_CARDS) == [("outcome_unknown", order.id)]
    await end(till, attempt, 1032)
    closed = "SELECT payload ->> 'subject_id' FROM outbox WHERE topic = 'payment.review.closed'"
    assert await till.rows(closed) == [(attempt,)]


async def test_an_order_whose_payment_was_taken_back_can_be_asked_for_again(till: Till, order: OrderView) -> None:
    """It runs on and owes all of it: the prompt goes out, though the order shows what was paid before."""
    told = Evidence(Feed.PROMPT, "mpesa", "UKM5A7B9C0", 35200, "KES", order_id=order.id)
    async with till.database.transaction() as session:
        await receipts_service(till.clock).take(session, told)
        await receipts_service(till.clock).take_back(session, "mpesa", "UKM5A7B9C0", "reversed")
    await begin(till, order)
    assert (await pushes(till), [state for _, state in await attempts(till)]) == (1, ["sent"])


async def test_a_query_that_says_failed_leaves_what_was_paid_paid(till: Till, order: OrderView) -> None:
    """As the provider's own sandbox does for payments that were made."""
    attempt = await begin(till, order)
    await end(till, attempt, 0, amount=352.0, receipt="UKM4X9Q2RT")
    body = {"ResponseCode": "0", "ResultCode": "1032", "ResultDesc": "Request cancelled by user"}
    await till.fault(provider="daraja", path="/mpesa/stkpushquery", mode="refuse", status=200, body=body)
    async with till.database.transaction() as session:
        await enqueue(session, "daraja.query", {"attempt_id": attempt}, idem="late", order_id=order.id)
    await till.settle()
    assert len(await till.calls("daraja", "/mpesa/stkpushquery")) == 1
    assert (await till.order(order.id)).payment_status == "success"
    assert [state for _, state in await attempts(till)] == ["paid"]
    assert await failures(till) == []
