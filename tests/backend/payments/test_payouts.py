"""Refunds that go out by API over simulated Daraja: once each, through lost answers, silences, refusals and kills."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy.exc import IntegrityError

from backend.payments.payout_tasks import PayoutHandler
from backend.payments.ports import Evidence, Feed
from backend.payments.service.payouts import CHANNEL
from backend.platform.auth.principal import Role
from backend.platform.db.session import Database
from backend.platform.send_queue import Room, claim
from backend.platform.sends import Sent
from tests.support.clock import FixedClock
from tests.support.factories.orders import make_order
from tests.support.factories.payments import PAYER, daraja_callbacks, payouts_service, receipts_service
from tests.support.payouts import API, B2C, REVERSAL, approve, asked, cards, payouts, post, refund_state, wallet
from tests.support.till import Till, open_till

STATUS = "/mpesa/transactionstatus"


@pytest.fixture
def till(paying_till: Till) -> Till:
    """A till that pays out by the one or by the other way."""
    return paying_till


@pytest.fixture
async def by_phone(database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Till]:
    """A till that pays out to phones alone."""
    monkeypatch.setenv("PAYMENTS_PAYOUT_WAYS", '["b2c"]')
    async with open_till(database, clock) as opened:
        yield opened


async def owed(till: Till, amount: int = 352) -> str:
    """Let Wanjiru pay for an order that is paid already, so that she is owed all of it; return the refund."""
    async with till.database.transaction() as session:
        order = await make_order(session)
        first = Evidence(Feed.PROMPT, "mpesa", "UKM5A7B9C0", 35200, "KES", order_id=order.id)
        await receipts_service(till.clock).take(session, first)
    paid = await till.act("daraja", "pay_by_hand", amount=amount, reference=order.id, **{"from": "wanjiru"})
    second = Evidence(
        Feed.PROMPT, "mpesa", paid["receipt"], amount * 100, "KES", order_id=order.id, payer=PAYER.lstrip("+")
    )
    async with till.database.transaction() as session:
        await receipts_service(till.clock).take(session, second)
    [(refund_id,)] = await till.rows("SELECT id FROM refunds")
    return str(refund_id)


async def silence(till: Till) -> None:
    """Let three quarters of an hour pass without anybody's doing."""
    for _ in range(14):
        await till.skip(200)
        await till.wait(2)


async def test_an_approved_refund_is_back_with_its_payer(till: Till) -> None:
    """Its books, its card and its receipt say so, under M-Pesa's own code."""
    refund = await owed(till)
    assert await asked(till) == 0
    await approve(till, refund)
    await till.wait(2)
    assert (await payouts(till), await refund_state(till), await wallet(till)) == ([("paid", "0")], "paid_back", 20_000)
    [(code, same)] = await till.rows(
        "SELECT r.paid_code, p.paid_code FROM refunds r JOIN payouts p ON p.refund_id = r.id"
    )
    assert code == same
    assert len(code) == 10
    assert await till.rows("SELECT state FROM receipts ORDER BY created_at DESC LIMIT 1") == [("refunded",)]
    assert await till.rows("SELECT sum(debit_minor - credit_minor)::int FROM ledger_entries") == [(0,)]
    owed_still = "SELECT sum(credit_minor - debit_minor)::int FROM ledger_entries WHERE account = 'refunds_payable'"
    assert await till.rows(owed_still) == [(0,)]
    assert await cards(till) == []
    closed = await till.rows("SELECT payload ->> 'subject_id' FROM outbox WHERE topic = 'payment.review.closed'")
    assert closed == [(refund,)]


async def test_a_lost_answer_is_asked_about_and_never_sent_again(till: Till) -> None:
    """The request was carried out, its answer was cut, and its result never came."""
    refund = await owed(till)
    await till.control("/webhooks/accidents", {"what": "drop", "provider": "daraja", "left": 1})
    for path in (B2C, REVERSAL):
        await till.fault(provider="daraja", path=path, mode="apply", status=504, body={}, left=1)
    await approve(till, refund)
    assert await payouts(till) == [("unknown", None)]
    await till.wait(70)
    assert (await payouts(till))[0][0] == "paid"
    assert (await asked(till), len(await till.calls("daraja", STATUS))) == (1, 1)
    assert (await refund_state(till), await wallet(till)) == ("paid_back", 20_000)
    assert await till.rows("SELECT count(*) FROM outbound_send WHERE state = 'unknown'") == [(0,)]


async def test_a_result_that_never_comes_is_found_by_asking(till: Till) -> None:
    refund = await owed(till)
    await till.control("/webhooks/accidents", {"what": "drop", "provider": "daraja", "left": 1})
    await approve(till, refund)
    await till.wait(5)
    assert await payouts(till) == [("sent", None)]
    await till.wait(70)
    assert (await payouts(till))[0][0] == "paid"
    assert (await asked(till), await wallet(till)) == (1, 20_000)


@pytest.mark.parametrize("applied", [True, False], ids=["carried_out", "not_carried_out"])
async def test_a_timeout_of_the_queue_is_no_failure(by_phone: Till, *, applied: bool) -> None:
    """It may have been carried out or not: asked, and only where that tells nothing a person finds out."""
    till = by_phone
    refund = await owed(till)
    await till.control("/accounts/daraja/time_out", {"times": 1, "applied": applied})
    await approve(till, refund)
    await till.wait(5)
    assert await payouts(till) == [("unknown", "timeout")]
    assert await refund_state(till) == "approved"
    await silence(till)
    if applied:
        assert (await payouts(till), await wallet(till)) == ([("paid", "completed")], 20_000)
        return
    assert (await payouts(till), await cards(till)) == ([("review", "R000002")], ["payout_unknown"])
    assert (await asked(till), await refund_state(till)) == (1, "approved")


async def test_what_a_person_knows_ends_what_nobody_told(by_phone: Till) -> None:
    """Asked for again under its own id nothing can move twice; never made, another one follows."""
    till = by_phone
    refund = await owed(till)
    await till.control("/accounts/daraja/time_out", {"times": 1})
    await approve(till, refund)
    await silence(till)
    assert (await payouts(till))[0][0] == "review"

    again = await post(till, f"/refunds/{refund}/payout")
    assert again.status_code == 202
    sent = [call["body"]["OriginatorConversationID"] for call in await till.calls("daraja", B2C)]
    assert sent == [again.json()["id"]] * 2
    assert await wallet(till) == 20_000 - 352
    await silence(till)
    assert (await payouts(till))[0][0] == "review"

    await post(till, f"/refunds/{refund}/payout", is_surely_unpaid=True)
    await till.wait(2)
    assert [state for state, _ in await payouts(till)] == ["failed", "paid"]
    assert (await refund_state(till), await wallet(till)) == ("paid_back", 20_000)


async def test_a_failure_leaves_a_card_and_may_be_tried_again(by_phone: Till) -> None:
    till = by_phone
    refund = await owed(till)
    await till.control("/accounts/daraja/float", {"amount": 100})
    await approve(till, refund)
    await till.wait(2)
    assert (await payouts(till), await cards(till)) == ([("failed", "1")], ["payout_failed"])
    assert await refund_state(till) == "approved"
    await till.control("/accounts/daraja/float", {"amount": 1000})
    assert (await post(till, f"/refunds/{refund}/payout")).json()["state"] == "created"
    await till.wait(2)
    assert [state for state, _ in await payouts(till)] == ["failed", "paid"]
    assert (await refund_state(till), await wallet(till)) == ("paid_back", 20_000)


async def test_a_refused_request_is_a_failure_at_once(till: Till) -> None:
    refund = await owed(till)
    for path in (B2C, REVERSAL):
        await till.fault(provider="daraja", path=path, mode="refuse", status=400, code="400.002.02", left=1)
    await approve(till, refund)
    assert (await payouts(till))[0] == ("failed", "daraja.400.002.02")
    assert await cards(till) == ["payout_failed"]


async def test_a_reversal_that_failed_is_followed_by_a_payout(
    database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAYMENTS_PAYOUT_WAYS", '["reversal", "b2c"]')
    async with open_till(database, clock) as till:
        refund = await owed(till)
        await till.fault(provider="daraja", path=REVERSAL, mode="refuse", status=400, code="400.002.02", left=1)
        await approve(till, refund)
        await post(till, f"/refunds/{refund}/payout")
        await till.wait(2)
        assert await till.rows("SELECT way, state FROM payouts ORDER BY created_at") == [
            ("reversal", "failed"),
            ("b2c", "paid"),
        ]


async def test_results_that_come_twice_late_and_contrary_pay_once(by_phone: Till) -> None:
    """Paid stays paid."""
    till = by_phone
    refund = await owed(till)
    await till.control("/webhooks/accidents", {"what": "duplicate", "provider": "daraja", "times": 2})
    await approve(till, refund)
    await till.wait(2)
    [(payout_id,)] = await till.rows("SELECT id FROM payouts")
    path = daraja_callbacks().address("payout", str(payout_id)).removeprefix("http://duka.test")
    await till.post(path, b'{"Result":{"ResultCode":1,"ResultDesc":"late","ConversationID":"AG_other"}}')
    assert (await payouts(till), await refund_state(till)) == ([("paid", "0")], "paid_back")
    moved = "SELECT count(*) FROM ledger_entries WHERE account = 'clearing.mpesa' AND cause = 'paid_twice'"
    assert await till.rows(f"{moved} AND credit_minor > 0") == [(1,)]


async def test_a_stranger_at_the_result_address_changes_nothing(by_phone: Till) -> None:
    till = by_phone
    refund = await owed(till)
    await till.control("/webhooks/accidents", {"what": "drop", "provider": "daraja", "left": 1})
    await approve(till, refund)
    [(payout_id,)] = await till.rows("SELECT id FROM payouts")
    body = b'{"Result":{"ResultCode":0,"ResultDesc":"paid","ConversationID":"AG_x","TransactionID":"UKM5A7B9CD"}}'
    answer = await till.post(f"/webhooks/daraja/payout/{payout_id}.{'0' * 40}", body)
    assert (answer.status_code, await payouts(till)) == (404, [("sent", None)])


async def test_another_amount_in_the_result_brings_a_person(by_phone: Till) -> None:
    till = by_phone
    refund = await owed(till)
    await till.control("/webhooks/accidents", {"what": "drop", "provider": "daraja", "left": 1})
    await approve(till, refund)
    [(payout_id,)] = await till.rows("SELECT id FROM payouts")
    path = daraja_callbacks().address("payout", str(payout_id)).removeprefix("http://duka.test")
    parameters = '{"ResultParameter":[{"Key":"TransactionAmount","Value":351}]}'
    told = (
        f'{{"Result":{{"ResultCode":0,"ConversationID":"AG_x","TransactionID":"U1","ResultParameters":{parameters}}}}}'
    )
    await till.post(path, told.encode())
    assert (await payouts(till), await refund_state(till)) == ([("review", "0")], "approved")
    assert await cards(till) == ["payout_differs"]


async def test_by_hand_and_by_api_are_not_both(by_phone: Till) -> None:
    """While a payout is under way nobody records the refund as paid; once its end is unknown, a person may."""
    till = by_phone
    refund = await owed(till)
    await till.control("/accounts/daraja/time_out", {"times": 1})
    await approve(till, refund)
    running = await post(till, f"/refunds/{refund}/paid", code="UKM9HAND01")
    assert (running.status_code, running.json()["code"]) == (409, "payment.payout_running")
    await silence(till)
    assert (await post(till, f"/refunds/{refund}/paid", code="UKM9HAND01")).status_code == 200
    assert await till.rows("SELECT state, paid_code FROM payouts") == [("paid", "UKM9HAND01")]
    assert (await post(till, f"/refunds/{refund}/payout")).json()["state"] == "paid"
    assert await asked(till) == 1


async def test_without_a_way_it_stays_with_the_desk(by_phone: Till) -> None:
    """The payer's number is masked: the refund waits to be recorded as paid by hand."""
    till = by_phone
    async with till.database.transaction() as session:
        order = await make_order(session)
        for code, payer in (("UKM5A7B9C0", ""), ("UKM5A7B9C1", "2547 ***** 221")):
            told = Evidence(Feed.PROMPT, "mpesa", code, 35200, "KES", order_id=order.id, payer=payer)
            await receipts_service(till.clock).take(session, told)
    [(refund,)] = await till.rows("SELECT id FROM refunds")
    await approve(till, str(refund))
    assert (await payouts(till), await asked(till)) == ([], 0)
    answer = await post(till, f"/refunds/{refund}/payout")
    assert (answer.status_code, answer.json()["code"]) == (409, "payment.no_payout_way")
    assert (await post(till, f"/refunds/{refund}/paid", code="UKM9HAND01")).status_code == 200


async def test_a_killed_sender_pays_once(by_phone: Till) -> None:
    """The process ended after the request went out and before it was recorded."""
    till = by_phone
    refund = await owed(till)
    await till.control("/webhooks/accidents", {"what": "drop", "provider": "daraja", "left": 1})
    headers = till.api.token("owner:S-1", Role.OWNER)
    decision = {"approve": True, "note": "paid twice"}
    await till.api.client.post(f"{API}/refunds/{refund}/decision", json=decision, headers=headers)
    await till.events.drain()
    async with till.database.transaction() as session:
        [send] = await claim(session, [Room(CHANNEL, 1, 0)], owner="killed")
    handler = PayoutHandler(till.daraja, till.database, payouts_service(till.clock), daraja_callbacks().address)
    assert isinstance(await handler.deliver(send), Sent)
    await till.settle()
    assert await payouts(till) == [("unknown", None)]
    await till.wait(70)
    assert (await payouts(till))[0][0] == "paid"
    assert (await asked(till), await wallet(till)) == (1, 20_000)


@pytest.mark.concurrency
async def test_many_taps_are_one_payout(by_phone: Till) -> None:
    till = by_phone
    refund = await owed(till)
    headers = till.api.token("owner:S-1", Role.OWNER)
    decision = {"approve": True, "note": "paid twice"}
    await till.api.client.post(f"{API}/refunds/{refund}/decision", json=decision, headers=headers)
    path = f"{API}/refunds/{refund}/payout"
    answers = await asyncio.gather(*(till.api.client.post(path, headers=headers) for _ in range(6)), till.settle())
    assert {answer.json()["id"] for answer in answers[:-1]} == {(await till.rows("SELECT id FROM payouts"))[0][0]}
    await till.wait(2)
    assert (await asked(till), await wallet(till)) == (1, 20_000)


async def test_the_schema_allows_one_that_has_not_failed(by_phone: Till) -> None:
    refund = await owed(by_phone)
    insert = (
        "INSERT INTO payouts (id, refund_id, way, amount_minor, currency, receipt_code, started_by)"
        " VALUES (:id, :refund, 'b2c', 1, 'KES', 'U1', 'owner:S-1') RETURNING id"
    )
    await by_phone.rows(insert, id="PO-1", refund=refund)
    with pytest.raises(IntegrityError):
        await by_phone.rows(insert, id="PO-2", refund=refund)
