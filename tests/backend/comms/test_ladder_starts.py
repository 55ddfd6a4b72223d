"""When ladders begin is rows too: the lead of a reminder, the windows of goods and deliveries, an order's end."""

from typing import Any

from backend.comms.ladders import Ladder, Rung, Step
from backend.orders.commands import ConfirmPayment
from backend.orders.ports import OrderView
from backend.platform.auth.principal import Role
from backend.platform.timers import TimerKind
from tests.support.factories.comms import Switchboard
from tests.support.factories.customers import make_customer
from tests.support.factories.orders import PAYMENTS, give, make_order

VENDOR = "+254700000201"
PATH = "/api/v1/comms/ladders"
_DUE = "SELECT round(extract(epoch FROM due_at - duka_now()))::int, policy_version FROM sla_timer"


async def ask(board: Switchboard, order: OrderView, what: str, **body: Any) -> Any:
    """Preview or steer as the city's admin."""
    headers = {**board.api.token("admin:A-1", Role.ADMIN, cities=["Nairobi"]), "idempotency-key": what}
    answer = await board.api.client.post(f"{PATH}/{order.id}/{what}", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def foreseen(ladder: Any) -> list[tuple[float, float, str]]:
    """When each step comes by its row and from now, to ten seconds, and what it does."""
    return [
        (step["after_s"], round(step["in_s"], -1), "+".join(rung["rung"] for rung in step["rungs"]))
        for step in ladder["steps"]
    ]


async def test_a_city_says_how_long_before_its_time_an_outlet_is_reminded(board: Switchboard, order: OrderView) -> None:
    """The preparation takes a while: the preview and the timer that is armed say the same, by the city's version."""
    steps = (Step(-300, (Rung.RING,)), Step(60, (Rung.ADMIN,)))
    kind = TimerKind.PROCESSING_REMINDER
    async with board.database.transaction() as session:
        await board.plans.save(session, kind, Ladder(steps), by="admin:A-1", city="Nairobi")
    await board.settle()
    await board.write(VENDOR, payload=f"vendor_prep:20:{order.id}")
    assert (await board.order(order.id)).prep_minutes == 20
    expected = [(-300, 900, "exotel_ring"), (60, 1260, "admin")]
    assert foreseen(await ask(board, order, "processing_reminder/preview")) == expected
    due = await board.rows(f"{_DUE} WHERE type = 'processing_reminder' AND state = 'pending'")
    assert [(round(due_s, -1), version) for due_s, version in due] == [(900, 1)]
    await board.wait(890)
    assert "exotel_ring:processing_reminder" not in await board.chased()
    await board.wait(20)
    assert "exotel_ring:processing_reminder" in await board.chased()


async def test_windows_and_ends_are_foretold(board: Switchboard, order: OrderView) -> None:
    """As if each began now; a version that is tried out too."""
    assert foreseen(await ask(board, order, "pickup/preview")) == [(900, 900, "admin")]
    unpaid = await ask(board, order, "reservation_expiry/preview")
    assert (foreseen(unpaid), unpaid["waits"]) == ([(1200, 1200, "remind"), (1800, 1800, "cancel")], False)
    tried = {"steps": [{"after_s": 600, "rungs": ["cancel"]}]}
    assert foreseen(await ask(board, order, "reservation_expiry/preview", tried=tried)) == [(600, 600, "cancel")]


async def test_a_first_step_later_than_at_once_is_waited_for(board: Switchboard) -> None:
    """What the preview says of it holds: the outlet is written to after a minute, not with the payment."""
    steps = (Step(60, (Rung.WHATSAPP,)), Step(300, (Rung.ADMIN,)))
    async with board.database.transaction() as session:
        await board.plans.save(session, TimerKind.VENDOR_ACCEPT, Ladder(steps), by="admin:A-1")
        user = await make_customer(session)
        order = await make_order(session, shop=False, user_id=user.id)
        await give(session, order, PAYMENTS, ConfirmPayment(order.amount_minor))
    await board.settle()
    assert await board.chased() == []
    await board.wait(61)
    assert await board.chased() == ["whatsapp:Vendor_New_Order"]


async def test_an_unpaid_order_is_held_taken_over_and_paid(board: Switchboard) -> None:
    """A ladder like the others: who takes it over has a card, its end is put off, and the payment closes the card."""
    async with board.database.transaction() as session:
        user = await make_customer(session)
        order = await make_order(session, shop=False, user_id=user.id)
    reason = {"reason": "they are at the bank"}
    await ask(board, order, "reservation_expiry/pause", **reason, for_s=600)
    left = await ask(board, order, "reservation_expiry/resume", **reason)
    assert foreseen(left["ladders"][0]) == [(1200, 1200, "remind"), (1800, 1800, "cancel")]
    left = await ask(board, order, "reservation_expiry/skip", **reason)
    assert foreseen(left["ladders"][0]) == [(1800, 1800, "cancel")]
    left = await ask(board, order, "reservation_expiry/own", **reason, for_s=3600)
    assert foreseen(left["ladders"][0]) == [(1800, 3600, "cancel")]
    assert await board.rows("SELECT kind, owner FROM ops_exceptions") == [("order_unpaid", "admin:A-1")]
    async with board.database.transaction() as session:
        await give(session, order, PAYMENTS, ConfirmPayment(order.amount_minor))
    await board.settle()
    assert await board.cards() == []
