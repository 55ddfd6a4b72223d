"""Money that goes back by another way than our refunds, or twice: the books say whose it is, and a person hears."""

from typing import Any

import pytest

from backend.orders.events import OrderState
from backend.orders.ports import OrderView
from backend.payments.ports import Evidence, Feed, Method
from backend.platform.actors import Actor
from backend.runtime.invariants import check
from tests.backend.payments.test_upi import make_nashik_order
from tests.support.factories.orders import ADMIN
from tests.support.factories.payments import receipts_service, refunds_service
from tests.support.till import Till

CODE = "UKM5A7B9CD"
_CARDS = """
SELECT o.payload ->> 'kind', (o.payload ->> 'amount_minor')::int FROM outbox o WHERE o.topic = 'payment.review.opened'
    AND NOT EXISTS (SELECT FROM outbox c WHERE c.topic = 'payment.review.closed' AND c.pos > o.pos
        AND c.payload ->> 'subject_id' = o.payload ->> 'subject_id')
ORDER BY o.pos
"""


async def pay(till: Till, order: OrderView, amount_minor: int, code: str = CODE) -> str:
    """Money by hand for an order; return the receipt's id."""
    told = Evidence(Feed.PROMPT, "mpesa", code, amount_minor, "KES", order_id=order.id)
    async with till.database.transaction() as session:
        return (await receipts_service(till.clock).take(session, told)).id


async def pay_back(till: Till, code: str = "UKM9REFUND") -> None:
    """Approve and pay out whatever is owed back, by hand."""
    refunds = refunds_service(till.clock)
    async with till.database.transaction() as session:
        due, _ = await refunds.page(session, state="due", merchant_id=None, limit=9, offset=0)
        for refund in due:
            await refunds.decide(session, refund.id, approve=True, note="", actor=ADMIN, is_owner=True)
            await refunds.pay(session, refund.id, code, ADMIN)


async def reverse(till: Till, under: str = "UKM5A7B9R1") -> None:
    """Let a statement tell twice that the payment was taken back."""
    for _ in "ab":
        async with till.database.transaction() as session:
            await receipts_service(till.clock).take_back(session, "mpesa", CODE, "reversed", under)


async def balances(till: Till) -> dict[str, int]:
    """What each account holds, and that the books agree with the receipts."""
    async with till.database.transaction() as session:
        assert await check(session, rules=frozenset({"I1", "I5", "I17"})) == []
    rows = await till.rows(
        "SELECT account, sum(credit_minor - debit_minor)::int FROM ledger_entries GROUP BY account"
        " HAVING sum(credit_minor) <> sum(debit_minor)"
    )
    return dict(rows)


async def test_a_surplus_that_was_paid_back_and_goes_with_the_payment_again_is_its_payers_debt(
    till: Till, order: OrderView
) -> None:
    """It is taken neither from the merchant nor from the order's money a second time, and a person hears how much."""
    await pay(till, order, 40_000)
    await pay_back(till)
    assert await balances(till) == {"clearing.mpesa": -35_200, "customer_funds": 35_200}
    await reverse(till)
    assert await balances(till) == {"clearing.mpesa": 4_800, "owed_by_payers": -4_800}
    assert await till.rows(_CARDS) == [("reversed", 40_000), ("back_twice", 4_800)]
    assert (await till.order(order.id)).refunded_minor == 35_200


async def test_a_payment_that_was_given_back_whole_and_is_reversed_went_twice(till: Till, order: OrderView) -> None:
    await pay(till, order, 35_200, "UKM5A7B9C0")
    await pay(till, order, 35_200)
    await pay_back(till)
    await reverse(till)
    assert await till.rows("SELECT state FROM receipts ORDER BY code") == [("matched",), ("reversed",)]
    assert await balances(till) == {"customer_funds": 35_200, "owed_by_payers": -35_200}
    assert await till.rows(_CARDS) == [("back_twice", 35_200)]
    assert (await till.order(order.id)).payment_status == "success"


async def test_a_reversal_that_was_our_refund_is_no_second_one(till: Till, order: OrderView) -> None:
    """The desk undid the payment at the provider and recorded it under that code; the statement tells of the same."""
    await pay(till, order, 35_200, "UKM5A7B9C0")
    await pay(till, order, 35_200)
    await pay_back(till, code="ukm5a7b9r1")
    await reverse(till, under="UKM5A7B9R1")
    assert await till.rows("SELECT state FROM receipts ORDER BY code") == [("matched",), ("refunded",)]
    assert await balances(till) == {"clearing.mpesa": -35_200, "customer_funds": 35_200}
    assert await till.rows(_CARDS) == []


async def test_what_was_declined_is_asked_for_later_out_of_what_was_kept(till: Till, order: OrderView) -> None:
    """A surplus that an admin declined, and then all of the payment as goodwill: no account gives what it has not."""
    receipt_id, refunds = await pay(till, order, 40_000), refunds_service(till.clock)
    async with till.database.transaction() as session:
        [(surplus,)] = await till.rows("SELECT id FROM refunds")
        await refunds.decide(session, surplus, approve=False, note="a tip", actor=ADMIN, is_owner=True)
    assert await balances(till) == {"clearing.mpesa": -40_000, "customer_funds": 35_200, "refunds_declined": 4_800}
    async with till.database.transaction() as session:
        asker = Actor.parse("admin:S-2")
        wish = await refunds.request(session, receipt_id, 40_000, "goodwill", "", asker)
        await refunds.decide(session, wish.id, approve=True, note="", actor=ADMIN, is_owner=True)
    assert await balances(till) == {"clearing.mpesa": -40_000, "refunds_payable": 40_000}


@pytest.fixture
async def paid(till: Till) -> tuple[OrderView, str]:
    """An order of INR 120 that was paid by link, and the provider's id of the payment."""
    async with till.database.transaction() as session:
        order = await make_nashik_order(session, OrderState.PENDING)
        await till.payments.begin(session, order.id, Method.UPI)
    await till.settle()
    async with till.database.transaction() as session:
        view = await till.payments.status(session, order.id)
    paid = await till.act("upi", "pay", id=str(view.url).rpartition("/")[2], outcome="pay")
    return await till.order(order.id), paid["payment_id"]


async def account(till: Till, verb: str, **body: Any) -> Any:
    """Let something happen at the link provider, and let its webhooks come."""
    answer = await till.control(f"/accounts/upi/{verb}", body)
    await till.settle()
    await till.wait(5)
    return answer


async def test_a_payment_that_the_provider_refunds_is_no_longer_the_orders(
    till: Till, paid: tuple[OrderView, str]
) -> None:
    """Somebody gave it back in the provider's dashboard: the books are level, and a person sees to the order."""
    order, payment = paid
    await account(till, "refund", payment=payment)
    assert await till.rows("SELECT state FROM receipts") == [("reversed",)]
    assert await balances(till) == {}
    assert (await till.order(order.id)).payment_status == "refunded"
    assert await till.rows(_CARDS) == [("reversed", 12_000)]


async def test_an_approved_refund_is_paid_by_the_providers_word(till: Till, paid: tuple[OrderView, str]) -> None:
    """Under its own code, whoever pressed the button; a part of the payment stays paid."""
    order, payment = paid
    [(receipt_id,)] = await till.rows("SELECT id FROM receipts")
    refunds = refunds_service(till.clock)
    async with till.database.transaction() as session:
        wish = await refunds.request(session, receipt_id, 6_000, "damaged", "cold", Actor.parse("admin:S-2"))
        await refunds.decide(session, wish.id, approve=True, note="", actor=ADMIN, is_owner=True)
    made = await account(till, "refund", payment=payment, amount=6_000)
    assert await till.rows("SELECT state, paid_code FROM refunds") == [("paid_back", made["id"])]
    assert await balances(till) == {"clearing.upi": -6_000, "customer_funds": 6_000}
    assert ((await till.order(order.id)).refunded_minor, await till.rows(_CARDS)) == (6_000, [])


async def test_a_part_that_nobody_asked_for_brings_a_person(till: Till, paid: tuple[OrderView, str]) -> None:
    await account(till, "refund", payment=paid[1], amount=5_000)
    assert await till.rows("SELECT state FROM receipts") == [("matched",)]
    assert await till.rows(_CARDS) == [("part_reversed", 5_000)]


async def test_a_disputed_payment_is_a_card_until_it_is_won(till: Till, paid: tuple[OrderView, str]) -> None:
    order, payment = paid
    for phase in ("created", "under_review", "action_required"):
        await account(till, "dispute", payment=payment, phase=phase)
    assert set(await till.rows(_CARDS)) == {("disputed", 12_000)}
    assert (await till.order(order.id)).payment_status == "success"
    await account(till, "dispute", payment=payment, phase="won")
    assert await till.rows(_CARDS) == []
    assert await balances(till) == {"clearing.upi": -12_000, "customer_funds": 12_000}


async def test_a_dispute_that_is_lost_takes_the_money(till: Till, paid: tuple[OrderView, str]) -> None:
    order, payment = paid
    await account(till, "dispute", payment=payment, phase="created")
    await account(till, "dispute", payment=payment, phase="lost")
    assert await balances(till) == {}
    assert (await till.order(order.id)).payment_status == "refunded"
    assert await till.rows(_CARDS) == [("reversed", 12_000)]
