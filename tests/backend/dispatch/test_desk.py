"""Offers, answers, pick-up and proof, on a real database."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.dispatch.errors import RiderFullError, UnknownExceptionKindError
from backend.dispatch.lifecycle import ROWS, AssignmentState, Step, after
from backend.dispatch.policies import Prices, delivery_code, rank
from backend.dispatch.ports import Candidate, RiderFigures, RiderView
from backend.dispatch.service import DispatchService
from backend.dispatch.settings import DispatchSettings
from backend.dispatch.subscribers import DispatchSubscriber, subscriptions
from backend.orders.commands import (
    AcceptOrder,
    CancelOrder,
    DeliverOrder,
    MarkReady,
    PaymentMethod,
    PaymentMode,
    PickUp,
)
from backend.orders.events import OrderState
from backend.orders.ports import OrderView
from backend.payments.ports import Method
from backend.platform.actors import Actor, ActorKind, Source
from backend.platform.consumers import EventConsumers
from backend.platform.db.session import Database
from backend.platform.flags import Flags
from backend.platform.ids import new_uuid
from tests.support.clock import FixedClock
from tests.support.factories.customers import make_customer
from tests.support.factories.dispatch import dispatch_service, make_rider
from tests.support.factories.orders import ADMIN, give, make_order, orders_service
from tests.support.factories.payments import payments_service

API = Source.API


async def offer(session: AsyncSession, desk: DispatchService, order: OrderView, rider_id: str | None = None) -> str:
    await desk.assign(session, order.id, rider_id, actor=ADMIN, source=API, command_id=new_uuid())
    return str((await orders_service().get(session, order.id)).rider_id)


async def answer(session: AsyncSession, desk: DispatchService, order: OrderView, rider_id: str, *, accept: bool) -> str:
    result = await desk.acknowledge(
        session, order.id, rider_id, accept=accept, reason="", source=API, command_id=new_uuid()
    )
    return result.code


async def pick_up(session: AsyncSession, desk: DispatchService, order: OrderView, rider_id: str = "R-1") -> str:
    return (await desk.picked_up(session, order.id, rider_id, source=API, command_id=new_uuid())).code


async def hand_over(
    session: AsyncSession, desk: DispatchService, order: OrderView, otp: str, rider_id: str = "R-1"
) -> str:
    return (await desk.deliver(session, order.id, rider_id, otp=otp, source=API, command_id=new_uuid())).code


async def states(session: AsyncSession, order: OrderView) -> list[tuple[str, str]]:
    rows = await session.execute(
        text("SELECT rider_id, state FROM assignments WHERE order_id = :id ORDER BY round"), {"id": order.id}
    )
    return [(row.rider_id, row.state) for row in rows]


async def events(session: AsyncSession, topic: str) -> list[dict[str, object]]:
    rows = await session.execute(text("SELECT payload FROM outbox WHERE topic = :topic ORDER BY pos"), {"topic": topic})
    return [row.payload for row in rows]


async def right_code(session: AsyncSession, desk: DispatchService, order: OrderView) -> str:
    return str(await desk.code_for_customer(session, order.id))


async def test_the_nearest_with_room_is_offered(
    session: AsyncSession, desk: DispatchService, packed: OrderView
) -> None:
    suggested = await desk.suggest(session, packed.id)
    assert [found.rider.id for found in suggested] == ["R-1", "R-2", "R-3"]
    assert suggested[0].reasons == ("0.3 km from the pick-up", "carries nothing")
    assert await offer(session, desk, packed) == "R-1"
    assert await states(session, packed) == [("R-1", "offered")]


async def test_a_rejection_goes_to_the_next(session: AsyncSession, desk: DispatchService, packed: OrderView) -> None:
    await offer(session, desk, packed)
    assert await answer(session, desk, packed, "R-1", accept=False) == "applied"
    assert await states(session, packed) == [("R-1", "rejected"), ("R-2", "offered")]
    assert (await orders_service().get(session, packed.id)).rider_id == "R-2"
    assert await answer(session, desk, packed, "R-1", accept=True) == "dispatch.not_yours"


async def test_silence_goes_to_the_next_and_then_to_a_person(
    session: AsyncSession, desk: DispatchService, packed: OrderView
) -> None:
    await offer(session, desk, packed)
    following = [await desk.next_rider(session, packed.id, because="no_answer") for _ in range(3)]
    assert following == ["R-2", "R-3", None]
    assert await states(session, packed) == [("R-1", "expired"), ("R-2", "expired"), ("R-3", "expired")]
    assert await events(session, "dispatch.unassigned") == [{"order_id": packed.id, "reason": "nobody_took_it"}]
    assert (await orders_service().get(session, packed.id)).rider_id is None


async def test_who_has_accepted_is_not_passed_over(
    session: AsyncSession, desk: DispatchService, packed: OrderView
) -> None:
    await offer(session, desk, packed)
    await answer(session, desk, packed, "R-1", accept=True)
    assert await desk.next_rider(session, packed.id, because="no_answer") == "R-1"
    assert await answer(session, desk, packed, "R-1", accept=True) == "duplicate"
    assert await states(session, packed) == [("R-1", "accepted")]


async def test_no_rider_on_shift_asks_a_person(session: AsyncSession, desk: DispatchService) -> None:
    order = await make_order(session, OrderState.HANDOVER)
    await desk.offer_to_best(session, order.id, command_id=new_uuid())
    assert await events(session, "dispatch.unassigned") == [{"order_id": order.id, "reason": "no_rider_free"}]


async def test_a_full_rider_is_refused(session: AsyncSession, desk: DispatchService, packed: OrderView) -> None:
    await session.execute(text("UPDATE riders SET capacity = 1 WHERE id = 'R-1'"))
    await offer(session, desk, packed, "R-1")
    user = await make_customer(session, external_id="254700000109", phone="+254700000109")
    second = await make_order(session, OrderState.HANDOVER, shop=False, user_id=user.id)
    with pytest.raises(RiderFullError):
        await offer(session, desk, second, "R-1")
    assert await states(session, second) == []


async def test_the_code_proves_the_delivery(session: AsyncSession, desk: DispatchService, packed: OrderView) -> None:
    await offer(session, desk, packed)
    code = await right_code(session, desk, packed)
    assert await hand_over(session, desk, packed, code) == "dispatch.not_picked_up"
    assert await pick_up(session, desk, packed) == "order.applied"
    assert await pick_up(session, desk, packed) == "duplicate"
    wrong = "0000" if code != "0000" else "1111"
    assert await hand_over(session, desk, packed, wrong) == "dispatch.wrong_code"
    assert await hand_over(session, desk, packed, code) == "order.applied"
    assert await hand_over(session, desk, packed, code) == "duplicate"
    assert await states(session, packed) == [("R-1", "delivered")]
    assert (await orders_service().get(session, packed.id)).state == "delivered"


async def test_too_many_wrong_codes_lock_it(session: AsyncSession, desk: DispatchService, packed: OrderView) -> None:
    await offer(session, desk, packed)
    await pick_up(session, desk, packed)
    code = await right_code(session, desk, packed)
    wrong = "0000" if code != "0000" else "1111"
    answers = [await hand_over(session, desk, packed, wrong) for _ in range(5)]
    assert answers == ["dispatch.wrong_code"] * 5
    assert await hand_over(session, desk, packed, code) == "dispatch.code_locked"
    assert [found["kind"] for found in await events(session, "dispatch.trouble")] == ["code_locked"]
    assert (await orders_service().get(session, packed.id)).state == "out_for_delivery"


async def test_cash_is_booked_with_the_delivery(
    session: AsyncSession, desk: DispatchService, clock: FixedClock
) -> None:
    await make_rider(session, clock)
    order = await make_order(session, payment_mode=PaymentMode.COD, payment_method=PaymentMethod.COD)
    await payments_service(clock).begin(session, order.id, Method.COD)
    vendor = Actor(ActorKind.VENDOR, order.vendor_id)
    await give(session, order, vendor, AcceptOrder(20))
    await give(session, order, vendor, MarkReady())
    await offer(session, desk, order)
    await pick_up(session, desk, order)
    wrong = await hand_over(session, desk, order, "no code")
    assert wrong == "dispatch.wrong_code"
    assert (await orders_service().get(session, order.id)).paid_minor == 0
    assert await hand_over(session, desk, order, await right_code(session, desk, order)) == "order.applied"
    delivered = await orders_service().get(session, order.id)
    assert (delivered.state, delivered.payment_status, delivered.paid_minor) == ("delivered", "success", 35200)
    receipts = await session.execute(text("SELECT provider, amount_minor, evidence FROM receipts"))
    assert [tuple(row) for row in receipts] == [("cash", 35200, "rider:R-1")]


async def test_trouble_is_told_by_its_kind(session: AsyncSession, desk: DispatchService, packed: OrderView) -> None:
    await offer(session, desk, packed)
    result = await desk.report_trouble(session, packed.id, "R-1", kind="cant_find_customer", note="gate is shut")
    assert result.outcome == "applied"
    assert [found["kind"] for found in await events(session, "dispatch.trouble")] == ["cant_find_customer"]
    with pytest.raises(UnknownExceptionKindError):
        await desk.report_trouble(session, packed.id, "R-1", kind="bored", note="")


async def test_a_cancelled_order_frees_its_rider(
    session: AsyncSession, desk: DispatchService, packed: OrderView
) -> None:
    await offer(session, desk, packed)
    await give(session, packed, ADMIN, CancelOrder("changed their mind"))
    await desk.release(session, packed.id, because="cancelled")
    assert await states(session, packed) == [("R-1", "released")]
    assert await desk.current(session, "R-1") == []


@pytest.mark.parametrize(("carried", "state", "earned"), [(True, "delivered", 5000), (False, "released", 0)])
async def test_an_order_that_the_desk_told_to_be_delivered_frees_its_rider(
    database: Database, clock: FixedClock, *, carried: bool, state: str, earned: int
) -> None:
    """Who had the goods is paid for the way; who never had them is not."""
    desk = dispatch_service(clock)
    async with database.transaction() as session:
        await make_rider(session, clock)
        order = await make_order(session, OrderState.HANDOVER)
        fee = {"fee": 5000, "id": order.id}
        await session.execute(
            text("UPDATE orders SET delivery_fee_minor = :fee, amount_minor = amount_minor + :fee WHERE id = :id"), fee
        )
        await offer(session, desk, order)
        if carried:
            await pick_up(session, desk, order)
        else:
            await give(session, order, ADMIN, PickUp())
        await give(session, order, ADMIN, DeliverOrder(proof={"kind": "photo"}))
    subscriber = DispatchSubscriber(desk, DispatchSettings(), Flags(database))
    await EventConsumers(database, subscriptions(subscriber)).drain()
    async with database.transaction() as session:
        assert await states(session, order) == [("R-1", state)]
        assert await desk.current(session, "R-1") == []
        assert await session.scalar(text("SELECT fee_minor FROM assignments")) == earned


@pytest.mark.concurrency
async def test_two_riders_who_are_offered_at_once_are_one(database: Database, clock: FixedClock) -> None:
    """Two dispatchers assign different riders, then both riders accept: one carries it."""
    async with database.transaction() as session:
        await make_rider(session, clock)
        await make_rider(session, clock, "R-2", phone="+254700000302")
        order = await make_order(session, OrderState.HANDOVER)

    async def assign(rider_id: str) -> str:
        async with database.transaction() as session:
            desk = dispatch_service(clock)
            result = await desk.assign(
                session, order.id, rider_id, actor=ADMIN, source=API, command_id=f"assign:{rider_id}"
            )
            return result.code

    async def accept(rider_id: str) -> str:
        async with database.transaction() as session:
            return await answer(session, dispatch_service(clock), order, rider_id, accept=True)

    assigned = await asyncio.gather(assign("R-1"), assign("R-2"))
    assert sorted(assigned) == ["order.applied", "order.rider_taken"]
    accepted = await asyncio.gather(accept("R-1"), accept("R-2"))
    assert sorted(accepted) == ["applied", "dispatch.not_yours"]
    async with database.transaction() as session:
        live = await states(session, order)
    assert [state for _, state in live] == ["accepted"]


def test_codes_are_of_their_assignment_alone() -> None:
    codes = {delivery_code("a key", f"AS{number}") for number in range(200)}
    assert all(len(code) == 4 and code.isdecimal() for code in codes)
    assert len(codes) > 180
    assert delivery_code("a key", "AS1") != delivery_code("another key", "AS1")


RIDER = RiderView("R-1", "A", "+254700000301", "sw", "Nairobi", True, True, 2, 0, None, None)


def candidate(rider_id: str, distance_m: float | None = 1_000.0, load: int = 0, **more: Any) -> Candidate:
    """Somebody who might carry an order."""
    return Candidate(replace(RIDER, id=rider_id, load=load), distance_m, **more)


def test_ranking_prefers_the_near_and_the_idle() -> None:
    candidates = [
        candidate("busy", 100.0, load=1),
        candidate("far", 1_200.0),
        candidate("full", 1.0, load=2),
        candidate("unknown", None),
        candidate("tried", 1.0),
    ]
    found = rank(candidates, frozenset({"tried"}), Prices(load_m=1500, unknown_m=5000))
    assert [suggestion.rider.id for suggestion in found] == ["far", "busy", "unknown"]
    assert found[1].reasons == ("0.1 km from the pick-up", "carries 1 of 2")


def test_who_takes_few_offers_stands_behind_who_takes_most() -> None:
    """And the reasons say so, with the deliveries on time and the cash; few offers say nothing of anybody."""
    seldom, often = RiderFigures(offered=10, accepted=2, unanswered=8), RiderFigures(9, 8, 1, 0, 8, 7)
    candidates = [
        candidate("seldom", 900.0, figures=seldom),
        candidate("often", figures=often, cash="KSh 300"),
        candidate("new", 1_100.0, figures=RiderFigures(offered=1, rejected=1)),
    ]
    found = rank(candidates, frozenset(), Prices(load_m=1500, unknown_m=5000, refusal_m=2000))
    assert [suggestion.rider.id for suggestion in found] == ["new", "often", "seldom"]
    assert [round(suggestion.score) for suggestion in found] == [1100, 1222, 2500]
    assert found[1].reasons[2:] == ("took 8 of 9 offers", "on time 7 of 8", "has KSh 300 in cash")


async def test_suggestions_tell_how_riders_did_and_what_cash_they_have(
    session: AsyncSession, desk: DispatchService, clock: FixedClock
) -> None:
    """From what was offered and counted: one delivery, paid in cash at the door."""
    await make_rider(session, clock)
    order = await make_order(session, payment_mode=PaymentMode.COD, payment_method=PaymentMethod.COD)
    await payments_service(clock).begin(session, order.id, Method.COD)
    vendor = Actor(ActorKind.VENDOR, order.vendor_id)
    await give(session, order, vendor, AcceptOrder(20))
    await give(session, order, vendor, MarkReady())
    await offer(session, desk, order)
    await answer(session, desk, order, "R-1", accept=True)
    await pick_up(session, desk, order)
    assert await hand_over(session, desk, order, await right_code(session, desk, order)) == "order.applied"
    user = await make_customer(session, external_id="254700000109", phone="+254700000109")
    following = await make_order(session, OrderState.HANDOVER, shop=False, user_id=user.id)
    [suggested] = await desk.suggest(session, following.id)
    assert suggested.reasons[2:] == ("took 1 of 1 offers", "on time 1 of 1", "has KSh 352 in cash")


def test_an_assignment_moves_by_its_rows_alone() -> None:
    known = {(row.step, source): row.target for row in ROWS for source in row.sources}
    pairs = {(step, state): after(state, step) for step in Step for state in AssignmentState}
    assert {pair: target for pair, target in pairs.items() if target is not None} == known
    assert len(known) == 11
