"""Paper two, section 16, first line: many orders at once that nobody answers, to the microsecond.

`make test-ignored` takes a thousand of them; the usual run takes fewer, so that it ends within a minute.
"""

import os
from collections import Counter

import pytest
from sqlalchemy import text

from tests.support.counting import Gains
from tests.support.house import House
from tests.support.street import QUARTERS, Street, stalls

MANY = int(os.environ.get("DUKA_IGNORED_ORDERS", "200"))  # noqa: TID251 - the Makefile's way to say it
_PATIENCE_S = 240.0
_MOVES_S = (119, 1, 59, 1, 119, 1, 1800)
# The accounts allow a thousand calls and messages at the same instant; what they allow by default is another test's.
_WIDE = {
    "FEATURE_FLAGS": "wa=true,exotel=true",
    "EXOTEL_CALLS_PER_MINUTE": "60000",
    "SANDBOX_EXOTEL_CALLS_PER_MIN": "60000",
    "WA_RATE_PER_S": "8000",
    "SANDBOX_WHATSAPP_THROUGHPUT_PER_S": "0",
    "SANDBOX_WHATSAPP_DELIVERY_S": "0",
}
_STEPS = """
SELECT channel, extract(epoch FROM created_at - (
    SELECT at FROM order_events e WHERE e.order_id = c.order_id AND to_state = 'confirmed'
))::float8 AS after_s, order_id FROM comms_log c WHERE direction = 'outbound' AND ladder = 'vendor_accept'
"""
_CARDS = """
SELECT 'admin', extract(epoch FROM created_at - (
    SELECT at FROM order_events e WHERE e.order_id = x.order_id AND to_state = 'confirmed'
))::float8 AS after_s, order_id FROM ops_exceptions x WHERE kind = 'vendor_silent'
"""


@pytest.fixture
def still_settings() -> dict[str, str]:
    return _WIDE


async def test_each_of_many_ignored_orders_reaches_a_person(still_house: House) -> None:
    """Message at once, ring at two minutes, menu at three, card at five: each once, for each order, and no more."""
    house, street, rows, gains = still_house, Street(still_house), stalls(MANY), Gains()
    await house.hands.policy("exotel", "ignore")
    await street.open(rows)
    orders = await street.order_everywhere(rows)
    await _analyze(house)
    await house.at_rest(_PATIENCE_S)
    for seconds in _MOVES_S:
        await _analyze(house)
        await house.wait(seconds, _PATIENCE_S)
    taken = Counter(await house.rows(_STEPS) + await house.rows(_CARDS))
    plan = (("whatsapp", 0.0), ("exotel_ring", 120.0), ("exotel_ivr", 180.0), ("admin", 300.0))
    assert taken == {(channel, after_s, order): 1 for channel, after_s in plan for order in orders}
    await _providers_agree(house, {row.phone for row in rows})
    await _figures_agree(gains)


async def _analyze(house: House) -> None:
    """Tell the planner how big the tables are by now, as a server does by itself within a minute."""
    async with house.database.transaction() as session:
        await session.execute(text("ANALYZE"))


async def _providers_agree(house: House, phones: set[str]) -> None:
    """Each phone got one message and two calls."""
    messages = Counter(call["body"]["to"] for call in await house.hands.received("whatsapp", "/messages"))
    calls = Counter(call["body"]["From"].lstrip("+") for call in await house.hands.received("exotel", "/Calls/connect"))
    assert messages == dict.fromkeys(phones, 1)
    assert calls == dict.fromkeys(phones, 2)


async def _figures_agree(gains: Gains) -> None:
    """The funnel and the breaches, by city and tier."""
    share = MANY / len(QUARTERS)
    places = [(quarter.city, quarter.tier) for quarter in QUARTERS]
    assert gains.of("vendor_accept_sla_breaches_total") == dict.fromkeys(places, share)
    for rung in ("whatsapp", "exotel_ring", "exotel_ivr", "admin"):
        funnel = gains.of("duka_ladder_rungs_total", ladder="vendor_accept", rung=rung)
        assert funnel == dict.fromkeys(places, share)
