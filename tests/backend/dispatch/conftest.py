"""Riders and an order that is packed."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from backend.dispatch.service import DispatchService
from backend.orders.events import OrderState
from backend.orders.ports import OrderView
from tests.support.clock import FixedClock
from tests.support.factories.dispatch import dispatch_service, make_rider
from tests.support.factories.orders import make_order


@pytest.fixture
def desk(clock: FixedClock) -> DispatchService:
    """The riders' desk."""
    return dispatch_service(clock)


@pytest.fixture
async def packed(session: AsyncSession, clock: FixedClock) -> OrderView:
    """An order at the counter; three riders on shift, R-1 the nearest."""
    await make_rider(session, clock)
    await make_rider(session, clock, "R-2", phone="+254700000302", lat=-1.3000)
    await make_rider(session, clock, "R-3", phone="+254700000303", lat=-1.3300)
    return await make_order(session, OrderState.HANDOVER)
