"""Ladders on a moved clock: who is chased, when, how often, and what ends it."""

import pytest

from backend.comms.ladders import Ladder, Rung, Step, skip_overdue
from backend.orders.commands import ChangeAddress, UnassignRider
from backend.orders.events import OrderState
from backend.orders.ports import OrderView
from backend.platform.actors import Source
from backend.platform.db.session import Database
from backend.platform.timers import TimerKind
from tests.support.factories.comms import Switchboard, open_switchboard
from tests.support.factories.customers import make_customer
from tests.support.factories.orders import ADMIN, give, make_order, make_shop
from tests.support.factories.vendors import vendors_service

VENDOR = "+254700000201"
RIDER, SECOND = "+254700000301", "+254700000302"
WA, RING, IVR = "whatsapp:Vendor_New_Order", "exotel_ring:vendor_new_order", "exotel_ivr:vendor_new_order"


async def test_a_silent_vendor_is_written_to_rung_called_and_given_to_a_person(
    board: Switchboard, order: OrderView
) -> None:
    """WhatsApp at once, a ring at 2 minutes, a menu at 3, a card at 5; each once."""
    await board.settle()
    seen = [(await board.chased(), await board.cards())]
    for seconds in (105, 20, 45, 20, 95, 20, 600):
        await board.wait(seconds)
        seen.append((await board.chased(), await board.cards()))
    card = ["vendor_silent"]
    assert seen == [
        ([WA], []),
        ([WA], []),
        ([WA, RING], []),
        ([WA, RING], []),
        ([WA, RING, IVR], []),
        ([WA, RING, IVR], []),
        ([WA, RING, IVR], card),
        ([WA, RING, IVR], card),
    ]
    assert await board.rows("SELECT misses FROM vendors") == [(1,)]
    assert (await board.order(order.id)).state == "confirmed"


async def test_after_an_outage_only_the_last_due_step_is_taken(board: Switchboard, order: OrderView) -> None:
    await board.wait(200)
    assert await board.chased() == [IVR]
    await board.wait(101)
    assert (await board.chased(), await board.cards()) == ([IVR], ["vendor_silent"])


@pytest.mark.parametrize(("minutes", "wait_s", "left"), [("2", 0, "2"), ("20", 1021, "3")])
async def test_the_reminder_says_how_many_minutes_are_left(
    board: Switchboard, order: OrderView, minutes: str, wait_s: float, left: str
) -> None:
    """Three as a rule; of a time that is shorter than that, what it is."""
    await board.settle()
    await board.write(VENDOR, minutes)
    await board.wait(wait_s)
    assert "whatsapp:Vendor_Ready_Reminder" in await board.chased()
    assert await board.parameters(VENDOR) == (order.id, left)


async def test_an_answer_ends_the_ladder(board: Switchboard, order: OrderView) -> None:
    await board.settle()
    assert await board.write(VENDOR, payload=f"vendor_accept:{order.id}")
    assert (await board.order(order.id)).state == "processing"
    await board.wait(400)
    assert [line for line in await board.chased() if line.endswith("new_order")] == []
    assert await board.cards() == []


async def test_a_late_answer_closes_the_card(board: Switchboard, order: OrderView) -> None:
    await board.settle()
    await board.wait(301)
    assert await board.cards() == ["vendor_silent"]
    await board.write(VENDOR, payload=f"vendor_accept:{order.id}")
    assert await board.cards() == []


async def test_a_citys_own_ladder_holds_for_new_orders_and_not_for_running_ones(
    board: Switchboard, order: OrderView
) -> None:
    await board.settle()
    async with board.database.transaction() as session:
        steps = (Step(0, (Rung.WHATSAPP,)), Step(60, (Rung.ADMIN,)))
        await board.plans.save(session, TimerKind.VENDOR_ACCEPT, Ladder(steps), by="admin:A-1", city="Nairobi")
    await board.wait(61)
    assert await board.cards() == []

    async with board.database.transaction() as session:
        user = await make_customer(session, external_id="254700000103", phone="+254700000103")
        second = await make_order(session, OrderState.CONFIRMED, shop=False, user_id=user.id)
    await board.settle()
    await board.wait(40)
    assert await board.cards() == []
    await board.wait(21)
    assert await board.rows("SELECT order_id FROM ops_exceptions") == [(second.id,)]


async def test_with_calls_switched_off_the_rest_stays_on_time(database: Database) -> None:
    async with open_switchboard(database, flags="wa=true") as board:
        async with database.transaction() as session:
            await make_shop(session)
            user = await make_customer(session)
            await make_order(session, OrderState.CONFIRMED, shop=False, user_id=user.id)
        await board.connect_whatsapp()
        await board.settle()
        for seconds in (121, 60, 121):
            await board.wait(seconds)
        assert (await board.chased(), await board.cards()) == ([WA], ["vendor_silent"])


async def test_a_changed_address_is_sent_and_rung_until_its_version_is_confirmed(
    board: Switchboard, order: OrderView
) -> None:
    await to_rider(board, order)
    current = await board.order(order.id)
    async with board.database.transaction() as session:
        await give(session, current, ADMIN, ChangeAddress("Prestige Plaza, gate 2", -1.2999, 36.7873))
    await board.settle()
    assert [line for line in await board.chased() if "address" in line.lower()] == [
        "whatsapp:Rider_Address_Updated",
        "exotel_ring:address_update",
    ]
    await board.wait(121)
    assert (await board.chased())[-1] == "exotel_ivr:address_update"

    await board.write(RIDER, payload=f"address_confirm:1:{order.id}")
    assert (await board.order(order.id)).address_confirmed_version is None
    await board.write(RIDER, payload=f"address_confirm:2:{order.id}")
    assert (await board.order(order.id)).address_confirmed_version == 2
    before = await board.chased()
    await board.wait(300)
    assert [line for line in (await board.chased())[len(before) :] if "address" in line.lower()] == []


async def test_a_call_about_an_older_address_asks_nothing_and_confirms_nothing(
    board: Switchboard, order: OrderView
) -> None:
    """It changes again while the rider is on the line: the digit counts for neither, and the newest is chased on."""
    await to_rider(board, order)
    await change_address(board, order, "Prestige Plaza, gate 2")
    await board.wait(121)
    await board.act("answer", **{"from": "rider"})
    await change_address(board, order, "Adlife Plaza, second floor")
    [(call, sid)] = await board.rows("SELECT id, call_sid FROM voice_calls WHERE rung = 'exotel_ivr'")
    context = board.signer.sign(call)
    asked = await board.api.client.get("/webhooks/exotel/gather", params={"CustomField": context})
    assert asked.json()["gather_prompt"]["text"] == "."
    late = {"call_sid": sid, "digit": "1", "ts": "late", "signature": context}
    assert (await board.api.client.post("/webhooks/exotel/dtmf", json=late)).status_code == 200
    await board.settle()
    assert (await board.order(order.id)).address_confirmed_version is None
    await board.write(RIDER, payload=f"address_confirm:3:{order.id}")
    assert (await board.order(order.id)).address_confirmed_version == 3


async def change_address(board: Switchboard, order: OrderView, words: str) -> None:
    """Let the desk change where the order goes."""
    async with board.database.transaction() as session:
        await give(session, await board.order(order.id), ADMIN, ChangeAddress(words, -1.2999, 36.7873))
    await board.settle()


async def test_who_takes_over_on_the_way_is_offered_it_and_brings_it(board: Switchboard, order: OrderView) -> None:
    """A second rider is written to, takes it, has the goods, and proves the delivery; the first has let go."""
    await to_rider(board, order)
    await board.write(RIDER, payload=f"rider_picked:{order.id}")
    current = await board.order(order.id)
    assert current.state == "out_for_delivery"
    async with board.database.transaction() as session:
        await give(session, current, ADMIN, UnassignRider("puncture"))
        how = {"actor": ADMIN, "source": Source.CONSOLE, "command_id": "take-over"}
        assert (await board.desk.assign(session, order.id, "R-2", **how)).outcome == "applied"
    await board.settle()
    assert (await board.messages(SECOND))[-1] == (
        "Rider_Assignment",
        [f"rider_accept:{order.id}", f"rider_reject:{order.id}"],
    )
    await board.write(SECOND, payload=f"rider_accept:{order.id}")
    await board.write(SECOND, payload=f"rider_picked:{order.id}")
    async with board.database.transaction() as session:
        code = str(await board.desk.code_for_customer(session, order.id))
    await board.write(SECOND, code)
    assert (await board.order(order.id)).state == "delivered"
    states = await board.rows("SELECT rider_id, state FROM assignments ORDER BY round")
    assert states == [("R-1", "released"), ("R-2", "delivered")]


async def test_who_does_not_answer_on_the_way_is_a_persons_matter(board: Switchboard, order: OrderView) -> None:
    """No plan knows where the goods are, so the next rider is chosen by a person."""
    await to_rider(board, order)
    await board.write(RIDER, payload=f"rider_picked:{order.id}")
    async with board.database.transaction() as session:
        await give(session, await board.order(order.id), ADMIN, UnassignRider("puncture"))
        how = {"actor": ADMIN, "source": Source.CONSOLE, "command_id": "take-over"}
        await board.desk.assign(session, order.id, "R-2", **how)
    await board.wait(121)
    assert (await board.chased())[-1] == "exotel_ivr:rider_assignment"
    await board.wait(95)
    assert "no_rider" in await board.cards()
    assert (await board.order(order.id)).rider_id is None


async def to_rider(board: Switchboard, order: OrderView) -> None:
    """Bring the order into the nearest rider's hands."""
    await board.settle()
    await board.write(VENDOR, payload=f"vendor_accept:{order.id}")
    await board.write(VENDOR, payload=f"vendor_ready:{order.id}")
    await board.write(RIDER, payload=f"rider_accept:{order.id}")


async def test_a_vendor_who_misses_too_many_orders_is_taken_off(board: Switchboard, order: OrderView) -> None:
    async with board.database.transaction() as session:
        for _ in range(2):
            await vendors_service().record_miss(session, "V-1", actor=ADMIN)
    for seconds in (0, 121, 61, 121):
        await board.wait(seconds)
    found = await board.rows("SELECT active, inactive_reason, misses FROM vendors")
    assert found == [(False, "missed_orders", 3)]


def test_a_late_step_skips_what_is_overdue() -> None:
    steps = tuple(Step(after, (Rung.RING,)) for after in (0, 120, 180, 300))
    late = {(0, 0.2): 0, (0, 119.0): 0, (0, 120.0): 1, (0, 250.0): 2, (1, 0.0): 1, (1, 200.0): 3, (3, 999.0): 3}
    assert {key: skip_overdue(steps, *key) for key in late} == late
