"""Receipts taken apart, put together and away from an order, over HTTP: nothing is erased, every sum stays right."""

import asyncio
from typing import Any

import pytest

from backend.orders.commands import CancelOrder
from backend.orders.events import OrderState
from backend.orders.ports import OrderView
from backend.payments.ports import Evidence, Feed, Method
from backend.platform.auth.principal import Role
from backend.runtime.invariants import check
from tests.support.factories.orders import ADMIN, give, make_order
from tests.support.factories.payments import PAYER, receipts_service
from tests.support.till import Till

API = "/api/v1"
CODE = "UKM5A7B9CD"
WHY = "another customer's"


async def come_in(till: Till, minor: int, code: str = CODE, **parts: Any) -> str:
    """Money by hand; return its receipt's id."""
    told = Evidence(Feed.CONFIRMATION, "mpesa", code, minor, "KES", paid_at=till.clock.now(), **parts)
    async with till.database.transaction() as session:
        return (await receipts_service(till.clock).take(session, told)).id


async def ask(till: Till, path: str, key: str | None = None, role: Role = Role.ADMIN, **body: Any) -> tuple[int, Any]:
    """Post as somebody of the money desk; return (status, body)."""
    claims = body.pop("claims", {})
    headers = till.api.token(f"{role}:S-1", role, **claims) | ({"idempotency-key": key} if key else {})
    answer = await till.api.client.post(f"{API}{path}", headers=headers, json={"reason": WHY, **body})
    return answer.status_code, answer.json()


async def another(till: Till, order: OrderView, state: OrderState = OrderState.PENDING) -> OrderView:
    async with till.database.transaction() as session:
        return await make_order(session, state, shop=False, user_id=order.user_id)


async def balances(till: Till) -> dict[str, int]:
    rows = await till.rows(
        "SELECT account, sum(credit_minor - debit_minor)::bigint FROM ledger_entries GROUP BY account"
        " HAVING sum(credit_minor) <> sum(debit_minor)"
    )
    return dict(rows)


async def standing(till: Till) -> list[tuple[Any, ...]]:
    return await till.rows("SELECT code, amount_minor::int, state, order_id FROM receipts ORDER BY code")


async def opened(till: Till) -> list[tuple[Any, ...]]:
    """The reviews that are open, as (kind, order)."""
    return await till.rows(
        "SELECT payload ->> 'kind', payload ->> 'order_id' FROM outbox o WHERE topic = 'payment.review.opened'"
        " AND NOT EXISTS (SELECT FROM outbox c WHERE c.topic = 'payment.review.closed' AND c.key = o.key"
        " AND c.pos > o.pos) ORDER BY pos"
    )


async def holds(till: Till) -> None:
    """Every rule about money, orders and their watchers holds at this instant."""
    async with till.database.transaction() as session:
        assert await check(session) == []


async def test_one_receipt_pays_two_orders_and_the_rest_stays_open(till: Till, order: OrderView) -> None:
    """A part to the minor unit each; asked for again under the same key nothing is split twice."""
    other = await another(till, order)
    receipt = await come_in(till, 80001)
    parts = [{"order_id": order.id, "amount_minor": 35200}, {"order_id": other.id, "amount_minor": 35200}]
    first = await ask(till, f"/payments/receipts/{receipt}/split", "k-1", parts=parts)
    assert first[0] == 200
    assert [(one["state"], one["amount_minor"]) for one in first[1]["items"]] == [
        ("matched", 35200),
        ("matched", 35200),
        ("orphan", 9601),
    ]
    assert await ask(till, f"/payments/receipts/{receipt}/split", "k-1", parts=parts) == first
    assert (await ask(till, f"/payments/receipts/{receipt}/split", "k-1", parts=parts[:1]))[0] == 422
    assert await standing(till) == [
        (CODE, 80001, "replaced", None),
        (f"{CODE}/1", 35200, "matched", order.id),
        (f"{CODE}/2", 35200, "matched", other.id),
        (f"{CODE}/3", 9601, "orphan", None),
    ]
    assert [(await till.order(one.id)).state for one in (order, other)] == ["confirmed", "confirmed"]
    assert await balances(till) == {"clearing.mpesa": -80001, "customer_funds": 70400, "suspense": 9601}
    assert await opened(till) == [("orphan", None)]
    decided = await till.rows("SELECT kind, actor, reason FROM receipt_decisions ORDER BY id")
    assert decided == [("split", "admin:S-1", WHY), ("given", "admin:S-1", WHY), ("given", "admin:S-1", WHY)]
    await holds(till)


@pytest.mark.parametrize(
    ("shares", "code"),
    [
        ([35200, 5001], "payment.split_sum"),
        ([40200], "payment.split_sum"),
        ([40200, 1], "payment.split_sum"),
        ([20000, None], "payment.split_sum"),
        ([20000, "ORDNOTHERE"], "order.not_found"),
    ],
    ids=["too much", "all of it", "all and more", "one order twice", "no such order"],
)
async def test_parts_that_are_none_change_nothing(
    till: Till, order: OrderView, shares: list[int | str | None], code: str
) -> None:
    other = await another(till, order)
    receipt = await come_in(till, 40200)
    before = await standing(till), await balances(till)
    parts = [
        {"order_id": order.id if place == 0 or share is None else other.id, "amount_minor": share or 100}
        if not isinstance(share, str)
        else {"order_id": share, "amount_minor": 100}
        for place, share in enumerate(shares)
    ]
    status, body = await ask(till, f"/payments/receipts/{receipt}/split", parts=parts)
    assert (status >= 400, body["code"]) == (True, code)
    assert (await standing(till), await balances(till)) == before


async def test_two_receipts_pay_one_order_together_or_not_at_all(till: Till, order: OrderView) -> None:
    """A third one that the order would not need keeps all of them open."""
    ids = [await come_in(till, minor, f"UKM5A7B9C{minor}") for minor in (20000, 15200, 7)]
    status, body = await ask(till, f"/orders/{order.id}/receipts", receipt_ids=ids)
    assert (status, body["code"]) == (409, "payment.nothing_due")
    assert (await till.order(order.id)).paid_minor == 0
    status, body = await ask(till, f"/orders/{order.id}/receipts", receipt_ids=ids[:2])
    assert (status, [one["state"] for one in body["items"]]) == (200, ["matched", "matched"])
    shown = await till.order(order.id)
    assert (shown.state, shown.paid_minor) == ("confirmed", 35200)
    await holds(till)


async def test_a_part_that_was_anothers_lets_its_order_wait_again(till: Till, order: OrderView) -> None:
    """The order goes back to waiting, its intent asks for the whole again, and the money finds its own order."""
    other = await another(till, order)
    async with till.database.transaction() as session:
        await till.payments.begin(session, order.id, Method.MPESA, PAYER)
    receipt = await come_in(till, 30000, reference=order.id)
    assert (await till.order(order.id)).state == "partial"
    first = await ask(till, f"/payments/receipts/{receipt}/undo", "k-1")
    assert (first[0], first[1]["state"], first[1]["part_of"]) == (200, "orphan", receipt)
    assert await ask(till, f"/payments/receipts/{receipt}/undo", "k-1") == first
    again = await ask(till, f"/payments/receipts/{receipt}/undo", "k-2")
    assert (again[0], again[1]["code"]) == (409, "payment.receipt_settled")
    shown = await till.order(order.id)
    assert (shown.state, shown.payment_status, shown.paid_minor) == ("pending", "pending", 0)
    assert await balances(till) == {"clearing.mpesa": -30000, "suspense": 30000}
    assert await till.rows("SELECT state, amount_minor::int FROM payment_intents") == [("open", 35200)]
    assert await opened(till) == [("orphan", None)]
    assert (await ask(till, f"/payments/receipts/{first[1]['id']}/match", order_id=other.id))[0] == 200
    assert [(await till.order(one.id)).paid_minor for one in (order, other)] == [0, 30000]
    assert await opened(till) == []
    await holds(till)


@pytest.mark.parametrize("state", [OrderState.CONFIRMED, OrderState.OUT_FOR_DELIVERY, OrderState.DELIVERED])
async def test_an_order_that_runs_stays_where_it_is_and_owes(till: Till, order: OrderView, state: OrderState) -> None:
    """Its card names the order and the money; once it is paid again the card has its end."""
    async with till.database.transaction() as session:
        await till.payments.begin(session, order.id, Method.MPESA, PAYER)
    receipt = await come_in(till, 35200, reference=order.id)
    await till.rows("UPDATE orders SET state = :state WHERE id = :order RETURNING 1", state=str(state), order=order.id)
    assert (await ask(till, f"/payments/receipts/{receipt}/undo"))[0] == 200
    shown = await till.order(order.id)
    assert (shown.state, shown.payment_status, shown.due_minor) == (state, "pending", 35200)
    assert await till.rows("SELECT state FROM payment_intents") == [("open",)]
    assert ("undone", order.id) in await opened(till)
    told = await till.rows("SELECT meta ->> 'reason' FROM order_events WHERE command = 'WithdrawPayment'")
    assert told == [(f"admin:S-1: {WHY}",)]
    await come_in(till, 35200, "UKM5A7B9CE", reference=order.id)
    assert (await till.order(order.id)).payment_status == "success"
    assert await opened(till) == [("orphan", None)]


async def test_what_no_feed_says_afterwards_gives_it_back_to_that_order(till: Till, order: OrderView) -> None:
    """What a person took away is only given by a person; a reversal takes what is left of it, wherever it is."""
    other = await another(till, order)
    receipt = await come_in(till, 40000, reference=order.id)
    _, part = await ask(till, f"/payments/receipts/{receipt}/undo")
    await come_in(till, 40000, reference=order.id)
    await come_in(till, 40000, reference=order.id, payer=PAYER)
    assert (await till.order(order.id)).paid_minor == 0
    shares = [{"order_id": other.id, "amount_minor": 20000}]
    assert (await ask(till, f"/payments/receipts/{part['id']}/split", parts=shares))[0] == 200
    async with till.database.transaction() as session:
        await receipts_service(till.clock).take_back(session, "mpesa", CODE, "reversed")
    assert [(code, state) for code, _, state, _ in await standing(till)] == [
        (CODE, "replaced"),
        (f"{CODE}/1", "replaced"),
        (f"{CODE}/2", "reversed"),
        (f"{CODE}/3", "reversed"),
    ]
    assert await balances(till) == {}


async def test_what_was_owed_back_is_not_owed_any_more(till: Till, order: OrderView) -> None:
    """Money of a cancelled order was another's: its refund ends, with the card, and the other order is paid."""
    other = await another(till, order)
    async with till.database.transaction() as session:
        await give(session, order, ADMIN, CancelOrder("customer_request"))
    receipt = await come_in(till, 35200, order_id=order.id)
    assert (await till.order(order.id)).payment_status == "refund_due"
    _, part = await ask(till, f"/payments/receipts/{receipt}/undo")
    assert await till.rows("SELECT state, note FROM refunds") == [("rejected", WHY)]
    assert (await till.order(order.id)).payment_status == "pending"
    assert await balances(till) == {"clearing.mpesa": -35200, "suspense": 35200}
    assert (await ask(till, f"/payments/receipts/{part['id']}/match", order_id=other.id))[0] == 200
    assert (await till.order(other.id)).state == "confirmed"
    await holds(till)


async def test_a_second_payment_of_the_same_order_counts_when_the_first_was_anothers(
    till: Till, order: OrderView
) -> None:
    """Too much and paid twice: what is owed back of the receipt goes with it, and a refund of it may come again."""
    first = await come_in(till, 35200, order_id=order.id)
    second = await come_in(till, 40000, "UKM5A7B9CE", order_id=order.id)
    for receipt in (first, second):
        assert (await ask(till, f"/payments/receipts/{receipt}/undo"))[0] == 200
    assert {state for _, _, state, _ in await standing(till)} == {"replaced", "orphan"}
    ((part,),) = await till.rows("SELECT id FROM receipts WHERE code = 'UKM5A7B9CE/1'")
    assert (await ask(till, f"/payments/receipts/{part}/match", order_id=order.id))[0] == 200
    assert await till.rows("SELECT cause, amount_minor::int, state FROM refunds ORDER BY created_at, state") == [
        ("paid_twice", 40000, "rejected"),
        ("paid_too_much", 4800, "due"),
    ]
    await holds(till)


async def test_what_stays_with_its_order(till: Till, order: OrderView) -> None:
    """Cash, a number still to come, money that was settled: refused in words, and nothing has changed."""
    async with till.database.transaction() as session:
        await till.payments.record_cash(session, order.id, 5000, "R-1")
    await come_in(till, 30200, reference=order.id)
    await till.rows("UPDATE receipts SET provisional = true WHERE provider = 'mpesa' RETURNING 1")
    before = await standing(till), await balances(till), await till.order(order.id)
    for (receipt,) in await till.rows("SELECT id FROM receipts"):
        status, body = await ask(till, f"/payments/receipts/{receipt}/undo")
        assert (status, body["code"]) == (409, "payment.receipt_stays")
    await till.rows("UPDATE receipts SET provisional = false RETURNING 1")
    await till.rows("UPDATE orders SET state = 'delivered' RETURNING 1")
    settled = {"merchant_id": "M-1", "currency": "KES", "until": "2100-01-01T00:00:00Z"}
    headers = till.api.token("owner:S-9", Role.OWNER)
    answer = await till.api.client.post(f"{API}/payments/settlements", headers=headers, json=settled)
    assert answer.status_code == 201, answer.text
    ((receipt,),) = await till.rows("SELECT id FROM receipts WHERE provider = 'mpesa'")
    status, body = await ask(till, f"/payments/receipts/{receipt}/undo")
    assert (status, body["detail"]) == (409, "The money of this order was settled with the merchant.")
    assert await standing(till) == before[0]


@pytest.mark.parametrize(
    ("role", "claims", "status"),
    [
        (Role.AGENT, {}, 403),
        (Role.SERVICE, {}, 403),
        (Role.OWNER, {"merchant_id": "M-1"}, 404),
        (Role.ADMIN, {"cities": {"Nashik"}}, 404),
    ],
)
async def test_others_neither_split_nor_merge_nor_undo(
    till: Till, order: OrderView, role: Role, claims: dict[str, Any], status: int
) -> None:
    given, free = await come_in(till, 5000, reference=order.id), await come_in(till, 6000, "UKM5A7B9CE")
    before = await standing(till)
    parts = [{"order_id": order.id, "amount_minor": 100}]
    answers = [
        await ask(till, f"/payments/receipts/{free}/split", role=role, claims=claims, parts=parts),
        await ask(till, f"/payments/receipts/{given}/undo", role=role, claims=claims),
        await ask(till, f"/orders/{order.id}/receipts", role=role, claims=claims, receipt_ids=[free]),
    ]
    assert [answer[0] for answer in answers] == [status] * 3
    assert await standing(till) == before


@pytest.mark.concurrency
async def test_people_who_act_on_one_receipt_at_once_act_once(till: Till, order: OrderView) -> None:
    """Three give, split and give back the same money, then two take it away: one of them is heard each time."""
    other = await another(till, order)
    receipt = await come_in(till, 35200)
    parts = [{"order_id": one.id, "amount_minor": 17600} for one in (order, other)]
    answers = await asyncio.gather(
        ask(till, f"/payments/receipts/{receipt}/match", order_id=order.id),
        ask(till, f"/payments/receipts/{receipt}/split", parts=parts),
        ask(till, f"/payments/receipts/{receipt}/give-back"),
    )
    assert sorted(status for status, _ in answers) == [200, 409, 409]
    ((given,),) = await till.rows("SELECT min(id) FROM receipts WHERE state IN ('matched', 'refund_due')")
    undone = await asyncio.gather(*(ask(till, f"/payments/receipts/{given}/undo") for _ in range(2)))
    assert max(status for status, _ in undone) == 409
    await holds(till)


async def test_decisions_are_only_added_to(till: Till, order: OrderView) -> None:
    receipt = await come_in(till, 35200)
    await ask(till, f"/payments/receipts/{receipt}/match", order_id=order.id)
    for change in ("UPDATE receipt_decisions SET actor = 'x' RETURNING 1", "DELETE FROM receipt_decisions RETURNING 1"):
        with pytest.raises(Exception, match="only ever added to"):
            await till.rows(change)
