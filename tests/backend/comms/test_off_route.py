"""A rider who has left the way is rung, called and given to a person, until they are back or say that they know."""

import pytest

from backend.channels.ports import Place
from backend.dispatch.events import RiderBackOnRoute, RiderOffRoute
from backend.geo.service import Point, encode_line
from backend.orders.commands import PickUp
from backend.orders.ports import OrderView
from backend.platform.actors import Actor, ActorKind
from backend.platform.events import Event, publish
from tests.support.factories.comms import Switchboard
from tests.support.factories.orders import ADMIN, give

VENDOR, RIDER = "+254700000201", "+254700000301"
RING, IVR = "exotel_ring:off_route", "exotel_ivr:off_route"


@pytest.fixture
async def carried(board: Switchboard, order: OrderView) -> OrderView:
    """An order on its way."""
    await board.settle()
    for phone, payload in ((VENDOR, "vendor_accept"), (VENDOR, "vendor_ready"), (RIDER, "rider_accept")):
        await board.write(phone, payload=f"{payload}:{order.id}")
    async with board.database.transaction() as session:
        await give(session, order, ADMIN, PickUp())
    await board.settle()
    return order


async def tell(board: Switchboard, event: Event) -> None:
    async with board.database.transaction() as session:
        await publish(session, event, actor=Actor(ActorKind.RIDER, "R-1"), city="Nairobi")
    await board.settle()


async def about_the_way(board: Switchboard) -> list[str]:
    return [line for line in await board.chased() if "off_route" in line]


async def test_a_rider_off_the_way_is_chased(board: Switchboard, carried: OrderView) -> None:
    await tell(board, RiderOffRoute(carried.id, "R-1", 900))
    assert await about_the_way(board) == ["whatsapp:rider_off_route", RING]
    await board.wait(121)
    assert await about_the_way(board) == ["whatsapp:rider_off_route", RING, IVR]
    await board.wait(121)
    assert await board.cards() == ["rider_off_route"]
    await tell(board, RiderBackOnRoute(carried.id, "R-1"))
    assert await board.cards() == []


async def test_being_back_ends_it(board: Switchboard, carried: OrderView) -> None:
    await tell(board, RiderOffRoute(carried.id, "R-1", 900))
    await tell(board, RiderBackOnRoute(carried.id, "R-1"))
    await board.wait(600)
    assert (await about_the_way(board), await board.cards()) == (["whatsapp:rider_off_route", RING], [])


async def test_one_digit_ends_it_and_changes_nothing_else(board: Switchboard, carried: OrderView) -> None:
    await tell(board, RiderOffRoute(carried.id, "R-1", 900))
    await board.wait(121)
    await board.act("answer", **{"from": "rider"})
    await board.act("digits", **{"from": "rider", "digits": "1"})
    await board.wait(600)
    assert (await board.cards(), (await board.order(carried.id)).state) == ([], "out_for_delivery")
    known = await board.rows("SELECT status FROM comms_log WHERE template = 'rider_on_way'")
    assert known == [("applied",)]
    await board.write(RIDER, payload=f"rider_on_way:{carried.id}")
    known = await board.rows("SELECT status FROM comms_log WHERE template = 'rider_on_way' ORDER BY id")
    assert known == [("applied",), ("duplicate",)]


async def test_a_pin_is_compared_with_the_way_like_a_report_of_the_app(board: Switchboard, carried: OrderView) -> None:
    """A rider without the app shares where they are: away from the line they are called, back on it no more."""
    line = encode_line([Point(-1.2900, 36.7850), Point(-1.2921, 36.7856)])
    await board.rows("UPDATE assignments SET state = 'picked_up', route = :line RETURNING id", line=line)
    await board.rows("UPDATE order_addresses SET lat = -1.2921, lng = 36.7856 RETURNING order_id")
    await board.write(RIDER, place=Place(-1.2500, 36.9000))
    assert await about_the_way(board) == ["whatsapp:rider_off_route", RING]
    await board.write(RIDER, place=Place(-1.2905, 36.7852))
    await board.wait(130)
    assert await about_the_way(board) == ["whatsapp:rider_off_route", RING]
