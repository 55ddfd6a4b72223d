"""Batches of a city, on a real database: what is offered, to whom, once, and who is told where nobody is free."""

import asyncio
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.dispatch.planning.ports import Aim, Plan
from backend.dispatch.planning.solver import plan
from backend.dispatch.service import batch
from backend.dispatch.settings import DispatchSettings
from backend.dispatch.subscribers import DispatchSubscriber, subscriptions
from backend.dispatch.tasks import BatchLoop
from backend.orders.commands import CancelOrder
from backend.orders.events import OrderState
from backend.orders.ports import OrderView
from backend.platform.actors import Source
from backend.platform.consumers import EventConsumers
from backend.platform.db.session import Database
from backend.platform.flags import FlagPlace, Flags, set_flag
from backend.platform.ids import new_uuid
from tests.support.clock import FixedClock
from tests.support.factories.dispatch import batch_service, dispatch_service, make_rider, riders_service
from tests.support.factories.orders import ADMIN, give, make_order

_WHO = "SELECT order_id, rider_id FROM assignments WHERE state = 'offered' ORDER BY order_id"
_REASONS = "SELECT payload -> 'reasons' FROM outbox WHERE topic = 'dispatch.offered' ORDER BY pos"
_OPEN = """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'
    AND xact_start IS NOT NULL AND pid <> pg_backend_pid()"""
_TOLD = "SELECT payload ->> 'reason' FROM outbox WHERE topic = 'dispatch.unassigned'"


async def _packed(session: AsyncSession, count: int) -> list[OrderView]:
    """Packed orders of one customer at outlet V-1."""
    orders = [await make_order(session, OrderState.HANDOVER)]
    for _ in range(count - 1):
        orders.append(await make_order(session, OrderState.HANDOVER, shop=False, user_id=orders[0].user_id))
    return orders


async def _offered(session: AsyncSession) -> dict[str, str]:
    return {row.order_id: row.rider_id for row in await session.execute(text(_WHO))}


async def test_packed_orders_go_to_riders_with_room(database: Database, clock: FixedClock) -> None:
    """Five orders, one of them offered already; nobody has more than three, and each offer has its reasons."""
    desk = dispatch_service(clock)
    async with database.transaction() as session:
        orders = await _packed(session, 5)
        for rider, phone in (("R-1", "+254700000301"), ("R-2", "+254700000302")):
            await make_rider(session, clock, rider, phone=phone)
        await desk.assign(session, orders[0].id, "R-1", actor=ADMIN, source=Source.API, command_id=new_uuid())
    result = await batch_service(clock).run(database, "Nairobi", Aim.FAST)
    assert (len(result.applied), result.refused, result.plan.left) == (4, {}, ())
    async with database.transaction() as session:
        offered = await _offered(session)
        payloads = list(await session.scalars(text(f"{_REASONS} OFFSET 1")))
    assert set(offered) == {order.id for order in orders}
    assert max(Counter(offered.values()).values()) <= 3
    assert len(payloads) == 4
    assert all("from the pick-up" in reasons[0] and "min" in reasons[2] for reasons in payloads)


async def test_a_preview_changes_nothing(database: Database, clock: FixedClock) -> None:
    """It says the same twice, and no order has a rider."""
    async with database.transaction() as session:
        await _packed(session, 2)
        await make_rider(session, clock)
    batches = batch_service(clock)
    first = await batches.preview(database, "nairobi", Aim.FEW_RIDERS)
    assert [offer.carrier_id for offer in first.offers] == ["R-1", "R-1"]
    again = await batches.preview(database, "nairobi", Aim.FEW_RIDERS)
    assert [offer.job_id for offer in again.offers] == [offer.job_id for offer in first.offers]
    async with database.transaction() as session:
        assert await _offered(session) == {}


async def test_a_rider_who_refused_is_not_asked_again(database: Database, clock: FixedClock) -> None:
    """Nor one of another merchant, nor one off shift, nor one whose place nobody knows."""
    async with database.transaction() as session:
        (order,) = await _packed(session, 1)
        await make_rider(session, clock, "R-1")
        await make_rider(session, clock, "R-2", phone="+254700000302", merchant_id="M-9")
        await make_rider(session, clock, "R-3", phone="+254700000303")
        await riders_service(clock).set_shift(session, "R-3", on_shift=False)
        await make_rider(session, clock, "R-4", phone="+254700000304", lat=None, lng=None)
    batches, desk = batch_service(clock), dispatch_service(clock, most_offers=1)
    await batches.run(database, "Nairobi", Aim.FAST)
    how = {"reason": "puncture", "source": Source.API, "command_id": new_uuid()}
    async with database.transaction() as session:
        assert await _offered(session) == {order.id: "R-1"}
        await desk.acknowledge(session, order.id, "R-1", accept=False, **how)
    assert (await batches.run(database, "Nairobi", Aim.FAST)).plan.left == (order.id,)


async def test_one_batch_assigns_only_so_many(database: Database, clock: FixedClock) -> None:
    """Those who have waited longest; the rest comes in the next."""
    async with database.transaction() as session:
        orders = await _packed(session, 3)
        await make_rider(session, clock)
        older = text("UPDATE orders SET state_since = state_since - interval '1 minute' WHERE id = :id")
        await session.execute(older, {"id": orders[2].id})
    batches = batch_service(clock, batch_most=1)
    await batches.run(database, "Nairobi", Aim.FAST)
    async with database.transaction() as session:
        assert set(await _offered(session)) == {orders[2].id}
    await batches.run(database, "Nairobi", Aim.FAST)
    await batches.run(database, "Nairobi", Aim.FAST)
    async with database.transaction() as session:
        assert set(await _offered(session)) == {order.id for order in orders}


async def test_a_person_hears_once_of_what_waits_in_vain(database: Database, clock: FixedClock) -> None:
    """Not before the patience is over, and not with every batch."""
    async with database.transaction() as session:
        await _packed(session, 1)
    patient, batches = batch_service(clock, batch_patience_s=60), batch_service(clock, batch_patience_s=0)
    await patient.run(database, "Nairobi", Aim.FAST)
    async with database.transaction() as session:
        assert list(await session.scalars(text(_TOLD))) == []
    for _ in range(3):
        await batches.run(database, "Nairobi", Aim.FAST)
    async with database.transaction() as session:
        assert list(await session.scalars(text(_TOLD))) == ["no_rider_free"]


async def test_an_order_without_coordinates_goes_the_old_way(database: Database, clock: FixedClock) -> None:
    """No plan can hold it; the desk's own ranking finds somebody."""
    async with database.transaction() as session:
        (order,) = await _packed(session, 1)
        await make_rider(session, clock)
        await session.execute(text("UPDATE order_addresses SET lat = NULL, lng = NULL WHERE type = 'drop'"))
    result = await batch_service(clock, batch_patience_s=0).run(database, "Nairobi", Aim.FAST)
    assert result.plan.offers == ()
    async with database.transaction() as session:
        assert await _offered(session) == {order.id: "R-1"}


async def test_what_changes_while_it_is_planned_waits_for_the_next_batch(
    database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No transaction is open meanwhile, so whoever acts need not wait; their change stands, and the rest is offered."""
    async with database.transaction() as session:
        orders = await _packed(session, 2)
        await make_rider(session, clock)
    aside = asyncio.new_event_loop()

    async def cancelled() -> None:
        other = Database(database.url, pool_size=1)
        async with other.transaction() as session:
            assert await session.scalar(text(_OPEN)) == 0
            await give(session, orders[0], ADMIN, CancelOrder(reason="changed_mind"))
        await other.close()

    def slow(*given: Any) -> Plan:
        aside.run_until_complete(cancelled())
        return plan(*given)

    monkeypatch.setattr(batch, "plan", slow)
    result = await batch_service(clock).run(database, "Nairobi", Aim.FAST)
    aside.close()
    assert [offer.job_id for offer in result.applied] == [orders[1].id]
    async with database.transaction() as session:
        assert await _offered(session) == {orders[1].id: "R-1"}


@pytest.mark.concurrency
async def test_two_batches_at_once_offer_each_order_once(database: Database, clock: FixedClock) -> None:
    """The second waits for the first, then finds nothing to do; nobody is over capacity."""
    async with database.transaction() as session:
        orders = await _packed(session, 5)
        for number in range(2):
            await make_rider(session, clock, f"R-{number}", phone=f"+25470000030{number}")

    async def run() -> int:
        return len((await batch_service(clock).run(database, "Nairobi", Aim.FAST)).applied)

    assert sorted(await asyncio.gather(run(), run())) == [0, 5]
    async with database.transaction() as session:
        offered = await _offered(session)
    assert set(offered) == {order.id for order in orders}
    assert max(Counter(offered.values()).values()) <= 3


async def test_a_flag_turns_a_city_to_batches(database: Database, clock: FixedClock) -> None:
    """With it nothing is offered when an order is packed, and the loop offers it; another city goes on as before."""
    flags, desk = Flags(database), dispatch_service(clock)
    consumers = EventConsumers(database, subscriptions(DispatchSubscriber(desk, DispatchSettings(), flags)))
    loop = BatchLoop(database, flags, batch_service(clock), riders_service(clock), every_s=1)
    async with database.transaction() as session:
        await set_flag(session, FlagPlace("batch_assign", "nairobi"), value=True, by="admin:A-1")
        await make_rider(session, clock)
    await flags.refresh()
    async with database.transaction() as session:
        (order,) = await _packed(session, 1)
    await consumers.drain()
    async with database.transaction() as session:
        assert await _offered(session) == {}
    assert await loop.step() == 1
    async with database.transaction() as session:
        assert await _offered(session) == {order.id: "R-1"}
        await set_flag(session, FlagPlace("batch_assign", "nairobi"), value=False, by="admin:A-1")
        await make_order(session, OrderState.HANDOVER, shop=False, user_id=order.user_id)
    await flags.refresh()
    assert await loop.step() == 0
    await consumers.drain()
    async with database.transaction() as session:
        assert len(await _offered(session)) == 2
