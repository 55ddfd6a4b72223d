"""Deliveries are counted by their event: on time, late, or failed at the door."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from backend.dispatch.service import on_time_s
from backend.dispatch.settings import DispatchSettings
from backend.dispatch.subscribers import DispatchSubscriber, subscriptions
from backend.orders.events import OrderState
from backend.platform.actors import Source
from backend.platform.clock import SystemClock, move_clock
from backend.platform.consumers import EventConsumers
from backend.platform.db.session import Database
from backend.platform.flags import Flags
from backend.platform.ids import new_uuid
from tests.support.counting import Gains
from tests.support.factories.dispatch import dispatch_service, make_rider
from tests.support.factories.orders import ADMIN, make_order


@pytest.mark.parametrize(("minutes_more", "outcome"), [(-1, "on_time"), (1, "late")])
async def test_a_delivery_counts_as_on_time_or_late(database: Database, minutes_more: int, outcome: str) -> None:
    """By the time from pick-up to the door, once."""
    gains, clock = Gains(), SystemClock()
    desk = dispatch_service(clock)
    async with database.transaction() as session:
        order = await make_order(session, OrderState.HANDOVER)
        await make_rider(session, clock)
        await desk.assign(session, order.id, "R-1", actor=ADMIN, source=Source.API, command_id=new_uuid())
        how = {"reason": "", "source": Source.API}
        await desk.acknowledge(session, order.id, "R-1", accept=True, command_id=new_uuid(), **how)
        await desk.picked_up(session, order.id, "R-1", source=Source.API, command_id=new_uuid())
    async with database.transaction() as session:
        await move_clock(session, timedelta(seconds=on_time_s(), minutes=minutes_more))
    await clock.refresh(database)
    async with database.transaction() as session:
        code = await desk.code_for_customer(session, order.id)
        await desk.deliver(session, order.id, "R-1", otp=str(code), source=Source.API, command_id=new_uuid())
        assert await session.scalar(text("SELECT state FROM orders")) == "delivered"
    consumers = EventConsumers(database, subscriptions(DispatchSubscriber(desk, DispatchSettings(), Flags(database))))
    await consumers.drain()
    await consumers.drain()
    assert gains.of("duka_deliveries_total") == {("Nairobi", outcome): 1}
