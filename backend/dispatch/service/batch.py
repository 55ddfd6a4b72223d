"""Riders for all packed orders of a city at once: a plan to look at, or the plan carried out."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.dispatch import repository
from backend.dispatch.errors import RiderCashFullError, RiderFullError
from backend.dispatch.planning.ports import Aim, Carried, Carrier, Job, Offer, Plan, Travel
from backend.dispatch.planning.solver import plan
from backend.dispatch.ports import BatchResult, RiderView
from backend.dispatch.service.desk import DISPATCHER, DispatchService
from backend.dispatch.service.riders import RidersService
from backend.dispatch.settings import DispatchSettings
from backend.geo.ports import Point
from backend.geo.service import GeoService
from backend.orders.events import OrderState
from backend.orders.ports import AddressView, OrderFilter, OrderView
from backend.orders.service import OrdersService
from backend.payments.service.rider_cash import RiderCashService
from backend.platform.actors import Actor, Source
from backend.platform.db.session import Database
from backend.platform.event_log import events_of

BATCH_FLAG: Final = "batch_assign"
FEW_RIDERS_FLAG: Final = "few_riders"
_MOST_ORDERS: Final = 1_000
_RUNNING: Final = (OrderState.PROCESSING, OrderState.HANDOVER, OrderState.OUT_FOR_DELIVERY)


@dataclass(frozen=True, slots=True)
class _City:
    """A city at this moment.

    Attributes:
        jobs: Packed orders without a rider, those that have waited longest first.
        carriers: Riders on shift with a known position.
        waiting: The orders of the jobs, and those that no plan can hold: without coordinates, or refused too often.
    """

    jobs: list[Job]
    carriers: list[Carrier]
    waiting: dict[str, OrderView]
    now: datetime


class BatchService:
    """Plans with a solver, assigns through the desk. One batch of a city runs at a time."""

    def __init__(
        self,
        riders: RidersService,
        orders: OrdersService,
        desk: DispatchService,
        cash: RiderCashService,
        settings: DispatchSettings,
        geo: GeoService,
    ) -> None:
        self._riders = riders
        self._orders = orders
        self._desk = desk
        self._cash = cash
        self._settings = settings
        self._geo = geo

    async def preview(self, database: Database, city: str, aim: Aim) -> Plan:
        """Return what a batch would do now."""
        return (await self._planned(database, city, aim))[1]

    async def run(
        self, database: Database, city: str, aim: Aim, *, actor: Actor = DISPATCHER, source: Source = Source.TIMER
    ) -> BatchResult:
        """Plan and assign, at most `DISPATCH_BATCH_MOST` orders; bring a person for those that wait in vain.

        What has changed while it was planned is left to the next batch.
        """
        found, planned = await self._planned(database, city, aim)
        async with database.transaction() as session:
            await repository.hold_city(session, city)
            return await self._carry_out(session, await self._still(session, found), planned, actor, source)

    async def _planned(self, database: Database, city: str, aim: Aim) -> tuple[_City, Plan]:
        """Plan for the city as it is, while no transaction is open: a large plan takes seconds."""
        async with database.transaction() as session:
            found = await self._city(session, city)
        pace = self._geo.pace(city)
        travel = Travel(pace.speed_ms, pace.road_factor, self._settings.stop_s, self._settings.on_time_s)
        return found, await asyncio.to_thread(plan, found.jobs, found.carriers, travel, aim)

    async def _still(self, session: AsyncSession, found: _City) -> _City:
        """Return the city with those orders alone that wait as they did."""
        current = await self._orders.get_many(session, set(found.waiting)) if found.waiting else {}
        waiting = {key: order for key, order in found.waiting.items() if current[key].version == order.version}
        return replace(found, waiting=waiting)

    async def _carry_out(
        self, session: AsyncSession, found: _City, planned: Plan, actor: Actor, source: Source
    ) -> BatchResult:
        chosen = [offer for offer in planned.offers if offer.job_id in found.waiting][: self._settings.batch_most]
        refused = {}
        for offer in sorted(chosen, key=lambda one: one.job_id):  # Rows are locked in one order, whoever else does so.
            code = await self._assign(session, found.waiting[offer.job_id], offer, actor, source)
            if code is not None:
                refused[offer.job_id] = code
        await self._ask_people(session, found, planned)
        return BatchResult(planned, tuple(offer for offer in chosen if offer.job_id not in refused), refused)

    async def _assign(
        self, session: AsyncSession, order: OrderView, offer: Offer, actor: Actor, source: Source
    ) -> str | None:
        """Offer an order as planned; return why not, where it has changed meanwhile."""
        command_id = f"batch:{order.id}:{order.version}"
        try:
            result = await self._desk.assign(
                session,
                order.id,
                offer.carrier_id,
                actor=actor,
                source=source,
                command_id=command_id,
                reasons=offer.reasons,
            )
        except (RiderFullError, RiderCashFullError) as error:
            return error.code
        return None if result.outcome == "applied" else result.code

    async def _ask_people(self, session: AsyncSession, found: _City, planned: Plan) -> None:
        """Say once of each order that has waited long enough that nobody is there for it."""
        planned_for = {offer.job_id for offer in planned.offers}
        for order in found.waiting.values():
            waited_s = (found.now - order.state_since).total_seconds()
            if order.id in planned_for or waited_s < self._settings.batch_patience_s:
                continue
            told = await events_of(session, order.id)
            if not any(one.topic == "dispatch.unassigned" and one.occurred_at > order.state_since for one in told):
                await self._desk.offer_to_best(session, order.id, command_id=f"batch:{order.id}:{order.version}:best")

    async def _full(
        self, session: AsyncSession, waiting: Sequence[OrderView], riders: Sequence[RiderView]
    ) -> dict[str, frozenset[str]]:
        """Return by order who has to hand cash in before they may take it."""
        paid_in = {order.id: order.currency for order in waiting if order.payment_mode == "cod" and order.due_minor}
        ids = [rider.id for rider in riders]
        full = {currency: await self._cash.full(session, ids, currency) for currency in set(paid_in.values())}
        return {order.id: full.get(paid_in.get(order.id, ""), frozenset()) for order in waiting}

    async def _city(self, session: AsyncSession, city: str) -> _City:
        wanted = OrderFilter(states=_RUNNING, cities=frozenset({city}))
        orders, _ = await self._orders.list_orders(session, wanted, limit=_MOST_ORDERS)
        waiting = [order for order in orders if order.state is OrderState.HANDOVER and order.rider_id is None]
        waiting.sort(key=lambda order: (order.state_since, order.id))
        tried = await repository.tried_riders(session, [order.id for order in waiting])
        now = await repository.now(session)
        riders = await self._riders.all_on_shift(session, city)
        full = await self._full(session, waiting, riders)
        jobs = [
            job
            for order in waiting
            if len(tried[order.id]) < self._settings.most_offers
            and (job := _job(order, tried[order.id] | full[order.id], now))
        ]
        carriers = [carrier for rider in riders if (carrier := _carrier(rider, orders)) is not None]
        return _City(jobs, carriers, {order.id: order for order in waiting}, now)


def _job(order: OrderView, tried: frozenset[str], now: datetime) -> Job | None:
    """Return an order as a job; None where an end of its way has no coordinates."""
    pickup, drop = _point(order.pickup), _point(order.drop)
    if pickup is None or drop is None:
        return None
    return Job(order.id, pickup, drop, (now - order.state_since).total_seconds(), order.merchant_id, tried)


def _carrier(rider: RiderView, orders: Sequence[OrderView]) -> Carrier | None:
    """Return a rider with what they have already; None where nobody knows where they are."""
    if rider.lat is None or rider.lng is None:
        return None
    known = [carried for order in orders if order.rider_id == rider.id and (carried := _carried(order)) is not None]
    unknown = max(rider.load - len(known), 0)
    return Carrier(rider.id, Point(rider.lat, rider.lng), rider.capacity - unknown, tuple(known), rider.merchant_id)


def _carried(order: OrderView) -> Carried | None:
    drop = _point(order.drop)
    if drop is None:
        return None
    return Carried(None if order.state is OrderState.OUT_FOR_DELIVERY else _point(order.pickup), drop)


def _point(address: AddressView | None) -> Point | None:
    if address is None or address.lat is None or address.lng is None:
        return None
    return Point(address.lat, address.lng)
