"""Follows riders on their way: says once when one leaves it, and once when they are back."""

from sqlalchemy.ext.asyncio import AsyncSession

from backend.dispatch import repository
from backend.dispatch.events import RiderBackOnRoute, RiderOffRoute
from backend.dispatch.lifecycle import AssignmentState
from backend.dispatch.models import Assignment
from backend.dispatch.service.riders import on_time_s
from backend.geo.ports import Point
from backend.geo.service import GeoService, decode_line
from backend.platform.actors import Actor, ActorKind
from backend.platform.events import Event, publish
from backend.platform.observability.metrics import DELIVERIES, OFFROUTE_ALERTS


class RouteWatch:
    """Compares where riders are with the way that they were given."""

    def __init__(self, geo: GeoService) -> None:
        self._geo = geo

    async def follow(self, session: AsyncSession, rider_id: str, at: Point, city: str) -> None:
        """Look at each order that the rider carries and has a way for; order rows are not locked."""
        for carried in await repository.live_of_rider(session, rider_id):
            if carried.state == AssignmentState.PICKED_UP and carried.route:
                await self._compare(session, carried, at, city)
        await session.flush()

    async def _compare(self, session: AsyncSession, carried: Assignment, at: Point, city: str) -> None:
        found = self._geo.check_route(at, decode_line(str(carried.route)))
        if found.off_route == (carried.off_route_since is not None):
            return
        event: Event = RiderBackOnRoute(carried.order_id, carried.rider_id)
        if found.off_route:
            OFFROUTE_ALERTS.labels(city).inc()
            carried.off_routes += 1
            event = RiderOffRoute(carried.order_id, carried.rider_id, round(found.distance_m))
        carried.off_route_since = await repository.now(session) if found.off_route else None
        await publish(session, event, actor=Actor(ActorKind.RIDER, carried.rider_id), city=city)


async def count_delivery(session: AsyncSession, order_id: str, city: str) -> None:
    """Count a delivery as on time or late, from pick-up to the door."""
    for row in await repository.assignments_of(session, order_id):
        if row.state == AssignmentState.DELIVERED and row.picked_up_at and row.delivered_at:
            took_s = (row.delivered_at - row.picked_up_at).total_seconds()
            DELIVERIES.labels(city, "on_time" if took_s <= on_time_s() else "late").inc()
