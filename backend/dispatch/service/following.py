"""Follows riders on their way: says once when one leaves it, and once when they are back."""

from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.dispatch import repository
from backend.dispatch.events import RiderBackOnRoute, RiderOffRoute
from backend.dispatch.lifecycle import AssignmentState
from backend.dispatch.models import Assignment
from backend.dispatch.ports import RiderView
from backend.dispatch.service.riders import RidersService, on_time_s
from backend.geo.ports import Point
from backend.geo.service import GeoService, decode_line, encode_line
from backend.orders.ports import OrderView
from backend.orders.service import OrdersService
from backend.platform.actors import Actor, ActorKind
from backend.platform.db.session import Database
from backend.platform.events import Event, publish
from backend.platform.observability.metrics import DELIVERIES, OFFROUTE_ALERTS
from backend.platform.sends import enqueue

PLAN_CHANNEL: Final = "maps.way"
_PLANNED_EVERY_S: Final = 60  # How often at most the map service is asked for one rider's way to one address.


class RouteWatch:
    """Compares where riders are with their way to the customer; a sender asks the map service for ways.

    So no transaction waits for the map service, and what a rider reports by their app and by a pin count alike.
    """

    def __init__(self, geo: GeoService, orders: OrdersService, riders: RidersService) -> None:
        self._geo = geo
        self._orders = orders
        self._riders = riders

    async def report(self, session: AsyncSession, rider_id: str, at: Point) -> RiderView:
        """Record where a rider is, and look at each order that they carry."""
        rider = await self._riders.set_position(session, rider_id, at.lat, at.lng)
        live = await repository.live_of_rider(session, rider_id)
        carried = [row for row in live if row.state == AssignmentState.PICKED_UP]
        orders = await self._orders.get_many(session, {row.order_id for row in carried}) if carried else {}
        for row in carried:
            row.route = await self._known_way(session, row, orders[row.order_id])
            await self._compare(session, row, at, rider.city)
        await session.flush()
        return rider

    async def _known_way(self, session: AsyncSession, carried: Assignment, order: OrderView) -> str | None:
        """Return the rider's way, where it leads to the order's address; else None, and one is asked for."""
        goal = _goal(order)
        if goal is None:
            return carried.route if order.address_version == 1 else None
        if carried.route is not None and self._leads_to(carried.route, goal):
            return carried.route
        minute = int((await repository.now(session)).timestamp() // _PLANNED_EVERY_S)
        await enqueue(
            session,
            PLAN_CHANNEL,
            {"rider_id": carried.rider_id},
            idem=f"way:{carried.id}:{order.address_version}:{minute}",
            order_id=order.id,
        )
        return None

    def _leads_to(self, line: str, goal: Point) -> bool:
        return not self._geo.check_route(goal, decode_line(line)).off_route

    async def plan(self, database: Database, order_id: str, rider_id: str) -> str:
        """Ask for the way from where a rider is to an order's address, while no transaction is open.

        Empty where nothing is known to go by, or only an estimate could be had: who follows the streets would seem to
        leave it.
        """
        async with database.transaction() as session:
            rider, goal = await self._riders.get(session, rider_id), _goal(await self._orders.get(session, order_id))
        if goal is None or rider.lat is None or rider.lng is None:
            return ""
        way = await self._geo.way([Point(rider.lat, rider.lng), goal])
        return "" if way.estimated else encode_line(way.points)

    async def keep(self, session: AsyncSession, order_id: str, rider_id: str, line: str) -> None:
        """Keep a planned way, unless the order has moved on meanwhile; the rider may have left it already."""
        goal = _goal(await self._orders.get(session, order_id, lock=True))
        carried = await repository.live_assignment(session, order_id)
        held = carried is not None and carried.rider_id == rider_id and carried.state == AssignmentState.PICKED_UP
        if carried is None or not held or goal is None or not self._leads_to(line, goal):
            return
        rider = await self._riders.get(session, rider_id)
        carried.route = line
        if rider.lat is not None and rider.lng is not None:
            await self._compare(session, carried, Point(rider.lat, rider.lng), rider.city)
        await session.flush()

    async def _compare(self, session: AsyncSession, carried: Assignment, at: Point, city: str) -> None:
        found = self._geo.check_route(at, decode_line(carried.route)) if carried.route else None
        astray = found is not None and found.off_route
        if astray == (carried.off_route_since is not None):
            return
        event: Event = RiderBackOnRoute(carried.order_id, carried.rider_id)
        if found is not None and astray:
            OFFROUTE_ALERTS.labels(city).inc()
            carried.off_routes += 1
            event = RiderOffRoute(carried.order_id, carried.rider_id, round(found.distance_m))
        carried.off_route_since = await repository.now(session) if astray else None
        await publish(session, event, actor=Actor(ActorKind.RIDER, carried.rider_id), city=city)


def _goal(order: OrderView) -> Point | None:
    drop = order.drop
    return None if drop is None or drop.lat is None or drop.lng is None else Point(drop.lat, drop.lng)


async def count_delivery(session: AsyncSession, order_id: str, city: str) -> None:
    """Count a delivery as on time or late, from pick-up to the door."""
    for row in await repository.assignments_of(session, order_id):
        if row.state == AssignmentState.DELIVERED and row.picked_up_at and row.delivered_at:
            took_s = (row.delivered_at - row.picked_up_at).total_seconds()
            DELIVERIES.labels(city, "on_time" if took_s <= on_time_s() else "late").inc()
