"""Follows riders on their way: says once when one leaves it, and once when they are back."""

from sqlalchemy.ext.asyncio import AsyncSession

from backend.dispatch import repository
from backend.dispatch.events import RiderBackOnRoute, RiderOffRoute
from backend.dispatch.lifecycle import AssignmentState
from backend.dispatch.models import Assignment
from backend.dispatch.service.riders import on_time_s
from backend.geo.ports import Point
from backend.geo.service import GeoService, decode_line, encode_line
from backend.orders.ports import OrderView
from backend.orders.service import OrdersService
from backend.platform.actors import Actor, ActorKind
from backend.platform.events import Event, publish
from backend.platform.observability.metrics import DELIVERIES, OFFROUTE_ALERTS


class RouteWatch:
    """Compares where riders are with their way to the customer, and plans one where a map service knows the roads."""

    def __init__(self, geo: GeoService, orders: OrdersService) -> None:
        self._geo = geo
        self._orders = orders

    async def follow(self, session: AsyncSession, rider_id: str, at: Point, city: str) -> None:
        """Look at each order that the rider carries. Ways are planned first, while no row is locked."""
        live = await repository.live_of_rider(session, rider_id)
        carried = [row for row in live if row.state == AssignmentState.PICKED_UP]
        orders = await self._orders.get_many(session, {row.order_id for row in carried}) if carried else {}
        lines = [await self._line(row.route, orders[row.order_id], at) for row in carried]
        for row, line in zip(carried, lines, strict=True):
            row.route = line
            await self._compare(session, row, at, city)
        await session.flush()

    async def _line(self, known: str | None, order: OrderView, at: Point) -> str | None:
        """Return the rider's way: the one that is known, where it leads to the order's address, else one from here.

        None where only an estimate could be had: who follows the streets would seem to leave it.
        """
        drop = order.drop
        if drop is None or drop.lat is None or drop.lng is None:
            return known if order.address_version == 1 else None
        goal = Point(drop.lat, drop.lng)
        if known is not None and not self._geo.check_route(goal, decode_line(known)).off_route:
            return known
        way = await self._geo.way([at, goal])
        return None if way.estimated else encode_line(way.points)

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


async def count_delivery(session: AsyncSession, order_id: str, city: str) -> None:
    """Count a delivery as on time or late, from pick-up to the door."""
    for row in await repository.assignments_of(session, order_id):
        if row.state == AssignmentState.DELIVERED and row.picked_up_at and row.delivered_at:
            took_s = (row.delivered_at - row.picked_up_at).total_seconds()
            DELIVERIES.labels(city, "on_time" if took_s <= on_time_s() else "late").inc()
