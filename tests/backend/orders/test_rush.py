"""Two hundred at once for ten units, over HTTP: ten are booked, all others are told, and nothing is ever oversold."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from backend.orders.router import router
from backend.platform.auth.principal import Role
from backend.platform.db.session import Database
from backend.runtime.invariants import check
from tests.support.app import Api, serving
from tests.support.clock import FixedClock
from tests.support.factories.customers import make_customer
from tests.support.factories.orders import make_shop

ORDERS, UNITS = 200, 10
_STOCK_HOLDS = frozenset({"I2", "I3", "I9"})


def _body(user_id: str, *skus: str) -> dict[str, Any]:
    return {
        "user_id": user_id,
        "vendor_id": "V-1",
        "items": [{"sku": sku, "qty": 1} for sku in skus],
        "delivery": {"address_text": "Yaya Centre, gate B", "lat": -1.2923, "lng": 36.788},
        "payment": {"mode": "prepaid", "method": "mpesa"},
    }


async def _place(api: Api, user_id: str, number: int, *skus: str) -> tuple[int, str, float | None]:
    headers = {**api.token("bot:rasa", Role.BOT), "idempotency-key": f"cart-{number}"}
    answer = await api.client.post("/api/v1/orders", json=_body(user_id, *skus), headers=headers)
    body = answer.json()
    left = body["context"]["short"][0]["left"] if answer.status_code == 409 else None
    return answer.status_code, body.get("code", ""), left


@pytest.mark.concurrency
async def test_two_hundred_orders_at_once_for_ten_units_book_ten(database: Database, clock: FixedClock) -> None:
    """What is promised and what is on the shelf agree at every instant that is looked at while they rush."""
    async with database.transaction() as session:
        await make_shop(session)
        user = (await make_customer(session)).id
    broken: list[str] = []
    rushing = asyncio.Event()

    async def watch() -> int:
        looks = 0
        while not rushing.is_set():
            async with database.transaction() as session:
                broken.extend(breach.invariant for breach in await check(session, rules=_STOCK_HOLDS))
            looks += 1
        return looks

    async with serving(database, clock, router) as api:
        watching = asyncio.create_task(watch())
        answers = await asyncio.gather(*(_place(api, user, number, "UNGA-2KG") for number in range(ORDERS)))
        rushing.set()
        looks = await watching
    assert Counter(answers) == {(201, "", None): UNITS, (409, "catalog.stock_short", 0): ORDERS - UNITS}
    assert (broken, looks > 0) == ([], True)
    async with database.transaction() as session:
        assert await check(session, rules=_STOCK_HOLDS) == []


@pytest.mark.concurrency
async def test_orders_of_the_same_two_goods_in_either_order_do_not_deadlock(
    database: Database, clock: FixedClock
) -> None:
    async with database.transaction() as session:
        await make_shop(session)
        user = (await make_customer(session)).id
    goods = ("NYANYA", "SUKARI-1KG")
    async with serving(database, clock, router) as api:
        placing = (_place(api, user, number, *(goods if number % 2 else goods[::-1])) for number in range(100))
        answers = await asyncio.gather(*placing)
    booked = [answer for answer in answers if answer[0] == 201]
    assert (len(booked), {answer[1] for answer in answers if answer[0] != 201}) == (8, {"catalog.stock_short"})
