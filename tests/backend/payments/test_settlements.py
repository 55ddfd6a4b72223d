"""Settlements over HTTP: what went back of orders that were settled before is taken off the next one."""

from datetime import timedelta
from typing import Any

import pytest

from backend.orders import commands as c
from backend.orders.events import OrderState
from backend.orders.ports import OrderView
from backend.payments.ports import Evidence, Feed
from backend.payments.service.books import Books
from backend.platform.actors import Actor
from backend.platform.auth.principal import Role
from tests.support.factories.orders import ADMIN, advance, give, make_order, orders_service
from tests.support.factories.payments import receipts_service, refunds_service
from tests.support.till import Till

API = "/api/v1"


async def call(till: Till, method: str, path: str, who: str = "owner:S-1", role: Role = Role.OWNER, **more: Any) -> Any:
    """Call the API as somebody; return (status, body)."""
    given = {name: more.pop(name) for name in ("merchant_id", "cities") if name in more}
    answer = await till.api.client.request(method, f"{API}{path}", headers=till.api.token(who, role, **given), **more)
    return answer.status_code, answer.json()


async def settle(till: Till) -> Any:
    """Settle all that is there; return (status, body)."""
    await till.skip(1)
    until = (till.clock.now() + timedelta(hours=1)).isoformat()
    body = {"merchant_id": "M-1", "currency": "KES", "until": until}
    return await call(till, "POST", "/payments/settlements", json=body)


async def accounts(till: Till) -> dict[str, int]:
    """The merchant's trial balance, account by account, where it is not nothing."""
    _, body = await call(till, "GET", "/payments/trial-balance", params={"merchant": "M-1"})
    assert body["level"]
    return {row["account"]: row["balance_minor"] for row in body["accounts"] if row["balance_minor"]}


async def delivered(till: Till, code: str, first: OrderView | None = None) -> OrderView:
    """An order of KES 352 that is paid and has arrived."""
    async with till.database.transaction() as session:
        order = await (make_order(session, shop=False, user_id=first.user_id) if first else make_order(session))
        told = Evidence(Feed.CONFIRMATION, "mpesa", code, 35200, "KES", reference=order.id, paid_at=till.clock.now())
        await receipts_service(till.clock).take(session, told)
        return await advance(session, await orders_service().get(session, order.id), OrderState.DELIVERED)


async def reversed_by_provider(till: Till, order: OrderView) -> None:
    async with till.database.transaction() as session:
        await receipts_service(till.clock).take_back(session, "mpesa", "UKM5A7B9C1", "reversed")


async def returned_by_customer(till: Till, order: OrderView) -> None:
    async with till.database.transaction() as session:
        await give(session, order, ADMIN, c.ReturnOrder("stale"))
        held = await orders_service().hold(session, [order.id])
        await Books(orders_service()).owe_back_all(session, held[order.id])


async def refunded_as_asked(till: Till, order: OrderView) -> None:
    async with till.database.transaction() as session:
        [(receipt_id,)] = await till.rows("SELECT id FROM receipts WHERE code = 'UKM5A7B9C1'")
        refunds, asker = refunds_service(till.clock), Actor.parse("admin:S-2")
        refund = await refunds.request(session, receipt_id, 35200, "damaged", "all of it", asker)
        await refunds.decide(session, refund.id, approve=True, note="seen", actor=ADMIN, is_owner=True)


@pytest.mark.parametrize("goes_back", [reversed_by_provider, returned_by_customer, refunded_as_asked])
async def test_what_goes_back_after_its_settlement_is_taken_off_the_next(till: Till, goes_back: Any) -> None:
    """The merchant was paid for the first order and its money went back: they have it of the next two, once."""
    await call(till, "PUT", "/payments/fees/M-1", json={"basis_points": 250, "fixed_minor": 500})
    first = await delivered(till, "UKM5A7B9C1")
    status, made = await settle(till)
    assert (status, made["net_minor"], made["deducted_minor"]) == (201, 33820, 0)
    await goes_back(till, first)

    await delivered(till, "UKM5A7B9C2", first)
    status, refused = await settle(till)
    assert (status, refused["code"], refused["context"]["went_back_minor"]) == (
        409,
        "payment.nothing_to_settle",
        35200,
    )
    await delivered(till, "UKM5A7B9C3", first)
    status, made = await settle(till)
    assert (status, made["orders"], made["gross_minor"], made["fee_minor"]) == (201, 2, 70400, 2760)
    assert (made["deducted_minor"], made["net_minor"]) == (35200, 70400 - 2760 - 35200)
    books = await accounts(till)
    assert (books.get("customer_funds"), books["merchant_payable"], books["fees_earned"]) == (
        None,
        -(33820 + made["net_minor"]),
        -(1380 + 2760),
    )
    assert (await settle(till))[0] == 409


async def test_a_banks_code_pays_one_settlement(till: Till) -> None:
    """A second one under it is refused in words."""
    first = await delivered(till, "UKM5A7B9C1")
    one = (await settle(till))[1]["id"]
    await delivered(till, "UKM5A7B9C2", first)
    two = (await settle(till))[1]["id"]
    paid = [
        await call(till, "POST", f"/payments/settlements/{settlement}/paid", json={"code": "BANK-1"})
        for settlement in (one, one, two)
    ]
    assert [status for status, _ in paid] == [200, 200, 409]
    assert paid[2][1]["code"] == "payment.settlement_code_used"


async def test_a_fee_that_takes_all_leaves_nothing_to_post(till: Till) -> None:
    await call(till, "PUT", "/payments/fees/M-1", json={"basis_points": 10_000, "fixed_minor": 0})
    await delivered(till, "UKM5A7B9C1")
    _, made = await settle(till)
    assert made["net_minor"] == 0
    paid = await call(till, "POST", f"/payments/settlements/{made['id']}/paid", json={"code": "BANK-1"})
    assert paid[0] == 200
    assert await accounts(till) == {"clearing.mpesa": 35200, "fees_earned": -35200}


async def test_books_are_for_those_who_serve_the_merchants_city(till: Till) -> None:
    """Made, listed, paid and shown by a city's own people; to those of another city there are none."""
    await delivered(till, "UKM5A7B9C1")
    _, made = await settle(till)
    elsewhere, here = {"cities": ["Nashik"]}, {"cities": ["nairobi"]}
    again = {"merchant_id": "M-1", "currency": "KES", "until": till.clock.now().isoformat()}
    balance = {"params": {"merchant": "M-1"}}
    paid = f"/payments/settlements/{made['id']}/paid"
    assert (await call(till, "POST", "/payments/settlements", json=again, **elsewhere))[0] == 404
    assert (await call(till, "POST", paid, json={"code": "BANK-1"}, **elsewhere))[0] == 404
    assert (await call(till, "GET", "/payments/settlements", **elsewhere))[1]["total"] == 0
    assert (await call(till, "GET", "/payments/trial-balance", **balance, **elsewhere))[0] == 404
    assert (await call(till, "GET", "/payments/trial-balance", **here))[0] == 404
    assert (await call(till, "GET", "/payments/settlements", **here))[1]["total"] == 1
    assert (await call(till, "GET", "/payments/trial-balance", **balance, **here))[0] == 200
    assert (await call(till, "POST", paid, json={"code": "BANK-1"}, **here))[0] == 200


async def test_a_citys_people_sort_only_what_they_are_shown(till: Till) -> None:
    """Money that may be anybody's is for those who serve all cities, by the API as on the desk."""
    first = await delivered(till, "UKM5A7B9C1")
    told = Evidence(Feed.CONFIRMATION, "mpesa", "UKM5A7B9C9", 777, "KES", reference="rent")
    async with till.database.transaction() as session:
        orphan = (await receipts_service(till.clock).take(session, told)).id
    here = {"cities": ["nairobi"], "who": "admin:S-2", "role": Role.ADMIN}
    part = {"parts": [{"order_id": first.id, "amount_minor": 7}], "reason": "a part of it"}
    asked = [
        await call(till, "POST", f"/payments/receipts/{orphan}/give-back", **here),
        await call(till, "POST", f"/payments/receipts/{orphan}/match", json={"order_id": first.id}, **here),
        await call(till, "POST", f"/payments/receipts/{orphan}/split", json=part, **here),
        await call(
            till, "POST", f"/orders/{first.id}/receipts", json={"receipt_ids": [orphan], "reason": "ours"}, **here
        ),
    ]
    assert [(status, body["code"]) for status, body in asked] == [(404, "payment.receipt_not_found")] * 4
    assert (await call(till, "POST", f"/payments/receipts/{orphan}/give-back"))[0] == 200


async def test_the_share_of_payments_without_an_order_is_told(till: Till) -> None:
    """Of the last days, cash apart; it falls as they find their orders, and is the platform's to see."""
    first = await delivered(till, "UKM5A7B9C1")
    told = Evidence(Feed.CONFIRMATION, "mpesa", "UKM5A7B9C9", 777, "KES", reference="rent")
    async with till.database.transaction() as session:
        orphan = (await receipts_service(till.clock).take(session, told)).id
        await till.payments.record_cash(session, first.id, 100, "R-1")
    share = "/payments/mismatch"
    assert await call(till, "GET", share) == (200, {"days": 30, "payments": 2, "open": 1, "percent": 50.0})
    await call(till, "POST", f"/payments/receipts/{orphan}/match", json={"order_id": first.id})
    assert (await call(till, "GET", share))[1]["percent"] == 0
    await till.skip(2 * 86_400)
    assert (await call(till, "GET", share, params={"days": 1}))[1] == {
        "days": 1,
        "payments": 0,
        "open": 0,
        "percent": 0.0,
    }
    assert (await call(till, "GET", share, merchant_id="M-1"))[0] == 404
