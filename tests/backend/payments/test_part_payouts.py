"""Parts of payments that go back by API over simulated Daraja, while the rest stays where it is."""

import pytest

from backend.payments.ports import Evidence, Feed
from backend.platform.auth.principal import Role
from tests.support.factories.orders import make_order
from tests.support.factories.payments import PAYER, receipts_service
from tests.support.payouts import REVERSAL, approve, post, post_as, wallet
from tests.support.till import Till


@pytest.fixture
def till(paying_till: Till) -> Till:
    """A till that pays out by the one or by the other way."""
    return paying_till


async def test_a_part_goes_back_by_payout_and_the_rest_stays_paid(till: Till) -> None:
    """A reversal gives the whole back, so a part never goes by one; no second part takes more than is left."""
    async with till.database.transaction() as session:
        order = await make_order(session)
    paid = await till.act("daraja", "pay_by_hand", amount=352, reference=order.id, **{"from": "wanjiru"})
    told = Evidence(Feed.PROMPT, "mpesa", paid["receipt"], 35_200, "KES", order_id=order.id, payer=PAYER.lstrip("+"))
    async with till.database.transaction() as session:
        receipt = await receipts_service(till.clock).take(session, told)

    asked_for = {"receipt_id": receipt.id, "amount_minor": 15_000, "cause": "missing_goods", "note": "no sugar"}
    answer = await post_as(till, "admin:S-2", Role.ADMIN, f"/orders/{order.id}/refunds", **asked_for)
    assert answer.status_code == 201, answer.text
    await approve(till, answer.json()["id"])
    await till.wait(2)

    assert await till.rows("SELECT way, state, amount_minor FROM payouts") == [("b2c", "paid", 15_000)]
    assert (len(await till.calls("daraja", REVERSAL)), await wallet(till)) == (0, 20_000 - 352 + 150)
    assert await till.rows("SELECT state FROM receipts") == [("matched",)]
    now = await till.order(order.id)
    assert (now.paid_minor, now.refunded_minor, now.payment_status) == (35_200, 15_000, "success")
    owed_still = "SELECT sum(credit_minor - debit_minor)::int FROM ledger_entries WHERE account = :account"
    assert await till.rows(owed_still, account="refunds_payable") == [(0,)]
    assert await till.rows(owed_still, account="customer_funds") == [(20_200,)]

    more = {**asked_for, "amount_minor": 20_300, "cause": "damaged"}
    refused = await post_as(till, "admin:S-2", Role.ADMIN, f"/orders/{order.id}/refunds", **more)
    assert (refused.status_code, refused.json()["code"]) == (422, "payment.refund_too_large")


async def test_a_part_of_a_split_payment_goes_back_to_its_sender_by_payout(till: Till) -> None:
    """One payment for an order and something else: what is no order's goes back, the order keeps its part."""
    async with till.database.transaction() as session:
        order = await make_order(session)
    paid = await till.act("daraja", "pay_by_hand", amount=500, reference="mama", **{"from": "wanjiru"})
    told = Evidence(
        Feed.CONFIRMATION, "mpesa", paid["receipt"], 50_000, "KES", reference="mama", payer=PAYER.lstrip("+")
    )
    async with till.database.transaction() as session:
        receipt = await receipts_service(till.clock).take(session, told)
    split = {"parts": [{"order_id": order.id, "amount_minor": 35_200}], "reason": "the rest is no order's"}
    answer = await post(till, f"/payments/receipts/{receipt.id}/split", **split)
    assert answer.status_code == 200, answer.text
    [(rest,)] = await till.rows("SELECT id FROM receipts WHERE state = 'orphan'")
    await post(till, f"/payments/receipts/{rest}/give-back", note="to its sender")
    [(refund,)] = await till.rows("SELECT id FROM refunds")
    await approve(till, str(refund))
    await till.wait(2)
    assert await till.rows("SELECT way, state, amount_minor FROM payouts") == [("b2c", "paid", 14_800)]
    assert (await wallet(till), (await till.order(order.id)).paid_minor) == (20_000 - 352, 35_200)
