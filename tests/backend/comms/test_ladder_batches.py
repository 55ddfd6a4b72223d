"""Ladder steps by the batch: as if one after another, with as many statements for a hundred as for ten."""

import random
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.comms.ladders import CHASING, DEFAULT_STEPS, KINDS, Ladder, Rung, Step
from backend.comms.ports import Contact
from backend.comms.repository import _WAITING_CALLS, waiting_calls
from backend.orders.ports import OrderView
from backend.platform import outages
from backend.platform.sends import enqueue
from backend.platform.timers import ClaimedTimer, NewTimer, TimerKind, arm_many
from tests.support.factories.comms import Switchboard
from tests.support.factories.vendors import make_vendor
from tests.support.many_orders import copies
from tests.support.statements import statements

_ACCEPT = TimerKind.VENDOR_ACCEPT
_STATES = ("confirmed", "confirmed", "processing", "handover", "out_for_delivery", "cancelled")
_VENDORS = ("V-1", "V-2", "V-3")
_BY_SETS = [
    (kind, number)
    for kind in CHASING
    for number, step in enumerate(DEFAULT_STEPS[kind])
    if Rung.NEXT_RIDER not in step.rungs
]
_AT_MOST = 20  # Statements of a batch.
# What a step leaves in rows, without times, drawn names, and the urgency of what was called off.
_LEFT = (
    "SELECT order_id, actor, channel, template, payload, status, ladder, step, idem FROM comms_log",
    """
    SELECT topic, CASE WHEN key = payload ->> 'exception_id' THEN '' ELSE key END, payload - 'exception_id' - 'at',
        actor, city, trace_id
    FROM outbox
    """,
    """
    SELECT idem, channel, state, scope, lane, order_id, CASE WHEN state = 'queued' THEN priority END, trace_id,
        payload - 'sealed' - 'call_id', payload ? 'sealed', next_at = created_at,
        rank() OVER (PARTITION BY channel, lane ORDER BY seq)
    FROM outbound_send
    """,
    """
    SELECT order_id, callee, language, purpose, rung, menu, ladder, params, context_version, state, outcome
    FROM voice_calls
    """,
    """
    SELECT kind, subject_id, order_id, city, merchant_id, state, owner, money_minor, currency, detail
    FROM ops_exceptions
    """,
    "SELECT order_id, channel, actor, what, detail FROM order_timeline",
    "SELECT id, misses, active, inactive_reason FROM vendors",
    """
    SELECT type, subject_id, step, state, last_error, meta, policy_id, policy_version, trace_id,
        CASE WHEN state = 'pending' THEN extract(epoch FROM due_at - created_at) END
    FROM sla_timer
    """,
    "SELECT order_id, rider_id, round, state FROM assignments",
    "SELECT id, state, rider_id FROM orders",
)


async def _left(session: AsyncSession) -> list[list[str]]:
    return [sorted(map(str, (await session.execute(text(query))).all())) for query in _LEFT]


async def _claimed(
    session: AsyncSession, wanted: Sequence[NewTimer], late_s: Callable[[], float] = lambda: 0.0
) -> list[ClaimedTimer]:
    """Timers as the engine hands them over, their rows marked as fired."""
    ids = await arm_many(session, wanted)
    await session.execute(text("UPDATE sla_timer SET state = 'fired', fired = true WHERE id = ANY(:ids)"), {"ids": ids})
    at = datetime(2026, 11, 28, tzinfo=UTC)
    return [
        ClaimedTimer(
            timer_id, new.kind, new.subject_id, "order", new.subject_id, new.step, at, late_s(), dict(new.meta),
            new.policy_id, new.policy_version, 0, new.trace_id,
        )
        for timer_id, new in zip(ids, wanted, strict=True)
    ]  # fmt: skip


async def _town(board: Switchboard, order: OrderView, chance: random.Random) -> list[str]:
    """Orders of three outlets, some with riders, some over; outlets near their limit, calls and answers of before."""
    async with board.database.transaction() as session:
        for number in (2, 3):
            await make_vendor(
                session, f"V-{number}", phone=f"+25470000021{number}", language=chance.choice(("en", "sw"))
            )
        ids = [order.id, *await copies(session, order.id, 29)]
        for order_id in ids:
            values = {
                "id": order_id,
                "vendor": chance.choice(_VENDORS),
                "rider": chance.choice((None, "R-1", "R-2")),
                "state": chance.choice(
                    ("confirmed", "confirmed", "processing", "handover", "out_for_delivery", "cancelled")
                ),
                "reached": chance.random() < 0.7,
            }
            await session.execute(
                text("UPDATE orders SET vendor_id = :vendor, rider_id = :rider, state = :state WHERE id = :id"), values
            )
            await session.execute(
                text(
                    "INSERT INTO comms_log (order_id, actor, channel, direction, template, status, ladder, step)"
                    " SELECT :id, 'vendor:' || :vendor, 'whatsapp', 'outbound', 'x', 'sent', 'vendor_accept', 0"
                    " WHERE :reached"
                ),
                values,
            )
        for number, order_id in enumerate(chance.sample(ids, 12)):
            await _called_before(session, order_id, number, chance)
        await session.execute(text("UPDATE vendors SET misses = :misses"), {"misses": chance.randrange(3)})
        for channel in chance.sample(("whatsapp", "exotel"), chance.choice((0, 0, 1, 2))):
            await outages.note(session, channel)
        if chance.random() < 0.5:
            tight = Ladder(DEFAULT_STEPS[_ACCEPT], max_calls_hour=chance.randrange(4))
            await board.plans.save(session, _ACCEPT, tight, by="admin:A-1", city="Nairobi")
        somebody = Contact("vendor:V-1", "", "", "en", "Elsewhere")
        for kind in CHASING:
            await board.plans.kept(session, kind, somebody, None)
    return ids


_CALLED = """
INSERT INTO voice_calls (id, order_id, callee, phone, language, purpose, rung, menu, ladder, state, created_at)
SELECT :id, o.id, CASE WHEN :to_rider THEN 'rider:R-1' ELSE 'vendor:' || o.vendor_id END, '', 'en', :purpose,
    'exotel_ring', '', :ladder, :state, duka_now() - make_interval(secs => :ago_s)
FROM orders o WHERE id = :order_id RETURNING callee
"""


async def _called_before(session: AsyncSession, order_id: str, number: int, chance: random.Random) -> None:
    """A call of an earlier step, on its way or still waiting to be dialled."""
    kind, state = chance.choice(CHASING), chance.choice(("queued", "queued", "dialled", "no_answer"))
    values = {
        "id": f"CL-{number}",
        "order_id": order_id,
        "to_rider": KINDS[kind].callee == "rider",
        "purpose": str(KINDS[kind].purpose),
        "ladder": str(kind),
        "state": state,
        "ago_s": chance.choice((5, 100, 4000)),
    }
    callee = str(await session.scalar(text(_CALLED), values))
    if state == "queued":
        await enqueue(
            session, "exotel", {"call_id": f"CL-{number}"}, idem=f"before-{number}", order_id=order_id, lane=callee
        )


@pytest.mark.parametrize("seed", range(6))
async def test_a_batch_leaves_what_its_steps_leave_one_by_one(board: Switchboard, order: OrderView, seed: int) -> None:
    """Any mix of orders, ladders, steps, lateness, limits and outages: the same rows, each with its own trace."""
    chance = random.Random(seed)
    ids = await _town(board, order, chance)
    for kind in CHASING:
        wanted = [
            NewTimer(
                kind,
                order_id,
                0,
                chance.randrange(len(DEFAULT_STEPS[kind])),
                chance.choice(({}, {"owned_by": "admin:A-1"}, {"hold": {"by": "x"}})),
                trace_id=f"trace-{order_id}",
            )
            for order_id in chance.sample(ids, 20)
        ]
        async with board.database.transaction() as session:
            timers = await _claimed(session, wanted, lambda: chance.choice((0.0, 0.2, 70.0, 400.0)))
        together = await _what_is_left(board, [timers])
        assert together == await _what_is_left(board, [[timer] for timer in timers])
        assert together != await _what_is_left(board, [])


async def _what_is_left(board: Switchboard, batches: Sequence[Sequence[ClaimedTimer]]) -> list[list[str]]:
    """What these batches would leave; then it has not been."""
    async with board.database.transaction() as session:
        for batch in batches:
            await board.ladders.fire(session, batch)
        left = await _left(session)
        await session.rollback()
    return left


@pytest.mark.parametrize(("kind", "step"), _BY_SETS)
async def test_a_hundred_steps_take_as_many_statements_as_ten(
    board: Switchboard, order: OrderView, kind: TimerKind, step: int
) -> None:
    """All but the offers to another rider, which dispatch makes one by one."""
    async with board.database.transaction() as session:
        state = {"id": order.id, "state": KINDS[kind].waits_in[-1]}
        await session.execute(text("UPDATE orders SET state = :state, rider_id = 'R-1' WHERE id = :id"), state)
        ids = await copies(session, order.id, 110)
        timers = await _claimed(session, [NewTimer(kind, order_id, 0, step) for order_id in ids])
        await board.ladders.fire(session, await _claimed(session, [NewTimer(kind, order.id, 0, step)]))
        ten, hundred = [await _statements(board, session, part) for part in (timers[:10], timers[10:])]
        left = await session.scalar(text("SELECT count(*) FROM sla_timer WHERE state = 'skipped'"))
    assert (ten, left) == (hundred, 0)
    assert ten <= _AT_MOST


async def _statements(board: Switchboard, session: AsyncSession, timers: Sequence[ClaimedTimer]) -> int:
    """Fire some timers and count what goes to the server."""
    with statements() as said:
        await board.ladders.fire(session, timers)
    return len(said)


async def test_calls_that_wait_are_found_by_their_orders(board: Switchboard, order: OrderView) -> None:
    """However many sends are queued since Postgres last counted, none of other orders is read."""
    async with board.database.transaction() as session:
        await session.execute(
            text(
                "INSERT INTO outbound_send (id, idem, channel, payload, order_id, next_at, trace_id)"
                " SELECT 'x' || n, 'x' || n, 'exotel', '{}', 'x' || n, duka_now(), 't' FROM generate_series(1, 5000) n"
            )
        )
        await enqueue(session, "exotel", {"call_id": "CL-0"}, idem="waits", order_id=order.id)
        await session.execute(
            text(
                "INSERT INTO voice_calls (id, order_id, callee, phone, language, purpose, rung, menu, ladder)"
                " VALUES ('CL-0', :id, 'vendor:V-1', '', 'en', 'new_order', 'exotel_ring', '', 'vendor_accept')"
            ),
            {"id": order.id},
        )
        connection = await session.connection()
        parameters = {"order_ids": [order.id], "ladder": "vendor_accept"}
        plan = await connection.exec_driver_sql(f"EXPLAIN {_WAITING_CALLS}", parameters)
        steps = " ".join(str(row[0]) for row in plan)
        found = await waiting_calls(session, [order.id, order.id], "vendor_accept")
    assert [call.idem for call in found] == ["waits"]
    assert "ix_outbound_send_order_id" in steps
    assert not re.search("Seq Scan on outbound_send|ix_outbound_send_queued", steps)


async def test_the_calls_of_a_batch_count_for_its_next_step(board: Switchboard, order: OrderView) -> None:
    """Two calls an hour, three orders of one outlet, one of another, all at the same instant."""
    async with board.database.transaction() as session:
        await make_vendor(session, "V-2", phone="+254700000212")
        ids = await copies(session, order.id, 4)
        await session.execute(text("UPDATE orders SET vendor_id = 'V-2' WHERE id = :id"), {"id": ids[2]})
        ladder = Ladder((Step(0, (Rung.IVR,)), Step(60, (Rung.ADMIN,))), max_calls_hour=2)
        await board.plans.save(session, _ACCEPT, ladder, by="admin:A-1")
        timers = await _claimed(session, [NewTimer(_ACCEPT, order_id, 0) for order_id in ids])
        await board.ladders.fire(session, timers)
    assert await board.rows("SELECT order_id, status FROM comms_log ORDER BY id") == [
        (ids[0], "queued"),
        (ids[1], "queued"),
        (ids[2], "queued"),
        (ids[3], "withheld:called_too_often"),
    ]


async def test_one_step_that_fails_holds_up_none_of_its_batch(board: Switchboard, order: OrderView) -> None:
    """Its ladder's version is gone; it waits to be tried again, and the others have gone on."""
    async with board.database.transaction() as session:
        await session.execute(text("UPDATE sla_timer SET state = 'cancelled'"))
        ids = await copies(session, order.id, 3)
        await arm_many(session, [NewTimer(_ACCEPT, ids[0], 0), NewTimer(_ACCEPT, ids[1], 0, policy_id="77")])
        await arm_many(session, [NewTimer(_ACCEPT, ids[2], 0)])
    assert await board.timers.step() == 3
    assert await board.rows("SELECT order_id FROM comms_log ORDER BY order_id") == [(ids[0],), (ids[2],)]
    failed = await board.rows("SELECT subject_id, attempts FROM sla_timer WHERE last_error IS NOT NULL")
    assert failed == [(ids[1], 1)]
