"""The books over HTTP: open receipts, refunds by role, the trial balance at an instant, settlements; and the ledger."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from backend.orders.commands import CancelOrder
from backend.orders.ports import OrderView
from backend.orders.service import OrdersService
from backend.payments.ports import Evidence, Feed
from backend.payments.service.books import Books
from backend.payments.subscribers import PaymentsSubscriber
from backend.platform.actors import Actor, ActorKind
from backend.platform.auth.principal import Role
from backend.platform.events import Position, StoredEvent
from backend.runtime.invariants import check
from tests.support.factories.orders import ADMIN, give, make_order, orders_service
from tests.support.factories.payments import receipts_service
from tests.support.till import Till

API = "/api/v1"


async def pay(till: Till, order: OrderView, amount_minor: int = 35200, code: str = "UKM5A7B9CD") -> str:
    """Pay by hand; return the receipt's id."""
    told = Evidence(Feed.CONFIRMATION, "mpesa", code, amount_minor, "KES", reference=order.id, paid_at=till.clock.now())
    async with till.database.transaction() as session:
        return (await receipts_service(till.clock).take(session, told)).id


async def call(till: Till, method: str, path: str, who: str = "owner:S-1", role: Role = Role.OWNER, **more: Any) -> Any:
    """Call the API as somebody; return (status, body)."""
    merchant = more.pop("merchant_id", None)
    headers = till.api.token(who, role, merchant_id=merchant)
    answer = await till.api.client.request(method, f"{API}{path}", headers=headers, **more)
    return answer.status_code, answer.json()


async def accounts(till: Till, **params: str) -> dict[str, int]:
    """The trial balance, account by account, where it is not nothing."""
    status, body = await call(till, "GET", "/payments/trial-balance", params=params)
    assert (status, body["level"]) == (200, True)
    return {row["account"]: row["balance_minor"] for row in body["accounts"] if row["balance_minor"]}


async def test_the_trial_balance_at_any_instant(till: Till, order: OrderView) -> None:
    await pay(till, order, 10000)
    await till.skip(60)
    paid_at = till.clock.now()
    await till.skip(60)
    await pay(till, order, 30200, "UKM5A7B9CE")
    assert await accounts(till, at=paid_at.isoformat()) == {"clearing.mpesa": 10000, "customer_funds": -10000}
    now = {"clearing.mpesa": 40200, "customer_funds": -35200, "refunds_payable": -5000}
    assert await accounts(till) == await accounts(till, merchant="M-1") == now
    assert await accounts(till, merchant="M-2") == {}
    status, _ = await call(till, "GET", "/payments/trial-balance", params={"merchant": "M-1"}, merchant_id="M-2")
    assert status == 404
    status, _ = await call(till, "GET", "/payments/trial-balance", "agent:S-2", Role.AGENT)
    assert status == 403


@pytest.mark.parametrize(
    "change",
    ["UPDATE ledger_entries SET debit_minor = 1", "DELETE FROM ledger_entries", "TRUNCATE ledger_entries"],
)
async def test_the_ledger_is_only_added_to(till: Till, order: OrderView, change: str) -> None:
    await pay(till, order)
    with pytest.raises(DatabaseError, match="only ever added to"):
        await till.rows(change)
    assert await accounts(till) == {"clearing.mpesa": 35200, "customer_funds": -35200}


async def test_a_posting_that_does_not_balance_is_refused(till: Till, order: OrderView) -> None:
    lone = "INSERT INTO ledger_entries (posting_id, account, debit_minor, currency) VALUES ('p', 'x', 1, 'KES')"
    with pytest.raises(DatabaseError, match="does not balance"):
        async with till.database.transaction() as session:
            await session.execute(text(lone))


async def test_a_refund_is_asked_for_approved_by_another_and_paid_once(till: Till, order: OrderView) -> None:
    receipt_id = await pay(till, order)
    wish = {"receipt_id": receipt_id, "amount_minor": 17600, "cause": "missing_goods", "note": "one packet was missing"}
    asked = [await call(till, "POST", f"/orders/{order.id}/refunds", "admin:S-2", Role.ADMIN, json=wish) for _ in "ab"]
    assert [status for status, _ in asked] == [201, 409]
    refund_id = asked[0][1]["id"]
    assert await accounts(till) == {"clearing.mpesa": 35200, "customer_funds": -35200}

    yes = {"approve": True, "note": "seen the photo"}
    decision = f"/refunds/{refund_id}/decision"
    status, body = await call(till, "POST", decision, "admin:S-2", Role.ADMIN, json=yes)
    assert (status, body["code"]) == (403, "payment.own_refund")
    assert (await call(till, "POST", decision, "agent:S-3", Role.AGENT, json=yes))[0] == 403
    paid, code = f"/refunds/{refund_id}/paid", {"code": "UKM9REFUND"}
    assert (await call(till, "POST", paid, json=code))[0] == 409
    status, body = await call(till, "POST", decision, "admin:S-4", Role.ADMIN, json=yes)
    assert (status, body["state"], body["decided_by"]) == (200, "approved", "admin:S-4")
    assert (await call(till, "POST", decision, json=yes))[0] == 409

    assert [(await call(till, "POST", paid, json=code))[0] for _ in "ab"] == [200, 409]
    assert await accounts(till) == {"clearing.mpesa": 17600, "customer_funds": -17600}
    shown = await till.order(order.id)
    assert (shown.payment_status, shown.refunded_minor) == ("success", 17600)


async def test_what_was_given_back_whole_was_paid_all_the_same(till: Till, order: OrderView) -> None:
    """A customer who has all of it back for broken goods owes nothing: what is sent again is owed back, too."""
    receipt_id = await pay(till, order)
    wish = {"receipt_id": receipt_id, "amount_minor": 35200, "cause": "damaged", "note": "all of it was wet"}
    _, asked = await call(till, "POST", f"/orders/{order.id}/refunds", "admin:S-2", Role.ADMIN, json=wish)
    yes, code = {"approve": True, "note": "seen the photo"}, {"code": "UKM9REFUND"}
    assert (await call(till, "POST", f"/refunds/{asked['id']}/decision", json=yes))[0] == 200
    assert (await call(till, "POST", f"/refunds/{asked['id']}/paid", json=code))[0] == 200
    _, shown = await call(till, "GET", f"/orders/{order.id}/payment", "admin:S-2", Role.ADMIN)
    assert (shown["state"], shown["paid_minor"], shown["due_minor"]) == ("refunded", 35200, 0)
    await pay(till, order, code="UKM5A7B9CE")
    assert await till.rows("SELECT amount_minor::int, cause FROM refunds WHERE state = 'due'") == [
        (35200, "paid_twice")
    ]
    after = await till.order(order.id)
    assert (after.paid_minor, after.refunded_minor) == (35200, 35200)
    assert await accounts(till) == {"clearing.mpesa": 35200, "refunds_payable": -35200}


async def test_a_part_that_was_another_orders_is_due_again_beside_a_surplus(till: Till, order: OrderView) -> None:
    """The second payment was too much by KES 48, which goes back: it does not stand in for the part that went."""
    first = await pay(till, order, 10000)
    await pay(till, order, 30000, "UKM5A7B9CE")
    undo = f"/payments/receipts/{first}/undo"
    assert (await call(till, "POST", undo, json={"reason": "it was the neighbour's"}))[0] == 200
    _, shown = await call(till, "GET", f"/orders/{order.id}/payment", "admin:S-2", Role.ADMIN)
    assert (shown["paid_minor"], shown["due_minor"], (await till.order(order.id)).paid_minor) == (25200, 10000, 25200)
    await pay(till, order, 10000, "UKM5A7B9CF")
    assert (await till.order(order.id)).paid_minor == 35200
    assert await accounts(till) == {
        "clearing.mpesa": 50000,
        "customer_funds": -35200,
        "refunds_payable": -4800,
        "suspense": -10000,
    }
    async with till.database.transaction() as session:
        assert await check(session, rules=frozenset({"I1", "I5", "I17"})) == []


async def test_two_people_decide_at_once_and_one_is_heard(till: Till, order: OrderView) -> None:
    await pay(till, order, 40000)
    ((refund_id,),) = await till.rows("SELECT id FROM refunds")
    decision = f"/refunds/{refund_id}/decision"
    answers = await asyncio.gather(
        call(till, "POST", decision, "admin:S-2", Role.ADMIN, json={"approve": True, "note": "yes"}),
        call(till, "POST", decision, "admin:S-3", Role.ADMIN, json={"approve": False, "note": "nay"}),
    )
    assert sorted(status for status, _ in answers) == [200, 409]


async def test_a_large_refund_is_the_owners(till: Till, order: OrderView) -> None:
    receipt_id = await pay(till, order, 35200 + 500_100)
    assert (await call(till, "POST", f"/payments/receipts/{receipt_id}/match", json={"order_id": order.id}))[0] == 200
    ((refund_id,),) = await till.rows("SELECT id FROM refunds")
    yes = {"approve": True, "note": "typed one digit too many"}
    status, body = await call(till, "POST", f"/refunds/{refund_id}/decision", "admin:S-2", Role.ADMIN, json=yes)
    assert (status, body["code"]) == (403, "payment.owner_needed")
    assert (await call(till, "POST", f"/refunds/{refund_id}/decision", json=yes))[0] == 200


async def test_refunds_never_exceed_their_receipt(till: Till, order: OrderView) -> None:
    """The API says so in words, and the database would not have it either."""
    receipt_id = await pay(till, order)
    wish = {"receipt_id": receipt_id, "amount_minor": 35201, "cause": "goodwill", "note": "very sorry"}
    status, body = await call(till, "POST", f"/orders/{order.id}/refunds", json=wish)
    assert (status, body["code"]) == (422, "payment.refund_too_large")
    too_much = (
        "INSERT INTO refunds (id, order_id, receipt_id, amount_minor, currency, cause)"
        " SELECT 'RF' || n, order_id, id, 20000, 'KES', 'cause ' || n FROM receipts, generate_series(1, 2) n"
    )
    with pytest.raises(DatabaseError, match="exceed"):
        async with till.database.transaction() as session:
            await session.execute(text(too_much))
    assert await till.rows("SELECT count(*) FROM refunds") == [(0,)]


async def test_the_money_of_a_cancelled_order_is_owed_back_once(till: Till, order: OrderView) -> None:
    await pay(till, order, 40000)
    async with till.database.transaction() as session:
        await give(session, order, ADMIN, CancelOrder("no stock"))
    payload = {"order_id": order.id, "from": "confirmed", "to": "cancelled"}
    event = StoredEvent(
        "E", "order.state.changed", order.id, payload, ADMIN, order.city, "t", till.clock.now(), Position(1, 1)
    )
    for _ in range(2):
        async with till.database.transaction() as session:
            await PaymentsSubscriber(orders_service(), Books(orders_service())).on_state_changed(session, event)
    owed = await till.rows("SELECT amount_minor, cause FROM refunds ORDER BY amount_minor")
    assert owed == [(4800, "paid_too_much"), (35200, "order_closed")]
    assert await accounts(till) == {"clearing.mpesa": 40000, "refunds_payable": -40000}
    assert (await till.order(order.id)).payment_status == "refund_due"


async def test_a_person_sorts_what_the_matcher_left(till: Till, order: OrderView) -> None:
    """One open receipt is given to its order, the other back to whoever sent it; neither can be sorted twice."""
    for code, amount in (("UKM5A7B9C1", 35200), ("UKM5A7B9C2", 77700)):
        told = Evidence(Feed.CONFIRMATION, "mpesa", code, amount, "KES", paid_at=till.clock.now())
        async with till.database.transaction() as session:
            await receipts_service(till.clock).take(session, told)
    _, page = await call(till, "GET", "/payments/receipts/open")
    suggested, orphan = page["items"]
    assert [one["order_id"] for one in suggested["suggestions"]] == [order.id]
    assert (orphan["suggestions"], orphan["receipt"]["state"]) == ([], "orphan")
    match, back = (f"/payments/receipts/{one['receipt']['id']}" for one in (suggested, orphan))
    body = {"order_id": order.id}
    assert [(await call(till, "POST", f"{match}/match", json=body))[0] for _ in "ab"] == [200, 409]
    assert [(await call(till, "POST", f"{back}/give-back"))[0] for _ in "ab"] == [200, 409]
    assert (await call(till, "GET", "/payments/receipts/open"))[1]["total"] == 0
    want = {"clearing.mpesa": 112900, "customer_funds": -35200, "refunds_payable": -77700}
    assert await accounts(till) == want
    assert (await call(till, "GET", "/payments/receipts/open", merchant_id="M-1"))[0] == 404


async def test_delivered_orders_are_settled_with_fees_once(till: Till) -> None:
    async with till.database.transaction() as session:
        delivered = await make_order(session)
        running = await make_order(session, shop=False, user_id=delivered.user_id)
    await pay(till, delivered)
    await pay(till, running, code="UKM5A7B9CE")
    async with till.database.transaction() as session:
        service: OrdersService = orders_service()
        order = await service.get(session, delivered.id)
        await _deliver(session, order)
    fee = {"basis_points": 250, "fixed_minor": 500}
    assert (await call(till, "PUT", "/payments/fees/M-1", json=fee)) == (200, fee)
    want = {"merchant_id": "M-1", "currency": "KES", "until": (till.clock.now() + timedelta(minutes=1)).isoformat()}
    status, made = await call(till, "POST", "/payments/settlements", json=want)
    assert (status, made["orders"], made["gross_minor"], made["fee_minor"]) == (201, 1, 35200, 1380)
    again = {**want, "until": (till.clock.now() + timedelta(minutes=2)).isoformat()}
    assert (await call(till, "POST", "/payments/settlements", json=again))[0] == 409
    books = {"clearing.mpesa": 70400, "customer_funds": -35200, "merchant_payable": -33820, "fees_earned": -1380}
    assert await accounts(till, merchant="M-1") == books

    paid = f"/payments/settlements/{made['id']}/paid"
    assert (await call(till, "POST", paid, "admin:S-2", Role.ADMIN, json={"code": "BANK-1"}))[0] == 403
    states = [(await call(till, "POST", paid, json={"code": "BANK-1"}))[1]["state"] for _ in "ab"]
    assert states == ["paid", "paid"]
    assert (await accounts(till))["bank"] == -33820
    assert (await call(till, "GET", "/payments/settlements", merchant_id="M-2"))[1]["total"] == 0


async def _deliver(session: Any, order: OrderView) -> None:
    """Bring a confirmed order to its customer."""
    from backend.orders import commands as c

    vendor, rider = Actor(ActorKind.VENDOR, order.vendor_id), Actor(ActorKind.RIDER, "R-1")
    dispatch = Actor(ActorKind.DISPATCH, "auto")
    for actor, command in (
        (vendor, c.AcceptOrder(20)),
        (vendor, c.MarkReady()),
        (dispatch, c.AssignRider("R-1")),
        (rider, c.PickUp()),
        (rider, c.DeliverOrder({"kind": "otp"})),
    ):
        order = await give(session, order, actor, command)
