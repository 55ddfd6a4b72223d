"""Several feeds tell of the same money: each receipt ends with an order, with a person, or with the orphans, once."""

from typing import Any

import pytest
from sqlalchemy import text

from backend.orders.ports import OrderView
from backend.payments.errors import ReceiptSettledError
from backend.payments.ports import Evidence, Feed, Method
from backend.payments.service.receipts import ReceiptsService
from backend.platform.actors import Actor, ActorKind
from tests.support.factories.customers import make_customer
from tests.support.factories.orders import make_order
from tests.support.factories.payments import PAYER, confirmation, daraja_callbacks, receipts_service, refunds_service
from tests.support.till import Till

OWNER = Actor(ActorKind.OWNER, "S-9")
CODE = "UKM5A7B9CD"


@pytest.fixture
def receipts(till: Till) -> ReceiptsService:
    return receipts_service(till.clock)


@pytest.fixture
async def prompted(till: Till, order: OrderView) -> OrderView:
    """The order, its payer's number known from a prompt that was never answered."""
    async with till.database.transaction() as session:
        await till.payments.begin(session, order.id, Method.MPESA, PAYER)
    return order


def by_hand(till: Till, **parts: Any) -> Evidence:
    values: dict[str, Any] = {
        "feed": Feed.CONFIRMATION,
        "rail": "mpesa",
        "code": CODE,
        "amount_minor": 35200,
        "currency": "KES",
        "paid_at": till.clock.now(),
    }
    return Evidence(**{**values, **parts})


async def tell(till: Till, *told: Evidence) -> list[str]:
    """Tell of money, each in a transaction; return what became of it, in turn."""
    states = []
    for one in told:
        async with till.database.transaction() as session:
            states.append((await receipts_service(till.clock).take(session, one)).state)
    return states


async def balances(till: Till) -> dict[str, int]:
    rows = await till.rows(
        "SELECT account, sum(credit_minor - debit_minor)::bigint FROM ledger_entries GROUP BY account"
        " HAVING sum(credit_minor) <> sum(debit_minor)"
    )
    return dict(rows)


async def test_a_pull_that_tells_the_payer_settles_what_a_confirmation_left_open(
    till: Till, prompted: OrderView
) -> None:
    """The confirmation masks the number, so a person is asked; the pull feed names it, and the card closes itself."""
    assert await tell(till, by_hand(till, payer="2547 ***** 221")) == ["suggested"]
    assert await till.rows("SELECT order_id FROM receipt_suggestions") == [(prompted.id,)]
    assert await tell(till, by_hand(till, feed=Feed.PULL, payer="254711000221")) == ["matched"]
    assert (await till.order(prompted.id)).state == "confirmed"
    assert await till.rows("SELECT order_id FROM receipt_suggestions") == []
    topics = await till.rows("SELECT topic FROM outbox WHERE topic LIKE 'payment.review.%' ORDER BY pos")
    assert topics == [("payment.review.opened",), ("payment.review.closed",)]
    assert await balances(till) == {"clearing.mpesa": -35200, "customer_funds": 35200}


async def test_all_feeds_of_one_receipt_count_once(till: Till, prompted: OrderView) -> None:
    feeds = [by_hand(till, feed=feed, reference=prompted.id, payer=PAYER) for feed in (Feed.PULL, Feed.STATEMENT)]
    assert await tell(till, by_hand(till, reference=prompted.id), *feeds) == ["matched"] * 3
    assert await till.rows("SELECT count(*) FROM receipts") == [(1,)]
    assert await balances(till) == {"clearing.mpesa": -35200, "customer_funds": 35200}


async def test_a_reference_that_is_one_slip_away_needs_its_payer(till: Till, prompted: OrderView) -> None:
    slip = prompted.id[:-1]
    assert await tell(till, by_hand(till, code="UKM5A7B9C1", reference=slip)) == ["suggested"]
    assert await tell(till, by_hand(till, code="UKM5A7B9C2", reference=slip, payer="2547 ***** 221")) == ["matched"]


async def test_what_is_nobodys_is_an_orphan_with_a_card(till: Till, prompted: OrderView) -> None:
    assert await tell(till, by_hand(till, amount_minor=100, payer="254799000111")) == ["orphan"]
    opened = await till.rows("SELECT payload ->> 'kind' FROM outbox WHERE topic = 'payment.review.opened'")
    assert opened == [("orphan",)]
    assert await balances(till) == {"clearing.mpesa": -100, "suspense": 100}


async def test_a_person_gives_a_receipt_to_its_order_once(
    till: Till, receipts: ReceiptsService, order: OrderView
) -> None:
    await tell(till, by_hand(till))
    ((receipt_id, order_id),) = await till.rows("SELECT receipt_id, order_id FROM receipt_suggestions")
    async with till.database.transaction() as session:
        given = await receipts.accept(session, receipt_id, order_id, OWNER)
    assert (given.state, given.order_id, given.matched_by) == ("matched", order.id, "owner:S-9")
    assert given.reasons == ["amount_due", "time_of_prompt"]
    async with till.database.transaction() as session:
        with pytest.raises(ReceiptSettledError):
            await receipts.accept(session, receipt_id, order_id, OWNER)
    assert (await till.order(order.id)).paid_minor == 35200
    assert await balances(till) == {"clearing.mpesa": -35200, "customer_funds": 35200}


async def test_a_receipt_presented_for_another_order_is_refused_and_flagged(till: Till, order: OrderView) -> None:
    """A forged callback brings another order's receipt: nothing is paid, and a person is told."""
    await tell(till, by_hand(till, reference=order.id))
    async with till.database.transaction() as session:
        user = await make_customer(session, external_id="254700000102", phone="+254700000102")
        other = await make_order(session, shop=False, user_id=user.id)
        begun = await till.payments.begin(session, other.id, Method.MPESA, "+254700000102")
    forged = by_hand(till, feed=Feed.PROMPT, order_id=other.id, attempt_id=begun.attempt_id, expected_minor=35200)
    assert await tell(till, forged) == ["matched"]
    assert await till.rows("SELECT order_id FROM receipts") == [(order.id,)]
    assert (await till.order(other.id)).state == "pending"
    flags = await till.rows("SELECT payload ->> 'kind' FROM outbox WHERE topic = 'payment.review.opened'")
    assert flags == [("code_reused",)]


async def test_feeds_that_differ_on_the_amount_move_nothing(till: Till, order: OrderView) -> None:
    await tell(till, by_hand(till, reference=order.id), by_hand(till, feed=Feed.PULL, amount_minor=99900))
    assert await till.rows("SELECT amount_minor FROM receipts") == [(35200,)]
    flags = await till.rows("SELECT payload ->> 'kind' FROM outbox WHERE topic = 'payment.review.opened'")
    assert flags == [("amount_conflict",)]


async def test_money_that_went_back_is_written_contrary_once(
    till: Till, receipts: ReceiptsService, order: OrderView
) -> None:
    """A reversal of a paid order: the books are level again, the order shows it, a person decides what follows."""
    await tell(till, by_hand(till, reference=order.id))
    for _ in range(2):
        async with till.database.transaction() as session:
            await receipts.take_back(session, "mpesa", CODE, "reversed")
    assert await till.rows("SELECT state FROM receipts") == [("reversed",)]
    assert await balances(till) == {}
    shown = await till.order(order.id)
    assert (shown.state, shown.payment_status, shown.refunded_minor) == ("confirmed", "refunded", 35200)
    opened = await till.rows("SELECT payload ->> 'kind', payload ->> 'order_id' FROM outbox WHERE topic LIKE '%opened'")
    assert opened == [("reversed", order.id)]


async def test_an_order_whose_money_went_back_can_be_paid_again(
    till: Till, receipts: ReceiptsService, order: OrderView
) -> None:
    await tell(till, by_hand(till, reference=order.id))
    async with till.database.transaction() as session:
        await receipts.take_back(session, "mpesa", CODE, "reversed")
    assert await tell(till, by_hand(till, code="UKM5A7B9CE", reference=order.id)) == ["matched"]
    paid = await till.order(order.id)
    assert (paid.payment_status, paid.paid_minor - paid.refunded_minor) == ("success", 35200)
    assert await balances(till) == {"clearing.mpesa": -35200, "customer_funds": 35200}


async def test_an_order_that_waits_for_the_rest_is_paid_though_its_first_part_went_back(
    till: Till, receipts: ReceiptsService, order: OrderView
) -> None:
    """It owes all again, takes what comes in parts, and runs once all of it is there."""
    await tell(till, by_hand(till, amount_minor=100, reference=order.id))
    async with till.database.transaction() as session:
        await receipts.take_back(session, "mpesa", CODE, "reversed")
    assert (await till.order(order.id)).due_minor == 35200
    await tell(till, by_hand(till, code="UKM5A7B9CE", amount_minor=35100, reference=order.id))
    shown = await till.order(order.id)
    assert (shown.state, shown.payment_status, shown.due_minor) == ("partial", "partial", 100)
    await tell(till, by_hand(till, code="UKM5A7B9CF", amount_minor=100, reference=order.id))
    paid = await till.order(order.id)
    assert (paid.state, paid.payment_status, paid.paid_minor - paid.refunded_minor) == ("confirmed", "success", 35200)
    assert await till.rows("SELECT amount_minor FROM refunds") == []
    assert await balances(till) == {"clearing.mpesa": -35200, "customer_funds": 35200}


async def test_an_order_that_runs_on_may_be_paid_again_in_parts(
    till: Till, receipts: ReceiptsService, order: OrderView
) -> None:
    """What comes after its money went back is recorded as it comes, not only with the last part."""
    await tell(till, by_hand(till, reference=order.id))
    async with till.database.transaction() as session:
        await receipts.take_back(session, "mpesa", CODE, "reversed")
    await tell(till, by_hand(till, code="UKM5A7B9CE", amount_minor=10000, reference=order.id))
    shown = await till.order(order.id)
    assert (shown.payment_status, shown.paid_minor - shown.refunded_minor) == ("partial", 10000)
    await tell(till, by_hand(till, code="UKM5A7B9CF", amount_minor=25200, reference=order.id))
    paid = await till.order(order.id)
    assert (paid.payment_status, paid.paid_minor - paid.refunded_minor) == ("success", 35200)


async def test_a_reversal_of_what_never_counted_leaves_the_order_paid(
    till: Till, receipts: ReceiptsService, order: OrderView
) -> None:
    """A second payment was owed back from the start; that its provider takes it back is nothing to the order."""
    await tell(till, by_hand(till, reference=order.id))
    twice = by_hand(till, code="UKM5A7B9CE", feed=Feed.PROMPT, order_id=order.id)
    assert await tell(till, twice) == ["refund_due"]
    async with till.database.transaction() as session:
        await receipts.take_back(session, "mpesa", "UKM5A7B9CE", "reversed")
    shown = await till.order(order.id)
    assert (shown.payment_status, shown.paid_minor, shown.refunded_minor) == ("success", 35200, 0)
    assert await till.rows("SELECT state FROM refunds") == [("rejected",)]
    assert await till.rows("SELECT 1 FROM outbox WHERE topic = 'payment.review.opened'") == []
    assert await balances(till) == {"clearing.mpesa": -35200, "customer_funds": 35200}


async def test_a_reversal_of_too_much_takes_its_refund_with_it(
    till: Till, receipts: ReceiptsService, order: OrderView
) -> None:
    await tell(till, by_hand(till, amount_minor=40000, reference=order.id))
    async with till.database.transaction() as session:
        await receipts.take_back(session, "mpesa", CODE, "reversed")
    assert await till.rows("SELECT amount_minor, state FROM refunds") == [(4800, "rejected")]
    assert await balances(till) == {}


async def test_a_reversal_of_too_much_leaves_what_was_paid_before(
    till: Till, receipts: ReceiptsService, order: OrderView
) -> None:
    """Of a second part that was too much, only what was due is to come again; the first part still counts."""
    await tell(till, by_hand(till, amount_minor=10000, reference=order.id))
    second = by_hand(till, code="UKM5A7B9CE", feed=Feed.PROMPT, order_id=order.id)
    assert await tell(till, second) == ["matched"]
    async with till.database.transaction() as session:
        await receipts.take_back(session, "mpesa", "UKM5A7B9CE", "reversed")
    shown = await till.order(order.id)
    assert (shown.payment_status, shown.paid_minor, shown.refunded_minor) == ("success", 35200, 25200)
    assert await balances(till) == {"clearing.mpesa": -10000, "customer_funds": 10000}
    await tell(till, by_hand(till, code="UKM5A7B9CF", amount_minor=25200, reference=order.id))
    paid = await till.order(order.id)
    assert (paid.payment_status, paid.paid_minor - paid.refunded_minor) == ("success", 35200)
    assert await balances(till) == {"clearing.mpesa": -35200, "customer_funds": 35200}


async def test_what_was_given_back_before_a_reversal_is_not_taken_twice(
    till: Till, receipts: ReceiptsService, order: OrderView
) -> None:
    """An order paid in two parts, of which one was partly given back and then taken back: the other part counts."""
    await tell(till, by_hand(till, amount_minor=10000, reference=order.id))
    await tell(till, by_hand(till, code="UKM5A7B9CE", amount_minor=25200, reference=order.id))
    async with till.database.transaction() as session:
        refunds = refunds_service(till.clock)
        receipt_id = await session.scalar(text("SELECT id FROM receipts WHERE code = 'UKM5A7B9CE'"))
        asked = await refunds.request(session, receipt_id, 5000, "damaged", "", Actor.parse("admin:S-2"))
        await refunds.decide(session, asked.id, approve=True, note="", actor=OWNER, is_owner=True)
        await refunds.pay(session, asked.id, "UKM5A7B9CG", OWNER)
    async with till.database.transaction() as session:
        await receipts.take_back(session, "mpesa", "UKM5A7B9CE", "reversed")
    shown = await till.order(order.id)
    assert (shown.paid_minor, shown.refunded_minor) == (35200, 25200)


async def test_a_reversal_of_an_orphan_closes_its_card(till: Till, receipts: ReceiptsService, order: OrderView) -> None:
    await tell(till, by_hand(till, amount_minor=100))
    async with till.database.transaction() as session:
        await receipts.take_back(session, "mpesa", CODE, "reversed")
        assert await receipts.take_back(session, "mpesa", "UKMUNKNOWN", "reversed") is None
    assert await balances(till) == {}
    topics = await till.rows("SELECT topic FROM outbox WHERE topic LIKE 'payment.review.%' ORDER BY pos")
    assert topics[-1] == ("payment.review.closed",)


async def test_the_time_of_a_confirmation_is_kept_in_utc(till: Till, order: OrderView) -> None:
    path = daraja_callbacks().address("c2b", "paybill").removeprefix("http://duka.test")
    await till.post(path, confirmation(CODE, "352.00", order.id))
    assert await till.rows("SELECT paid_at AT TIME ZONE 'UTC' = '2026-11-22 17:14:33' FROM receipts") == [(True,)]


async def test_many_at_once_are_as_one_after_the_other(till: Till, receipts: ReceiptsService, order: OrderView) -> None:
    """A batch with a part, the rest, the same code again and an orphan: each order takes one a turn."""
    told = [
        by_hand(till, code="UKM5A7B9C1", amount_minor=10000, reference=order.id),
        by_hand(till, code="UKM5A7B9C2", amount_minor=25200, reference=order.id),
        by_hand(till, code="UKM5A7B9C1", amount_minor=10000, reference=order.id),
        by_hand(till, code="UKM5A7B9C3", amount_minor=77, reference="rent"),
    ]
    async with till.database.transaction() as session:
        taken = await receipts.take_all(session, told)
    assert [row.state for row in taken] == ["matched", "matched", "matched", "orphan"]
    assert taken[0].id == taken[2].id
    paid = await till.order(order.id)
    assert (paid.state, paid.payment_status, paid.paid_minor) == ("confirmed", "success", 35200)
    assert await balances(till) == {"clearing.mpesa": -35277, "customer_funds": 35200, "suspense": 77}
    async with till.database.transaction() as session:
        again = await receipts.take_all(session, told)
    assert [row.id for row in again] == [row.id for row in taken]
    assert await till.rows("SELECT count(*) FROM receipts") == [(3,)]
