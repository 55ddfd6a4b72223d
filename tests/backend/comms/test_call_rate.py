"""What the voice account allows is too little for a while: the urgent goes first, and the desk is told."""

from collections.abc import Sequence
from decimal import Decimal

import pytest

from backend.comms.ladders import Purpose, Rung
from backend.comms.ports import Chased, Contact
from backend.comms.service.journal import CommsJournal
from backend.orders.commands import OrderLineDraft
from backend.orders.events import OrderState
from backend.orders.ports import OrderView
from tests.support.factories.comms import Switchboard
from tests.support.factories.customers import make_customer
from tests.support.factories.orders import make_order
from tests.support.factories.vendors import make_vendor, vendors_service

A_CALL_S = 60 / (10 * 0.9)  # Ten requests a minute, of which a tenth is for questions.
ONE = (OrderLineDraft("UNGA-2KG", Decimal(1)),)
OUTLETS = [f"V-{number}" for number in range(2, 8)]


@pytest.fixture(autouse=True)
def _narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """An account that places a call every 6.7 seconds, one at once."""
    monkeypatch.setenv("EXOTEL_CALLS_PER_MINUTE", "10")


async def outlets(board: Switchboard, city: str = "Nairobi") -> list[OrderView]:
    """Open more outlets, each with an order that was just paid."""
    async with board.database.transaction() as session:
        user = (await make_customer(session)).id
        orders = []
        for number, outlet in enumerate(OUTLETS):
            await make_vendor(session, outlet, phone=f"+2547000008{number:02}", city=city)
            order = await make_order(
                session, OrderState.CONFIRMED, shop=False, user_id=user, vendor_id=outlet, lines=ONE
            )
            orders.append(order)
    return orders


async def ask(board: Switchboard, order: OrderView, callee: str, purpose: Purpose) -> None:
    """Ask for a call."""
    phone, vendors = f"+25470000{sum(callee.encode()):04}", vendors_service()
    async with board.database.transaction() as session:
        chased = Chased(
            order,
            Contact(callee, callee, phone, "en", "Nairobi"),
            await vendors.get(session, order.vendor_id),
            await vendors.merchant(session, order.merchant_id),
        )
        call = board.calls.departure(
            chased,
            rung=Rung.RING,
            purpose=purpose,
            menu="vendor_new_order",
            ladder="",
            step=0,
            idem=f"{callee}:{purpose}",
            trace_id="t",
        )
        await CommsJournal().depart(session, [call])


async def dialled(board: Switchboard) -> list[str]:
    """Whom the provider was asked to call and for what, in order."""
    rows = await board.rows(
        "SELECT callee || ' ' || purpose FROM voice_calls c JOIN outbound_send s ON s.payload ->> 'call_id' = c.id"
        " WHERE s.state = 'sent' AND s.channel = 'exotel' ORDER BY s.sent_at, s.seq"
    )
    return [row[0] for row in rows]


async def one_by_one(board: Switchboard, calls: int) -> None:
    for _ in range(calls):
        await board.wait(A_CALL_S + 0.1)


async def test_a_changed_address_goes_before_a_new_order_and_that_before_a_reminder(
    board: Switchboard, order: OrderView
) -> None:
    """Asked for in the opposite order, at one instant; the first one had the only token."""
    await ask(board, order, "vendor:V-0", Purpose.REMINDER)
    await board.settle()
    for number in (1, 2):
        await ask(board, order, f"vendor:A-{number}", Purpose.REMINDER)
        await ask(board, order, f"vendor:B-{number}", Purpose.NEW_ORDER)
        await ask(board, order, f"rider:C-{number}", Purpose.ADDRESS)
    await board.settle()
    await one_by_one(board, 6)
    urgent = ["rider:C-1 address", "rider:C-2 address", "vendor:B-1 new_order", "vendor:B-2 new_order"]
    assert await dialled(board) == ["vendor:V-0 reminder", *urgent, "vendor:A-1 reminder", "vendor:A-2 reminder"]


async def test_an_urgent_call_lifts_what_waits_before_it_for_the_same_person(
    board: Switchboard, order: OrderView
) -> None:
    """They hear of the reminder first, as it was asked for, and of both before others hear of new orders."""
    await ask(board, order, "vendor:V-0", Purpose.REMINDER)
    await board.settle()
    await ask(board, order, "rider:C-1", Purpose.REMINDER)
    await ask(board, order, "vendor:B-1", Purpose.NEW_ORDER)
    await ask(board, order, "rider:C-1", Purpose.ADDRESS)
    await board.settle()
    await one_by_one(board, 4)
    assert (await dialled(board))[1:] == ["rider:C-1 reminder", "rider:C-1 address", "vendor:B-1 new_order"]


@pytest.mark.parametrize("cities", [("Nairobi", "Mombasa")])
async def test_the_limit_is_the_accounts_and_not_each_citys(board: Switchboard, cities: Sequence[str]) -> None:
    for city in cities:
        await make_city(board, city)
    await board.wait(121)
    assert len(await dialled(board)) == 1


async def make_city(board: Switchboard, city: str) -> None:
    """Open an outlet in a city, with an order that was just paid."""
    async with board.database.transaction() as session:
        user = (await make_customer(session)).id
        await make_vendor(session, f"V-{city}", phone=f"+2547000009{len(city):02}", city=city)
        await make_order(session, OrderState.CONFIRMED, shop=False, user_id=user, vendor_id=f"V-{city}")


async def test_rings_that_came_too_late_give_way_and_the_desk_is_told(board: Switchboard) -> None:
    """Six outlets: the rings of a minute are fewer, so the menu takes the others' place, once for each."""
    orders = await outlets(board)
    await board.settle()
    await board.wait(120)
    assert (await board.cards(), len(await dialled(board))) == ([], 1)
    await one_by_one(board, 2)
    await board.wait(50)
    assert await board.cards() == ["calls_late"]
    late = await board.rows("SELECT rung, count(*) FROM voice_calls WHERE outcome = 'not_in_time' GROUP BY rung")
    assert late == [("exotel_ring", len(orders) - len(await rung_in_time(board)))]
    told = await board.rows(
        "SELECT channel, status, count(*) FROM comms_log WHERE status = 'not_in_time' GROUP BY 1, 2"
    )
    assert told == [("exotel_ring", "not_in_time", late[0][1])]
    await board.wait(180)
    assert (await board.cards()).count("vendor_silent") == len(orders)
    await one_by_one(board, 12)
    menus = "SELECT callee, count(*) FROM voice_calls WHERE rung = 'exotel_ivr' AND call_sid IS NOT NULL GROUP BY 1"
    assert await board.rows(f"SELECT DISTINCT count FROM ({menus}) AS m") == [(1,)]
    assert "calls_late" not in await board.cards()


async def rung_in_time(board: Switchboard) -> list[str]:
    rows = await board.rows("SELECT callee FROM voice_calls WHERE rung = 'exotel_ring' AND call_sid IS NOT NULL")
    return [row[0] for row in rows]


async def test_an_answered_orders_waiting_ring_takes_no_place(board: Switchboard) -> None:
    """It is withdrawn, and the next in the queue is dialled in its stead."""
    orders = await outlets(board)
    await board.settle()
    await board.wait(120)
    first = set(await rung_in_time(board))
    for order in orders:
        if f"vendor:{order.vendor_id}" not in first and order is not orders[-1]:
            await board.write(f"+2547000008{orders.index(order):02}", payload=f"vendor_accept:{order.id}")
    waiting = await board.rows("SELECT count(*) FROM outbound_send WHERE channel = 'exotel' AND state = 'queued'")
    assert waiting == [(0 if f"vendor:{orders[-1].vendor_id}" in first else 1,)]
