"""Riders on their way: the way is planned from where they are, and follows the address when that changes."""

from collections.abc import AsyncIterator, Sequence

import pytest
from sqlalchemy import text

from backend.dispatch.service import RouteWatch
from backend.dispatch.tasks import WayPlanner
from backend.geo.ports import Point, Way
from backend.geo.providers.offline.maps import OfflineMaps
from backend.geo.providers.osrm.client import OsrmClient
from backend.geo.service import GeoService
from backend.geo.settings import GeoSettings
from backend.orders.commands import ChangeAddress
from backend.orders.events import OrderState
from backend.orders.ports import OrderView
from backend.platform.actors import Source
from backend.platform.db.session import Database
from backend.platform.http import HttpClient
from backend.platform.sender import SenderLoop
from backend.sandbox.app import create_app
from tests.support.clock import FixedClock
from tests.support.factories.dispatch import dispatch_service, make_rider, riders_service
from tests.support.factories.orders import ADMIN, give, make_order, orders_service

SETTINGS = GeoSettings()
START, ASTRAY = Point(-1.2900, 36.7850), Point(-1.2500, 36.9000)
NEW_DOOR, TOWARDS_IT = Point(-1.2676, 36.8108), Point(-1.2788, 36.7979)


@pytest.fixture
async def watch(clock: FixedClock) -> AsyncIterator[RouteWatch]:
    """The watch over a map service that knows the roads."""
    sandbox = create_app()
    http = HttpClient("http://sandbox.test/maps", name="maps", app=sandbox)
    geo = GeoService(OfflineMaps(SETTINGS), SETTINGS, clock, planner=OsrmClient(http, "driving"))
    yield RouteWatch(geo, orders_service(), riders_service(clock))
    await http.close()
    await sandbox.state.world.close()


@pytest.fixture
async def carried(database: Database, clock: FixedClock) -> OrderView:
    """An order in R-1's bag; nobody has planned their way."""
    desk = dispatch_service(clock)
    async with database.transaction() as session:
        await make_rider(session, clock, lat=START.lat, lng=START.lng)
        order = await make_order(session, OrderState.HANDOVER)
        await desk.assign(session, order.id, "R-1", actor=ADMIN, source=Source.API, command_id="a")
        await desk.picked_up(session, order.id, "R-1", source=Source.API, command_id="p")
    return order


async def go(database: Database, watch: RouteWatch, *places: Point) -> list[str]:
    """Let the rider say where they are, place by place; return all that was told of their way so far."""
    for place in places:
        async with database.transaction() as session:
            await watch.report(session, "R-1", place)
        await SenderLoop(database, (WayPlanner(database, watch),)).drain()
    told = text("SELECT topic FROM outbox WHERE topic LIKE 'dispatch.%route' ORDER BY xid, pos")
    async with database.transaction() as session:
        return list(await session.scalars(told))


async def move(database: Database, order: OrderView, words: str, at: Point | None) -> None:
    """Let the desk change where the order goes."""
    where = (None, None) if at is None else at
    async with database.transaction() as session:
        await give(session, order, ADMIN, ChangeAddress(words, *where))


async def test_a_rider_has_a_way_without_asking_for_one(
    database: Database, watch: RouteWatch, carried: OrderView
) -> None:
    """It is planned from where they first say that they are, and leaving it is noticed."""
    assert await go(database, watch, START) == []
    assert await go(database, watch, ASTRAY) == ["dispatch.off_route"]
    assert await go(database, watch, START) == ["dispatch.off_route", "dispatch.back_on_route"]


async def test_who_goes_to_the_new_address_has_not_left_the_way(
    database: Database, watch: RouteWatch, carried: OrderView
) -> None:
    """The way to the old address counts no more; leaving the new one does."""
    await go(database, watch, START)
    await move(database, carried, "Westlands", NEW_DOOR)
    assert await go(database, watch, START, TOWARDS_IT, NEW_DOOR) == []
    assert await go(database, watch, ASTRAY) == ["dispatch.off_route"]


async def test_a_new_address_ends_the_chase_about_the_old_way(
    database: Database, watch: RouteWatch, carried: OrderView
) -> None:
    assert await go(database, watch, START, ASTRAY) == ["dispatch.off_route"]
    await move(database, carried, "Westlands", NEW_DOOR)
    assert await go(database, watch, ASTRAY) == ["dispatch.off_route", "dispatch.back_on_route"]


async def test_nobody_is_off_the_way_to_an_address_that_no_map_shows(
    database: Database, watch: RouteWatch, carried: OrderView
) -> None:
    await go(database, watch, START)
    await move(database, carried, "behind the blue gate", None)
    assert await go(database, watch, ASTRAY) == []


async def test_an_estimate_is_no_way_to_leave(database: Database, carried: OrderView, clock: FixedClock) -> None:
    """Without a map service the line is straight, and the streets are not."""
    watch = RouteWatch(GeoService(OfflineMaps(SETTINGS), SETTINGS, clock), orders_service(), riders_service(clock))
    assert await go(database, watch, START, ASTRAY) == []
    async with database.transaction() as session:
        assert await session.scalar(text("SELECT route FROM assignments")) is None


class _Asked:
    """A map service that says whether it was asked, and what others could do with the rider's rows meanwhile."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.asked = 0

    async def way(self, stops: Sequence[Point]) -> Way:
        self.asked += 1
        async with self.database.transaction() as session:
            await session.execute(text("SELECT 1 FROM riders FOR UPDATE NOWAIT"))
            await session.execute(text("SELECT 1 FROM assignments FOR UPDATE NOWAIT"))
        return await OfflineMaps(SETTINGS).way(stops)


async def test_no_report_waits_for_the_map_service(database: Database, carried: OrderView, clock: FixedClock) -> None:
    """It is asked after the commit, while nothing is held, and not again within the minute."""
    maps = _Asked(database)
    geo = GeoService(OfflineMaps(SETTINGS), SETTINGS, clock, planner=maps)
    watch = RouteWatch(geo, orders_service(), riders_service(clock))
    async with database.transaction() as session:
        await watch.report(session, "R-1", START)
        assert maps.asked == 0
    await go(database, watch, START, ASTRAY)
    assert maps.asked == 1


async def test_a_way_that_comes_late_is_compared_with_where_the_rider_is_by_then(
    database: Database, watch: RouteWatch, carried: OrderView, clock: FixedClock
) -> None:
    line = await watch.plan(database, carried.id, "R-1")
    async with database.transaction() as session:
        await riders_service(clock).set_position(session, "R-1", *ASTRAY)
        await watch.keep(session, carried.id, "R-1", line)
    assert await go(database, watch) == ["dispatch.off_route"]


async def test_a_way_to_an_address_that_has_changed_meanwhile_is_not_kept(
    database: Database, watch: RouteWatch, carried: OrderView
) -> None:
    line = await watch.plan(database, carried.id, "R-1")
    await move(database, carried, "Westlands", NEW_DOOR)
    async with database.transaction() as session:
        await watch.keep(session, carried.id, "R-1", line)
        assert await session.scalar(text("SELECT route FROM assignments")) is None
