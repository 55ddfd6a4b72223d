"""An order that waits with its rider brings a person, and the end of the wait closes the card."""

from backend.comms.ladders import CHASING, DEFAULT_STEPS, Ladder, Rung, Step
from backend.comms.next_steps import next_steps
from backend.comms.partner_words import APPLIED, DUPLICATE
from backend.orders import tasks as order_tasks
from backend.orders.commands import (
    AssignRider,
    Command,
    DeliverOrder,
    FailDelivery,
    PickUp,
    ReportRiderWaiting,
    ReturnOrder,
    UnassignRider,
)
from backend.orders.ports import OrderView
from backend.orders.service.timers import ARMED
from backend.platform.timers import TimerKind
from tests.support.factories.comms import Switchboard
from tests.support.factories.orders import ADMIN, DISPATCH, give, ladders, orders_service

VENDOR, RIDER = "+254700000201", "+254700000301"
_WINDOW_S = DEFAULT_STEPS[TimerKind.RIDER_OTD][0].after_s
_PICKUP_S = DEFAULT_STEPS[TimerKind.PICKUP][0].after_s


async def _with_rider(board: Switchboard, order: OrderView, *steps: Command) -> None:
    """Bring the order to a rider, then through the steps."""
    await board.settle()
    await board.write(VENDOR, payload=f"vendor_accept:{order.id}")
    await board.write(VENDOR, payload=f"vendor_ready:{order.id}")
    await board.write(RIDER, payload=f"rider_accept:{order.id}")
    for step in steps:
        await _step(board, order, step)


async def _step(board: Switchboard, order: OrderView, step: Command) -> None:
    async with board.database.transaction() as session:
        await give(session, order, ADMIN, step)
    await board.settle()


async def test_a_rider_who_waits_at_the_counter_brings_the_vendor_and_a_person(
    board: Switchboard, order: OrderView
) -> None:
    """At once, with the order's money on the card; picking up closes it."""
    await _with_rider(board, order, ReportRiderWaiting())
    assert await board.cards() == ["rider_waiting"]
    told = [row for row in await board.messages(VENDOR) if row[0] == "Vendor_Rider_Waiting"]
    assert told == [("Vendor_Rider_Waiting", [f"vendor_ready:{order.id}", f"vendor_extend:{order.id}"])]
    assert "whatsapp:Vendor_Rider_Waiting" in await board.chased()
    assert await board.rows("SELECT order_id, money_minor, city FROM ops_exceptions") == [
        (order.id, order.amount_minor, "Nairobi")
    ]
    await _step(board, order, PickUp())
    assert await board.cards() == []


async def test_a_rider_says_by_a_button_that_they_wait(board: Switchboard, order: OrderView) -> None:
    """The door that riders without an app have: the outlet and a person hear of it, once however often it is tapped."""
    await _with_rider(board, order)
    for _ in range(2):
        await board.write(RIDER, payload=f"rider_waits:{order.id}")
    assert await board.cards() == ["rider_waiting"]
    assert (await board.chased()).count("whatsapp:Vendor_Rider_Waiting") == 1
    said = [text for text, _ in (await board.messages(RIDER))[-2:]]
    assert said == [words["sw"].format(order=order.id) for words in (APPLIED["rider_waits"], DUPLICATE)]


async def test_a_rider_at_a_shut_door_brings_a_person(board: Switchboard, order: OrderView) -> None:
    """One tap; nothing is called off, and the card goes with the delivery."""
    await _with_rider(board, order, PickUp())
    await board.write(RIDER, payload=f"rider_trouble:{order.id}")
    assert await board.cards() == ["rider_cant_find_customer"]
    assert next_steps("rider_cant_find_customer", order.id, order.id)[0].path == "/api/v1/comms/bridge"
    assert (await board.order(order.id)).state == "out_for_delivery"
    await _step(board, order, DeliverOrder(proof={"kind": "otp"}))
    assert await board.cards() == []


async def test_a_vendor_who_is_waited_for_answers_by_the_notices_button(board: Switchboard, order: OrderView) -> None:
    """The rider came before the goods were packed: one tap makes them ready, and nobody is told twice."""
    await board.settle()
    await board.write(VENDOR, payload=f"vendor_accept:{order.id}")
    async with board.database.transaction() as session:
        await give(session, order, DISPATCH, AssignRider("R-1"))
    await _step(board, order, ReportRiderWaiting())
    await board.write(VENDOR, payload=f"vendor_ready:{order.id}")
    assert (await board.order(order.id)).state == "handover"
    await board.wait(3600)
    assert (await board.chased()).count("whatsapp:Vendor_Rider_Waiting") == 1


async def test_a_city_may_add_a_menu_for_the_waiting_rider(board: Switchboard, order: OrderView) -> None:
    """The notice is a ladder like the others: another version of it calls the outlet, whose digit answers."""
    steps = (Step(0, (Rung.WHATSAPP, Rung.ADMIN)), Step(60, (Rung.IVR,)))
    async with board.database.transaction() as session:
        await board.plans.save(session, TimerKind.HANDOVER_WAIT, Ladder(steps), by="admin:A-1", city="Nairobi")
    await board.settle()
    await board.write(VENDOR, payload=f"vendor_accept:{order.id}")
    async with board.database.transaction() as session:
        await give(session, order, DISPATCH, AssignRider("R-1"))
    await _step(board, order, ReportRiderWaiting())
    await board.wait(61)
    heard = await board.act("answer", **{"from": "vendor"})
    assert heard["captions"][0].startswith("The rider for order ")
    await board.act("digits", **{"from": "vendor", "digits": "1"})
    assert (await board.order(order.id)).state == "handover"


async def test_a_delivery_beyond_its_window_brings_a_person(board: Switchboard, order: OrderView) -> None:
    await _with_rider(board, order, PickUp())
    await board.wait(_WINDOW_S - 120)
    assert await board.cards() == []
    await board.wait(121)
    assert await board.cards() == ["delivery_overdue"]
    await _step(board, order, DeliverOrder(proof={"kind": "otp"}))
    assert await board.cards() == []


async def test_a_city_may_call_the_rider_before_a_person_comes(board: Switchboard, order: OrderView) -> None:
    """The window and its end are rows like the others; delivering ends it, and nobody is called about it again."""
    steps = (Step(1200, (Rung.IVR,)), Step(1500, (Rung.ADMIN,)))
    async with board.database.transaction() as session:
        await board.plans.save(session, TimerKind.RIDER_OTD, Ladder(steps), by="admin:A-1", city="Nairobi")
    await _with_rider(board, order, PickUp())
    await board.wait(1201)
    assert ((await board.chased())[-1], await board.cards()) == ("exotel_ivr:delivery_late", [])
    heard = await board.act("answer", **{"from": "rider"})
    assert heard["captions"][0].startswith("Order ")
    await board.act("digits", **{"from": "rider", "digits": "5"})
    assert await board.cards() == ["partner_asks_for_help"]
    await _step(board, order, DeliverOrder(proof={"kind": "otp"}))
    await board.wait(600)
    assert "delivery_overdue" not in await board.cards()


async def test_packed_goods_that_nobody_picks_up_bring_a_person(board: Switchboard, order: OrderView) -> None:
    """A rider who accepted and does not come is nobody's ladder; picking up closes the card."""
    await _with_rider(board, order)
    await board.wait(_PICKUP_S - 120)
    assert await board.cards() == []
    await board.wait(121)
    assert await board.cards() == ["pickup_overdue"]
    await _step(board, order, PickUp())
    assert await board.cards() == []


async def test_a_failed_delivery_brings_a_person(board: Switchboard, order: OrderView) -> None:
    """Its timers have ended, so without a card nobody would know; coming back closes it."""
    await _with_rider(board, order, PickUp(), FailDelivery("nobody at home"))
    assert await board.cards() == ["delivery_failed"]
    await _step(board, order, ReturnOrder("nobody at home"))
    assert "delivery_failed" not in await board.cards()


async def test_who_takes_over_on_the_way_has_a_window(board: Switchboard, order: OrderView) -> None:
    """The window of the rider before has ended with them."""
    await _with_rider(board, order, PickUp(), UnassignRider("broken down"))
    await _step(board, order, AssignRider("R-2"))
    await board.wait(_WINDOW_S + 1)
    assert "delivery_overdue" in await board.cards()


async def test_a_delivery_in_time_or_a_return_brings_nobody(board: Switchboard, order: OrderView) -> None:
    """The step that ends the wait disarms its timer."""
    await _with_rider(board, order, PickUp(), ReturnOrder("shut"))
    await board.wait(_WINDOW_S + 1)
    assert "delivery_overdue" not in await board.cards()


def test_every_timer_that_an_order_arms_is_somebodys() -> None:
    """A kind without a handler would stay due for ever."""
    handled = {*CHASING, *order_tasks.timer_handlers(orders_service(), ladders())}
    assert handled >= ARMED
