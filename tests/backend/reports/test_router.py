"""Figures of section 6.7, on what really happened at the switchboard, and who may read them."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from backend.orders.events import OrderState
from backend.orders.ports import OrderView
from backend.platform.auth.principal import Role
from backend.platform.db.session import Database
from backend.reports.router import router
from tests.support.app import Api, serving
from tests.support.factories.comms import Switchboard, open_switchboard
from tests.support.factories.customers import make_customer
from tests.support.factories.dispatch import make_rider
from tests.support.factories.orders import make_order, make_shop

VENDOR, RIDER = "+254700000201", "+254700000301"


@pytest.fixture
async def board(database: Database) -> AsyncIterator[Switchboard]:
    async with open_switchboard(database) as opened:
        async with database.transaction() as session:
            await make_shop(session)
            await make_rider(session, opened.clock)
        await opened.connect_whatsapp()
        yield opened


@pytest.fixture
async def api(board: Switchboard) -> AsyncIterator[Api]:
    async with serving(board.database, board.clock, router) as opened:
        yield opened


async def new_order(board: Switchboard, number: int) -> OrderView:
    async with board.database.transaction() as session:
        phone = f"25470000110{number}"
        user = await make_customer(session, external_id=phone, phone=f"+{phone}")
        order = await make_order(session, OrderState.CONFIRMED, shop=False, user_id=user.id)
    await board.settle()
    return order


@pytest.fixture
async def history(board: Switchboard) -> list[OrderView]:
    """Four orders: accepted at once by button, after the ring by button, in the menu by digit, and by nobody."""
    orders = [await new_order(board, 0)]
    await board.wait(20)
    await board.write(VENDOR, payload=f"vendor_accept:{orders[0].id}")
    orders.append(await new_order(board, 1))
    await board.wait(121)
    await board.write(VENDOR, payload=f"vendor_accept:{orders[1].id}")
    orders.append(await new_order(board, 2))
    await board.wait(121)
    await board.act("ignore", **{"from": "vendor"})
    await board.wait(61)
    await board.act("answer", **{"from": "vendor"})
    await board.act("digits", **{"from": "vendor", "digits": "1"})
    orders.append(await new_order(board, 3))
    for seconds in (121, 61, 121):
        await board.wait(seconds)
    return orders


async def read(api: Api, what: str, who: dict[str, str] | None = None, **query: Any) -> Any:
    headers = who or api.token("admin:A-1", Role.ADMIN, cities=["Nairobi"])
    answer = await api.client.get(f"/api/v1/analytics/{what}", params=query, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_funnel_says_who_answered_after_what(api: Api, history: list[OrderView]) -> None:
    found = await read(api, "comms", days=7)
    [row] = [one for one in found["funnel"] if one["ladder"] == "vendor_accept"]
    assert 0 < row.pop("median_answer_s") < 200
    assert row == {
        "city": "Nairobi",
        "tier": "standard",
        "ladder": "vendor_accept",
        "chased": 4,
        "whatsapp": 4,
        "ring": 3,
        "ivr": 2,
        "admin": 1,
        "answered": 3,
        "answered_after_whatsapp": 1,
        "answered_after_ring": 1,
        "answered_after_ivr": 1,
        "answered_after_admin": 0,
        "by_whatsapp": 2,
        "by_ivr": 1,
        "by_others": 0,
    }


async def test_vendors_are_measured_by_what_they_answered(api: Api, history: list[OrderView]) -> None:
    [row] = (await read(api, "vendors"))["items"]
    figures = {name: row[name] for name in ("vendor_id", "offered", "accepted", "rejected", "missed", "misses")}
    assert figures == {"vendor_id": "V-1", "offered": 4, "accepted": 3, "rejected": 0, "missed": 1, "misses": 1}
    assert (row["acceptance_rate"], row["miss_rate"]) == (0.75, 0.25)
    assert 60 < row["accept_s"] < 150
    assert sum(hour["offered"] for hour in row["by_hour"]) == 4
    assert sum(hour["missed"] for hour in row["by_hour"]) == 1


async def test_orders_show_breaches_and_escalations(api: Api, history: list[OrderView]) -> None:
    [row] = (await read(api, "orders"))["groups"]
    assert (row["city"], row["tier"], row["placed"], row["confirmed"], row["delivered"]) == (
        "Nairobi",
        "standard",
        4,
        4,
        0,
    )
    assert (row["vendor_accept_breaches"], row["rung"], row["called"], row["escalated_to_admin"]) == (1, 3, 2, 1)


async def test_riders_are_measured_by_what_they_carried(board: Switchboard, api: Api) -> None:
    """One delivered in time after leaving the way twice, one refused."""
    order = await new_order(board, 0)
    for phone, action in ((VENDOR, "vendor_accept"), (VENDOR, "vendor_ready"), (RIDER, "rider_accept")):
        await board.write(phone, payload=f"{action}:{order.id}")
    await board.write(RIDER, payload=f"rider_picked:{order.id}")
    async with board.database.transaction() as session:
        code = str(await board.desk.code_for_customer(session, order.id))
    await board.rows("UPDATE assignments SET off_routes = 2 WHERE state = 'picked_up' RETURNING id")
    await board.wait(600)
    await board.write(RIDER, code)
    second = await new_order(board, 1)
    for phone, action in ((VENDOR, "vendor_accept"), (VENDOR, "vendor_ready"), (RIDER, "rider_reject")):
        await board.write(phone, payload=f"{action}:{second.id}")
    [row] = (await read(api, "riders"))["items"]
    assert {name: row[name] for name in ("offered", "accepted", "rejected", "carried", "delivered", "on_time")} == {
        "offered": 2,
        "accepted": 1,
        "rejected": 1,
        "carried": 1,
        "delivered": 1,
        "on_time": 1,
    }
    assert (row["acceptance_rate"], row["on_time_rate"], row["off_route_rate"], row["off_routes"]) == (0.5, 1, 1, 2)
    assert 10 <= row["delivery_minutes"] < 11


@pytest.mark.parametrize("what", ["vendors", "riders", "orders", "comms"])
async def test_figures_are_of_the_readers_cities_and_merchant(api: Api, history: list[OrderView], what: str) -> None:
    def rows(found: Any) -> list[Any]:
        return list(found.get("items") or found.get("groups") or found.get("funnel") or [])

    strangers = (
        api.token("admin:A-2", Role.ADMIN, cities=["Nashik"]),
        api.token("owner:O-2", Role.OWNER, merchant_id="M-2"),
    )
    for headers in strangers:
        assert rows(await read(api, what, headers)) == []
    assert rows(await read(api, what, city="Nashik")) == []
    assert rows(await read(api, what, city="nairobi")) == rows(await read(api, what))
    refused = await api.client.get(f"/api/v1/analytics/{what}", headers=api.token("vendor:V-1", Role.VENDOR))
    assert (refused.status_code, refused.json()["code"]) == (403, "403_FORBIDDEN")
    wrong = await api.client.get(
        f"/api/v1/analytics/{what}", params={"days": 0}, headers=api.token("admin:A-1", Role.ADMIN)
    )
    assert (wrong.status_code, wrong.json()["code"]) == (422, "422_UNPROCESSABLE_ENTITY")
