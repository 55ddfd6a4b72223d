"""An outlet that misses too many orders is taken off, is asked, and comes back by one digit or by a person's hand."""

import pytest

from backend.comms.partner_words import PHRASES
from backend.orders.ports import OrderView
from tests.support.factories.comms import Switchboard
from tests.support.factories.orders import ADMIN
from tests.support.factories.vendors import vendors_service

MENU = "exotel_ivr:vendor_inactive"
VENDOR = "+254700000201"
STANDING = "SELECT active, inactive_reason, misses FROM vendors"


@pytest.fixture
async def taken_off(board: Switchboard, order: OrderView) -> OrderView:
    """The third order in a row that V-1 did not answer; it is being called about it."""
    async with board.database.transaction() as session:
        for _ in range(2):
            await vendors_service().record_miss(session, "V-1", actor=ADMIN)
    for seconds in (0, 121, 61, 6):
        await board.wait(seconds)
    await board.act("ignore", **{"from": "vendor"})
    await board.wait(121)
    assert await board.rows(STANDING) == [(False, "missed_orders", 3)]
    assert (await board.chased())[-1] == MENU
    return order


async def test_one_digit_puts_it_on_again_with_a_clean_slate(board: Switchboard, taken_off: OrderView) -> None:
    heard = await board.act("answer", **{"from": "vendor"})
    assert "gets no new orders now" in heard["captions"][0]
    await board.act("digits", **{"from": "vendor", "digits": "1"})
    assert await board.rows(STANDING) == [(True, None, 0)]
    told = await board.rows("SELECT topic, actor FROM outbox WHERE topic LIKE 'vendor.%' ORDER BY xid, pos")
    assert told == [("vendor.deactivated", "system:duka"), ("vendor.activated", "vendor:V-1")]
    assert (await board.order(taken_off.id)).state == "confirmed"


async def test_whoever_writes_while_off_reads_how_to_come_back(board: Switchboard, taken_off: OrderView) -> None:
    """Once the order that waited is gone: the reason and a button, which puts it on with a clean slate."""
    await board.write(VENDOR, payload=f"vendor_reject:{taken_off.id}")
    await board.write(VENDOR, "habari")
    text, [button] = (await board.messages(VENDOR))[-1]
    assert (text, button) == (PHRASES["vendor_off"]["sw"], "vendor_return:V-1")
    assert await board.rows("SELECT active FROM vendors") == [(False,)]
    await board.write(VENDOR, payload=button)
    assert await board.rows(STANDING) == [(True, None, 0)]
    assert (await board.messages(VENDOR))[-1] == (PHRASES["vendor_back"]["sw"], [])
    await board.write(VENDOR, "habari")
    assert (await board.messages(VENDOR))[-1] == (PHRASES["nothing_waiting"]["sw"], [])


async def test_nobody_puts_another_outlet_on(board: Switchboard, taken_off: OrderView) -> None:
    await board.write("+254700000301", payload="vendor_return:V-1")
    assert await board.rows(STANDING) == [(False, "missed_orders", 3)]


async def test_another_digit_leaves_it_off(board: Switchboard, taken_off: OrderView) -> None:
    await board.act("answer", **{"from": "vendor"})
    await board.act("digits", **{"from": "vendor", "digits": "9"})
    assert await board.rows(STANDING) == [(False, "missed_orders", 3)]


async def test_the_question_is_settled_where_a_person_put_it_on(board: Switchboard, taken_off: OrderView) -> None:
    async with board.database.transaction() as session:
        await vendors_service().activate(session, "V-1", actor=ADMIN)
    heard = await board.act("answer", **{"from": "vendor"})
    await board.wait(3)
    await board.wait(3)
    assert not [words for words in heard["captions"] if "haipati" in words]
    assert await board.rows(STANDING) == [(True, None, 0)]


async def test_it_is_asked_once(board: Switchboard, taken_off: OrderView) -> None:
    await board.wait(1800)
    assert (await board.chased()).count(MENU) == 1
