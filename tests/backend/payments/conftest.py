"""A till with an order at it."""

from collections.abc import AsyncIterator

import pytest

from backend.orders.ports import OrderView
from backend.platform.db.session import Database
from tests.support.clock import FixedClock
from tests.support.factories.orders import make_order
from tests.support.till import Till, open_till


@pytest.fixture
async def till(database: Database, clock: FixedClock) -> AsyncIterator[Till]:
    """The till of a Kenyan shop; everything behind it is real or simulated, nothing is faked."""
    async with open_till(database, clock) as opened:
        yield opened


@pytest.fixture(params=[("b2c",), ("reversal", "b2c")], ids=["b2c", "reversal"])
async def paying_till(
    request: pytest.FixtureRequest, database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Till]:
    """A till that pays out by the one or by the other way."""
    ways = ", ".join(f'"{way}"' for way in request.param)
    monkeypatch.setenv("PAYMENTS_PAYOUT_WAYS", f"[{ways}]")
    async with open_till(database, clock) as opened:
        yield opened


@pytest.fixture
async def order(till: Till) -> OrderView:
    """Two packets of flour, KES 352, not paid yet."""
    async with till.database.transaction() as session:
        return await make_order(session)
