"""What keeps people from being flooded or woken, and what a ladder does while a provider is down."""

from typing import Any

import pytest
from sqlalchemy import text

from backend.comms.settings import CommsSettings
from backend.orders.events import OrderState
from backend.orders.ports import OrderView
from backend.platform import outages
from backend.platform.auth.principal import Role
from backend.platform.outages import FRESH_S
from tests.support.factories.comms import ACCOUNT, Switchboard
from tests.support.factories.customers import make_customer
from tests.support.factories.orders import make_order

WA, RING, IVR = "whatsapp:Vendor_New_Order", "exotel_ring:vendor_new_order", "exotel_ivr:vendor_new_order"
STEPS = [
    {"after_s": 0, "rungs": ["whatsapp"]},
    {"after_s": 120, "rungs": ["exotel_ring"]},
    {"after_s": 180, "rungs": ["exotel_ivr"]},
    {"after_s": 300, "rungs": ["admin"]},
]


async def save(board: Switchboard, **limits: Any) -> Any:
    """Make a version of the vendors' ladder, as an admin does."""
    admin = board.api.token("admin:A-1", Role.ADMIN)
    body = {"steps": STEPS, **limits}
    return await board.api.client.put("/api/v1/ladders/vendor_accept", json=body, headers=admin)


async def climb(board: Switchboard) -> None:
    for seconds in (0, 121, 61, 121):
        await board.wait(seconds)


async def withheld(board: Switchboard) -> list[tuple[Any, ...]]:
    return await board.rows("SELECT channel, status FROM comms_log WHERE status LIKE 'withheld:%' ORDER BY id")


async def another(board: Switchboard) -> OrderView:
    async with board.database.transaction() as session:
        user = await make_customer(session, external_id="254700000103", phone="+254700000103")
        return await make_order(session, OrderState.CONFIRMED, shop=False, user_id=user.id)


@pytest.fixture
async def down(board: Switchboard) -> Any:
    """Tell that providers are down, for as long as the test says."""

    async def tell(*channels: str) -> None:
        async with board.database.transaction() as session:
            for channel in channels:
                await outages.note(session, channel)

    return tell


async def test_nobody_is_called_in_quiet_hours_and_the_admin_comes_on_time(board: Switchboard) -> None:
    """All day but one minute that lies twelve hours away."""
    [(hour,)] = await board.rows("SELECT extract(hour FROM duka_now() AT TIME ZONE 'Africa/Nairobi')::int")
    saved = await save(board, quiet_from=f"{(hour + 12) % 24:02d}:01:00", quiet_until=f"{(hour + 12) % 24:02d}:00:00")
    assert (saved.status_code, saved.json()["version"]) == (200, 1)
    await another(board)
    await climb(board)
    assert (await board.chased(), await board.cards()) == ([WA], ["vendor_silent"])
    assert await withheld(board) == [
        ("exotel_ring", "withheld:quiet_hours"),
        ("exotel_ivr", "withheld:quiet_hours"),
    ]


@pytest.mark.parametrize("limits", [{"quiet_from": "22:00"}, {"max_calls_hour": -1}, {"steps": []}])
async def test_limits_that_mean_nothing_are_refused(board: Switchboard, limits: dict[str, Any]) -> None:
    refused = await save(board, **limits)
    assert (refused.status_code, refused.json()["code"]) == (422, "422_UNPROCESSABLE_ENTITY")
    assert await board.rows("SELECT count(*) FROM escalation_policy") == [(0,)]


async def test_a_ladder_has_a_limit_of_calls_of_its_own(board: Switchboard) -> None:
    await save(board, max_calls_hour=1)
    await another(board)
    await climb(board)
    assert (await board.chased(), await board.cards()) == ([WA, RING], ["vendor_silent"])
    assert await withheld(board) == [("exotel_ivr", "withheld:called_too_often")]


async def test_nobody_is_called_more_often_than_the_limit_for_all_orders(board: Switchboard, order: OrderView) -> None:
    most = CommsSettings().calls_per_callee_hour
    await board.rows(
        "INSERT INTO voice_calls (id, order_id, callee, phone, language, purpose, rung, menu, state)"
        " SELECT 'OLD' || n, :order, 'vendor:V-1', '', 'sw', 'reminder', 'exotel_ring', '', 'no_answer'"
        " FROM generate_series(1, :most) n RETURNING id",
        order=order.id,
        most=most,
    )
    await climb(board)
    assert await board.chased() == [WA]
    assert {status for _, status in await withheld(board)} == {"withheld:called_too_often"}


async def test_one_ring_stands_for_all_orders_of_a_moment(board: Switchboard, order: OrderView) -> None:
    second = await another(board)
    await board.settle()
    await board.wait(121)
    assert (await board.chased()).count(RING) == 1
    assert await withheld(board) == [("exotel_ring", "withheld:just_rung")]
    assert second.id != order.id


async def test_two_menus_never_ring_one_phone_at_once(board: Switchboard, order: OrderView) -> None:
    """The second call waits until the first has ended, whatever came of it."""
    await another(board)
    await board.wait(185)
    states = "SELECT state FROM voice_calls ORDER BY state"
    assert await board.rows(states) == [("dialled",), ("queued",)]
    await board.act("answer", **{"from": "vendor"})
    await board.wait(5)
    assert ("queued",) in await board.rows(states)
    await board.act("digits", **{"from": "vendor", "digits": "1"})
    await board.wait(15)
    assert await board.rows(states) == [("completed",), ("dialled",)]


async def test_while_calls_are_down_messages_and_the_admin_go_on(
    board: Switchboard, order: OrderView, down: Any
) -> None:
    for _ in range(6):
        await down("exotel")
        await board.wait(61)
    assert (await board.chased(), await board.cards()) == ([WA], ["vendor_silent"])
    assert await withheld(board) == [
        ("exotel_ring", "withheld:provider_down"),
        ("exotel_ivr", "withheld:provider_down"),
    ]


async def test_an_empty_wallet_is_calls_that_are_down(board: Switchboard, order: OrderView) -> None:
    """Each try is refused until somebody pays: after a few nobody is rung, and nobody is told that they will be."""
    await board.control("/accounts/exotel/wallet", {"empty": True})
    await board.wait(121)
    for _ in range(13):
        await board.wait(6)
    assert await board.rows("SELECT channel FROM provider_outage") == [("exotel",)]
    refused = await ask_bridge(board, order, "k1")
    assert (refused.status_code, refused.json()["code"]) == (503, "503_EXOTEL_DOWN")


async def test_an_outlet_that_nothing_reached_has_missed_nothing(
    board: Switchboard, order: OrderView, down: Any
) -> None:
    for _ in range(6):
        await down("exotel", "whatsapp")
        await board.wait(61)
    assert await board.rows("SELECT misses, active FROM vendors") == [(0, True)]


async def test_while_messages_are_down_a_ladder_starts_at_the_ring(
    board: Switchboard, order: OrderView, down: Any
) -> None:
    await down("whatsapp")
    await board.settle()
    assert await board.chased() == [WA, RING]


@pytest.mark.parametrize(("account", "chased"), [(ACCOUNT, [WA, RING]), ("100000000000002", [WA])])
async def test_a_stopped_account_degrades_the_ladders_of_its_own_shop_alone(
    board: Switchboard, order: OrderView, account: str, chased: list[str]
) -> None:
    async with board.database.transaction() as session:
        await outages.note(session, "whatsapp", account)
    await board.settle()
    assert await board.chased() == chased


async def test_with_both_down_a_person_is_told_at_once_and_once(
    board: Switchboard, order: OrderView, down: Any
) -> None:
    await down("whatsapp", "exotel")
    await board.settle()
    assert (await board.chased(), await board.cards()) == ([WA], ["vendor_silent"])
    assert await board.rows("SELECT misses FROM vendors") == [(0,)]


async def test_an_outage_that_nobody_saw_again_is_over(board: Switchboard, order: OrderView, down: Any) -> None:
    await board.settle()
    await down("exotel")
    await board.wait(FRESH_S + 1)
    assert await board.chased() == [WA, RING]


async def ask_bridge(board: Switchboard, order: OrderView, key: str) -> Any:
    headers = {**board.api.token("admin:A-1", Role.ADMIN, cities=["Nairobi"]), "idempotency-key": key}
    body = {"order_id": order.id, "first": "vendor", "second": "admin"}
    return await board.api.client.post("/api/v1/comms/bridge", json=body, headers=headers)


async def test_a_bridge_is_refused_while_calls_are_down(board: Switchboard, order: OrderView, down: Any) -> None:
    await down("exotel")
    refused = await ask_bridge(board, order, "k1")
    assert (refused.status_code, refused.json()["code"]) == (503, "503_EXOTEL_DOWN")
    assert refused.headers["retry-after"] == "5"
    assert await board.rows("SELECT count(*) FROM voice_calls") == [(0,)]


async def test_nobody_is_bridged_without_end(board: Switchboard, order: OrderView) -> None:
    """One after the other, each once the one before has ended."""
    most, statuses = CommsSettings().bridges_per_person, list[int]()
    for number in range(most + 1):
        statuses.append((await ask_bridge(board, order, f"k{number}")).status_code)
        async with board.database.transaction() as session:
            await session.execute(text("UPDATE voice_calls SET state = 'completed'"))
    assert statuses == [202] * most + [429]
    assert await board.rows("SELECT count(*) FROM voice_calls") == [(most,)]


async def test_a_ladder_is_not_kicked_off_without_end(board: Switchboard, order: OrderView) -> None:
    most, codes = CommsSettings().kick_offs_per_minute, list[str]()
    for number in range(most + 1):
        headers = {**board.api.token("admin:A-1", Role.ADMIN), "idempotency-key": f"k{number}"}
        answer = await board.api.client.post(
            "/api/v1/comms/notify/vendor/order", json={"order_id": order.id}, headers=headers
        )
        codes.append(answer.json().get("code", "ok"))
    assert codes == ["ok"] * most + ["429_TOO_MANY_REQUESTS"]
