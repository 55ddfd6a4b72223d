"""Reliability cases of money from the outside: requests to the application, and the providers' simulators."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from backend.comms.ladders import DEFAULT_STEPS
from backend.orders.events import OrderState
from backend.platform.auth.principal import Role
from backend.platform.clock import move_clock
from backend.platform.db.session import Database
from backend.platform.timers import TimerKind
from tests.support.clock import FixedClock
from tests.support.factories.catalog import HEADER, make_items
from tests.support.factories.customers import make_customer
from tests.support.factories.orders import advance, make_shop, orders_service
from tests.support.factories.vendors import make_merchant, make_vendor
from tests.support.sizes import sized
from tests.support.till import Till, open_till

RACES = sized(12, 1_000)
_AT_ONCE = 10  # As many prompts as leave in one moment; the next would wait for their turn.
_PLENTY = HEADER + "UNGA-2KG,Maize Flour 2kg,unga,packet,176,KES,10000,size=2kg\n"
_MENU = HEADER + "UNGA-2KG,Poha Plate,poha,plate,60,INR,50,\n"
_EXPIRY_S = DEFAULT_STEPS[TimerKind.RESERVATION_EXPIRY][-1].after_s
_LEVEL = "SELECT coalesce(sum(debit_minor - credit_minor), 0)::int FROM ledger_entries"


@pytest.fixture
async def till(database: Database, clock: FixedClock) -> AsyncIterator[Till]:
    """The till of a Kenyan shop, where orders that nobody pays end."""
    async with open_till(database, clock, orders_move=True) as opened:
        yield opened


@pytest.fixture
async def user(till: Till) -> str:
    """A customer of a shop with plenty of flour."""
    async with till.database.transaction() as session:
        await make_shop(session)
        await make_items(session, text=_PLENTY)
        return (await make_customer(session)).id


async def call(till: Till, method: str, path: str, who: str, role: Role, **more: Any) -> Any:
    """Call the API; return (status, body)."""
    headers = {**till.api.token(who, role), **more.pop("headers", {})}
    answer = await till.api.client.request(method, f"/api/v1{path}", headers=headers, **more)
    return answer.status_code, answer.json()


async def place(till: Till, user: str, key: str, method: str = "mpesa", mode: str = "prepaid") -> str:
    """Place an order of two packets, as the bot does; return its id."""
    body = {
        "user_id": user,
        "vendor_id": "V-1",
        "items": [{"sku": "UNGA-2KG", "qty": 2}],
        "delivery": {"address_text": "Yaya Centre, gate B", "lat": -1.2923, "lng": 36.788},
        "payment": {"mode": mode, "method": method},
    }
    keyed = {"idempotency-key": key}
    status, made = await call(till, "POST", "/orders", "bot:rasa", Role.BOT, json=body, headers=keyed)
    assert status == 201, made
    return str(made["order_id"])


async def ask(till: Till, order_id: str, phone: str = "+254711000221", method: str = "mpesa") -> None:
    """Ask for the money over the API."""
    body = {"method": method, **({"payer_phone": phone} if method == "mpesa" else {})}
    status, made = await call(till, "POST", f"/orders/{order_id}/payment", "bot:rasa", Role.BOT, json=body)
    assert status == 202, made


async def balances(till: Till) -> dict[str, int]:
    """The trial balance, account by account, where it is not nothing."""
    _, body = await call(till, "GET", "/payments/trial-balance", "owner:S-1", Role.OWNER)
    assert body["level"]
    return {row["account"]: row["balance_minor"] for row in body["accounts"] if row["balance_minor"]}


@pytest.mark.concurrency
async def test_reservations_that_end_as_their_callbacks_land_are_kept_or_owed_back(till: Till, user: str) -> None:
    """The prompts' callbacks come over HTTP in the instant in which the orders end; each is one or the other, whole."""
    await till.control("/actor/policy", {"provider": "daraja", "person": "*", "outcome": "pay", "after_s": 4})
    ends = set()
    for first in range(0, RACES, _AT_ONCE):
        orders = await _almost_over(till, user, range(first, min(first + _AT_ONCE, RACES)))
        await asyncio.gather(till.control("/webhooks/flush"), till.timers.step(), till.inbox.drain())
        while await till.timers.step():
            continue
        await till.settle()
        shown = [(await call(till, "GET", f"/orders/{one}", "bot:rasa", Role.BOT))[1] for one in orders]
        ends |= {(one["state"], one["payment"]["status"]) for one in shown}
        owed = {one for (one,) in await till.rows("SELECT order_id FROM refunds WHERE cause <> 'paid_too_much'")}
        assert owed.intersection(orders) == {one["order_id"] for one in shown if one["state"] == "cancelled"}
    assert ends <= {("confirmed", "success"), ("cancelled", "refund_due")}
    [(sold,)] = await till.rows("SELECT 2 * count(*) FROM orders WHERE state = 'confirmed'")
    shelf = await till.rows("SELECT stock::int, reserved::int FROM items WHERE sku = 'UNGA-2KG'")
    assert shelf == [(10_000 - sold, 0)]
    assert await till.rows("SELECT count(*)::int, sum(amount_minor)::int FROM receipts") == [(RACES, RACES * 35200)]
    assert await till.rows(_LEVEL) == [(0,)]


async def _almost_over(till: Till, user: str, numbers: range) -> list[str]:
    """Place orders and let them be paid on phones of their own; now they end, and their callbacks are on their way."""
    orders = [await place(till, user, f"cart-{number}") for number in numbers]
    await till.skip(_EXPIRY_S - 10)
    for number, order_id in zip(numbers, orders, strict=True):
        phone = f"2547220{number:05}"
        person = {"id": f"p{number}", "name": f"P{number}", "role": "customer", "phone": phone}
        await till.control("/accounts/people", person)
        await ask(till, order_id, f"+{phone}")
    await till.settle()
    await _pass(till, 5)
    await till.control("/webhooks/flush")
    await _pass(till, 6)
    return orders


async def _pass(till: Till, seconds: float) -> None:
    """Let time pass on all clocks, and nothing follow from it yet."""
    till.clock.advance(seconds=seconds)
    async with till.database.transaction() as session:
        await move_clock(session, timedelta(seconds=seconds))


async def test_an_order_is_paid_at_the_price_that_was_quoted(till: Till, user: str) -> None:
    """The shop raises the price between the order and the prompt: what was quoted is asked for, paid and booked."""
    order_id = await place(till, user, "cart-1")
    status, _ = await call(
        till,
        "PATCH",
        "/catalog/items/UNGA-2KG?merchant_id=M-1",
        "admin:A-1",
        Role.ADMIN,
        json={"price_minor": 20_000, "reason": "new price"},
    )
    assert status == 200
    await ask(till, order_id)
    await till.settle()
    [push] = await till.calls("daraja", "/mpesa/stkpush/v1")
    assert push["body"]["Amount"] == 352
    await till.act("daraja", "answer", **{"from": "wanjiru", "outcome": "pay"})
    await till.wait(1)
    assert (await till.order(order_id)).state == "confirmed"
    assert await balances(till) == {"clearing.mpesa": 35200, "customer_funds": -35200}


@pytest.mark.parametrize(
    "amount", ["0", "-1", "0.001", "1e12", "NaN", '"1,200"', '"\u0967\u0968\u0966"', "true", "null"]
)
async def test_odd_amounts_are_refused_at_the_door(till: Till, user: str, amount: str) -> None:
    """What is no whole number of minor units above zero, or more than any order, is 422, and nothing is booked."""
    order_id = await place(till, user, "cart-1", "cod", "cod")
    headers = {**till.api.token("admin:A-1", Role.ADMIN), "content-type": "application/json"}
    answer = await till.api.client.post(
        f"/api/v1/orders/{order_id}/payment/cash",
        content=f'{{"amount_minor": {amount}, "rider_id": "R-1"}}'.encode(),
        headers=headers,
    )
    assert answer.status_code == 422, answer.text
    assert await till.rows("SELECT id FROM receipts") == []


@pytest.mark.concurrency
async def test_upi_and_cash_asked_for_at_once_are_one_settlement(till: Till) -> None:
    """The rider's two buttons in the same instant, over HTTP: one stands, the other is 409 with its reason."""
    order_id, rider = await _at_the_door(till), till.api.token("rider:R-1", Role.RIDER)
    base = f"/api/v1/orders/{order_id}/payment"
    upi, cash = await asyncio.gather(
        till.api.client.post(f"{base}/switch-to-upi", headers=rider),
        till.api.client.post(f"{base}/cash", json={"amount_minor": 12000, "rider_id": "R-1"}, headers=rider),
    )
    refusals = tuple(one.json()["code"] if one.is_error else None for one in (upi, cash))  # A receipt has a code too.
    codes = (upi.status_code, cash.status_code, *refusals)
    assert codes in {(202, 409, None, "payment.cash_locked"), (409, 200, "payment.nothing_due", None)}
    assert await till.rows("SELECT provider FROM receipts") == ([("cash",)] if cash.status_code == 200 else [])
    live = await till.rows("SELECT count(*)::int FROM payment_attempts WHERE state <> 'failed'")
    assert live == [(int(upi.status_code == 202),)]
    assert await till.rows(_LEVEL) == [(0,)]


async def test_a_switch_is_refused_once_cash_is_booked_and_cash_once_is_enough(till: Till) -> None:
    order_id, rider = await _at_the_door(till), till.api.token("rider:R-1", Role.RIDER)
    base, cash = f"/api/v1/orders/{order_id}/payment", {"amount_minor": 12000, "rider_id": "R-1"}
    told = [await till.api.client.post(f"{base}/cash", json=cash, headers=rider) for _ in "ab"]
    assert [(one.status_code, one.json()["state"]) for one in told] == [(200, "matched")] * 2
    assert await till.rows("SELECT provider, amount_minor::int FROM receipts") == [("cash", 12000)]
    late = await till.api.client.post(f"{base}/switch-to-upi", headers=rider)
    assert (late.status_code, late.json()["code"]) == (409, "payment.nothing_due")


async def test_a_code_that_is_paid_after_the_cash_is_owed_back(till: Till) -> None:
    """The rider asks for UPI, goes back to cash over HTTP and books it; what lands on the closed code goes back."""
    order_id, rider = await _at_the_door(till), till.api.token("rider:R-1", Role.RIDER)
    base, cash = f"/api/v1/orders/{order_id}/payment", {"amount_minor": 12000, "rider_id": "R-1"}
    assert (await till.api.client.post(f"{base}/switch-to-upi", headers=rider)).status_code == 202
    await till.settle()
    [(code,)] = await till.rows("SELECT provider_ref FROM payment_attempts WHERE state = 'sent'")
    assert (await till.api.client.post(f"{base}/return-to-cash", headers=rider)).status_code == 202
    locked = await till.api.client.post(f"{base}/cash", json=cash, headers=rider)
    assert (locked.status_code, locked.json()["code"]) == (409, "payment.cash_locked")
    await till.settle()
    assert (await till.api.client.post(f"{base}/cash", json=cash, headers=rider)).status_code == 200
    await till.act("upi", "pay", id=code, outcome="pay", late=True, **{"from": "asha"})
    assert await till.rows("SELECT amount_minor::int, cause FROM refunds") == [(12000, "paid_twice")]
    over = await till.api.client.post(f"{base}/return-to-cash", headers=rider)
    assert (over.status_code, over.json()["code"]) == (409, "payment.nothing_due")


async def _at_the_door(till: Till) -> str:
    """A cash order of INR 120 that its rider has picked up, who may ask for UPI."""
    async with till.database.transaction() as session:
        await make_merchant(session, country="IN")
        await make_vendor(session, city="Nashik", language="hi")
        await make_items(session, text=_MENU)
        user = (await make_customer(session, external_id="919900000011", phone="+919900000011")).id
    order_id = await place(till, user, "cart-1", "cod", "cod")
    await ask(till, order_id, method="cod")
    await till.settle()
    async with till.database.transaction() as session:
        await advance(session, await orders_service().get(session, order_id), OrderState.OUT_FOR_DELIVERY)
    return order_id
