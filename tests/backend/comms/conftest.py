"""A switchboard with a shop whose order was just paid."""

from collections.abc import AsyncIterator

import pytest

from backend.orders.events import OrderState
from backend.orders.ports import OrderView
from backend.platform.db.session import Database
from tests.support.factories.comms import Switchboard, open_switchboard
from tests.support.factories.customers import make_customer
from tests.support.factories.dispatch import make_rider
from tests.support.factories.orders import make_order, make_shop


@pytest.fixture
async def board(database: Database) -> AsyncIterator[Switchboard]:
    """The switchboard; shop M-1 with outlet V-1 and riders R-1 and R-2 stand."""
    async with open_switchboard(database) as opened:
        async with database.transaction() as session:
            await make_shop(session)
            await make_rider(session, opened.clock)
            await make_rider(session, opened.clock, "R-2", phone="+254700000302", lat=-1.3300)
        await opened.connect_whatsapp()
        yield opened


@pytest.fixture
async def order(board: Switchboard) -> OrderView:
    """A confirmed order, before anybody was told."""
    async with board.database.transaction() as session:
        user = await make_customer(session)
        return await make_order(session, OrderState.CONFIRMED, shop=False, user_id=user.id)
