"""Timers fire once, on time, with their order locked, whatever is killed or fails meanwhile."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.platform.clock import move_clock
from backend.platform.db.session import Database
from backend.platform.observability.trace import traced
from backend.platform.timer_engine import TimerEngine, TimerPolicy
from backend.platform.timers import (
    ClaimedTimer,
    NewTimer,
    TimerHandler,
    TimerKind,
    arm,
    arm_many,
    cancel,
    skip,
    skip_many,
)
from tests.backend.platform.conftest import Effects

ACCEPT, REMINDER, TIMEOUT = TimerKind.VENDOR_ACCEPT, TimerKind.PROCESSING_REMINDER, TimerKind.CONVERSATION_TIMEOUT
FAST = TimerPolicy(poll_s=0.05, backoff_base_s=0.0, max_attempts=3)


def recording(effects: Effects) -> TimerHandler:
    """A handler that writes one effect a timer, named after it."""

    async def handle(session: AsyncSession, timers: Sequence[ClaimedTimer]) -> None:
        for timer in timers:
            await effects.add(session, f"{timer.subject_id}:{timer.kind}:{timer.step}")

    return handle


async def _rows(database: Database) -> list[tuple[str, str, bool]]:
    async with database.transaction() as session:
        rows = await session.execute(text("SELECT subject_id, state, fired FROM sla_timer ORDER BY id"))
        return [(row.subject_id, row.state, row.fired) for row in rows]


async def _arm(database: Database, *timers: NewTimer) -> None:
    async with database.transaction() as session:
        await arm_many(session, timers)


async def test_a_timer_fires_when_the_clock_reaches_it(database: Database, effects: Effects, orders: list[str]) -> None:
    """Not before; the handler is given what was armed, and how late it is."""
    seen: list[ClaimedTimer] = []

    async def handle(_session: AsyncSession, timers: Sequence[ClaimedTimer]) -> None:
        seen.extend(timers)

    engine = TimerEngine(database, {ACCEPT: handle})
    async with database.transaction() as session:
        timer_id = await arm(
            session, ACCEPT, orders[0], delay_s=120, step=1, meta={"to": "V-42"}, policy_id="P", policy_version=3
        )
    assert await engine.step() == 0
    async with database.transaction() as session:
        await move_clock(session, timedelta(seconds=121))
    assert await engine.step() == 1
    (timer,) = seen
    assert (timer.id, timer.kind, timer.order_id, timer.step) == (timer_id, ACCEPT, orders[0], 1)
    assert (timer.meta, timer.policy_id, timer.policy_version) == ({"to": "V-42"}, "P", 3)
    assert 1 <= timer.late_s < 10
    assert await _rows(database) == [(orders[0], "fired", True)]
    assert await engine.step() == 0


async def test_all_timers_of_an_order_are_cancelled_in_the_callers_commit(
    database: Database, effects: Effects, orders: list[str]
) -> None:
    """One statement; others' timers and other kinds stay; a rolled-back cancel cancels nothing."""
    await _arm(
        database,
        *(NewTimer(ACCEPT, orders[0], 0, step) for step in range(4)),
        NewTimer(REMINDER, orders[0], 0),
        NewTimer(ACCEPT, orders[1], 0),
    )
    async with database.transaction() as session:
        assert await cancel(session, orders[0], by="vendor:V-42") == 5
        await session.rollback()
    async with database.transaction() as session:
        assert await cancel(session, orders[0], [ACCEPT], by="vendor:V-42") == 4
        assert await cancel(session, orders[0], [ACCEPT], by="vendor:V-42") == 0
    handle = recording(effects)
    assert await TimerEngine(database, {ACCEPT: handle, REMINDER: handle}).step() == 2
    assert sorted(await effects.all()) == [f"{orders[0]}:processing_reminder:0", f"{orders[1]}:vendor_accept:0"]
    async with database.transaction() as session:
        by = await session.scalars(text("SELECT DISTINCT cancelled_by FROM sla_timer WHERE state = 'cancelled'"))
        assert by.all() == ["vendor:V-42"]


async def test_arming_a_pending_step_moves_it(database: Database, effects: Effects, orders: list[str]) -> None:
    """An extension shifts the one timer; a fired step may be armed anew, even by its own handler."""

    async def again(session: AsyncSession, timers: Sequence[ClaimedTimer]) -> None:
        for timer in timers:
            await effects.add(session, f"{timer.order_id}:{timer.meta['round']}")
            if timer.meta["round"] < 3:
                await arm(session, REMINDER, timer.subject_id, delay_s=0, meta={"round": timer.meta["round"] + 1})

    engine = TimerEngine(database, {REMINDER: again})
    await _arm(database, NewTimer(REMINDER, orders[0], 0, meta={"round": 0}))
    await _arm(database, NewTimer(REMINDER, orders[0], 600, meta={"round": 1}))
    assert await engine.step() == 0
    await _arm(database, NewTimer(REMINDER, orders[0], 0, meta={"round": 1}))
    while await engine.step():
        pass
    assert await effects.all() == [f"{orders[0]}:{number}" for number in (1, 2, 3)]


async def test_a_timer_waits_while_its_order_is_held(database: Database, effects: Effects, orders: list[str]) -> None:
    """An accept that holds its order and then cancels is never blocked, and wins; others' timers fire meanwhile."""
    engine = TimerEngine(database, {ACCEPT: recording(effects)})
    await _arm(database, NewTimer(ACCEPT, orders[0], 0), NewTimer(ACCEPT, orders[1], 0))
    async with database.transaction() as accepting:
        await accepting.execute(text("SELECT 1 FROM orders WHERE id = :id FOR UPDATE"), {"id": orders[0]})
        assert await engine.step() == 1
        assert await cancel(accepting, orders[0], by="vendor:V-42") == 1
    assert await engine.step() == 0
    assert await effects.all() == [f"{orders[1]}:vendor_accept:0"]


async def test_an_engine_at_work_holds_no_timer_of_an_order_it_passed_over(
    database: Database, orders: list[str]
) -> None:
    """Who holds an order may end its timers while an engine, in the midst of others, waits for what they hold."""

    async def handle(_: AsyncSession, timers: Sequence[ClaimedTimer]) -> None:
        assert [timer.order_id for timer in timers] == [orders[1]]
        assert await cancel(accepting, orders[0], by="vendor:V-42") == 1

    await _arm(database, NewTimer(ACCEPT, orders[0], 0), NewTimer(ACCEPT, orders[1], 0))
    async with database.transaction() as accepting:
        await accepting.execute(text("SET LOCAL lock_timeout = '2s'"))
        await accepting.execute(text("SELECT 1 FROM orders WHERE id = :id FOR UPDATE"), {"id": orders[0]})
        assert await TimerEngine(database, {ACCEPT: handle}).step() == 1
    assert sorted(await _rows(database)) == sorted([(orders[0], "cancelled", False), (orders[1], "fired", True)])


async def test_a_timer_of_another_subject_needs_no_order(
    database: Database, effects: Effects, orders: list[str]
) -> None:
    """A conversation's timer is claimed alone, and cancelled by its own subject."""
    engine = TimerEngine(database, {TIMEOUT: recording(effects)})
    async with database.transaction() as session:
        for conversation in ("C-1", "C-2"):
            await arm(session, TIMEOUT, conversation, delay_s=0, subject_kind="conversation")
        assert await cancel(session, "C-2", by="agent:A-1") == 0
        assert await cancel(session, "C-2", by="agent:A-1", subject_kind="conversation") == 1
    assert await engine.step() == 1
    assert await effects.all() == ["C-1:conversation_timeout:0"]


async def test_a_faulty_timer_fails_alone_and_is_dead_in_the_end(
    database: Database, effects: Effects, orders: list[str]
) -> None:
    """The others of its batch fire once; after the last try somebody is told, in the same commit."""
    told: list[tuple[str, str]] = []

    async def handle(session: AsyncSession, timers: Sequence[ClaimedTimer]) -> None:
        for timer in timers:
            await effects.add(session, timer.subject_id)
            if timer.subject_id == orders[1]:
                message = "no such vendor"
                raise LookupError(message)

    async def on_dead(session: AsyncSession, timer: ClaimedTimer, error: str) -> None:
        told.append((timer.subject_id, error))
        await effects.add(session, "card")

    engine = TimerEngine(database, {ACCEPT: handle}, FAST, on_dead=on_dead)
    await _arm(database, *(NewTimer(ACCEPT, order_id, 0) for order_id in orders[:3]))
    for _ in range(5):
        await engine.step()
    assert await effects.all() == [orders[0], orders[2], "card"]
    assert told == [(orders[1], "LookupError: no such vendor")]
    assert await _rows(database) == [
        (orders[0], "fired", True),
        (orders[1], "dead", False),
        (orders[2], "fired", True),
    ]


async def test_a_guard_may_skip_a_timer(database: Database, effects: Effects, orders: list[str]) -> None:
    """It is kept as skipped, with the reason."""

    async def handle(session: AsyncSession, timers: Sequence[ClaimedTimer]) -> None:
        await skip(session, timers, reason="already accepted")

    await _arm(database, NewTimer(ACCEPT, orders[0], 0))
    await TimerEngine(database, {ACCEPT: handle}).step()
    assert await _rows(database) == [(orders[0], "skipped", False)]


async def test_timers_of_one_statement_keep_their_own_trace_and_reason(
    database: Database, effects: Effects, orders: list[str]
) -> None:
    """Where none was given, the trace is that of the moment."""

    async def handle(session: AsyncSession, timers: Sequence[ClaimedTimer]) -> None:
        await skip_many(session, [(timer, f"for {timer.trace_id}") for timer in timers])

    with traced("moment"):
        await _arm(database, NewTimer(ACCEPT, orders[0], 0, trace_id="trace-1"), NewTimer(ACCEPT, orders[1], 0.5))
    async with database.transaction() as session:
        await move_clock(session, timedelta(seconds=1))
    await TimerEngine(database, {ACCEPT: handle}).step()
    async with database.transaction() as session:
        rows = await session.execute(text("SELECT trace_id, last_error FROM sla_timer ORDER BY id"))
        assert [tuple(row) for row in rows] == [("trace-1", "for trace-1"), ("moment", "for moment")]


async def test_kinds_without_a_handler_are_left_alone(database: Database, effects: Effects, orders: list[str]) -> None:
    """Another process may have it."""
    await _arm(database, NewTimer(ACCEPT, orders[0], 0), NewTimer(REMINDER, orders[0], 0))
    assert await TimerEngine(database, {REMINDER: recording(effects)}).step() == 1
    assert await _rows(database) == [(orders[0], "pending", False), (orders[0], "fired", True)]


@pytest.mark.concurrency
async def test_each_timer_fires_once_though_engines_are_killed(
    database: Database, effects: Effects, orders: list[str]
) -> None:
    """Two engines; connections are cut and an engine is cancelled in mid-batch: each effect once, none lost."""

    async def handle(session: AsyncSession, timers: Sequence[ClaimedTimer]) -> None:
        await asyncio.sleep(0.02)
        for timer in timers:
            await effects.add(session, f"{timer.subject_id}:{timer.step}")

    policy = TimerPolicy(batch=7, poll_s=0.05)
    await _arm(database, *(NewTimer(ACCEPT, order_id, step * 0.2, step) for order_id in orders for step in range(4)))
    stop = asyncio.Event()
    databases = [Database(database.url, pool_size=3, application="engine") for _ in range(2)]
    running = [asyncio.create_task(TimerEngine(opened, {ACCEPT: handle}, policy).run(stop)) for opened in databases]
    for _ in range(8):
        await asyncio.sleep(0.08)
        async with database.transaction() as session:
            await session.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'engine'")
            )
    running[0].cancel()
    await effects.reach(len(orders) * 4)
    stop.set()
    await asyncio.gather(*running, return_exceptions=True)
    for opened in databases:
        await opened.close()
    assert sorted(await effects.all()) == [f"{order_id}:{step}" for order_id in orders for step in range(4)]
    assert {state for _, state, _ in await _rows(database)} == {"fired"}


@pytest.mark.concurrency
async def test_ten_thousand_timers_of_one_second_fire_once_each(
    database: Database, effects: Effects, orders: list[str]
) -> None:
    """Four engines, each with connections of its own, as four workers would: every effect once, and none left."""
    del orders
    async with database.transaction() as session:
        await session.execute(text("INSERT INTO orders SELECT 'MANY' || n FROM generate_series(1, 10000) n"))
        await session.execute(
            text(
                "INSERT INTO sla_timer (order_id, subject_id, type, step, due_at, trace_id)"
                " SELECT 'MANY' || n, 'MANY' || n, 'vendor_accept', 0, duka_now(), 't' FROM generate_series(1, 10000) n"
            )
        )

    async def handle(session: AsyncSession, timers: Sequence[ClaimedTimer]) -> None:
        await session.execute(
            text("INSERT INTO effect (what) SELECT unnest(CAST(:fired AS text[]))"),
            {"fired": [timer.subject_id for timer in timers]},
        )

    async def drain(engine: TimerEngine) -> int:
        fired = 0
        while claimed := await engine.step():
            fired += claimed
        return fired

    databases = [Database(database.url, pool_size=1, application="engine") for _ in range(4)]
    fired = await asyncio.gather(*(drain(TimerEngine(opened, {ACCEPT: handle})) for opened in databases))
    for opened in databases:
        await opened.close()
    assert sum(fired) == 10_000
    assert sum(count > 0 for count in fired) > 1
    assert len([count for count in fired if count]) > 1
    done = await effects.all()
    assert len(done) == len(set(done)) == 10_000
    assert {state for _, state, _ in await _rows(database)} == {"fired"}


@pytest.mark.concurrency
async def test_no_step_fires_after_a_committed_accept(database: Database, effects: Effects, orders: list[str]) -> None:
    """Accepts race with two engines: an accept that cancelled all four steps is followed by none of them."""
    steps = 4

    async def handle(session: AsyncSession, timers: Sequence[ClaimedTimer]) -> None:
        for timer in timers:
            await effects.add(session, f"{timer.subject_id}:fired")

    async def accept(order_id: str) -> int:
        async with database.transaction() as session:
            await session.execute(text("SELECT 1 FROM orders WHERE id = :id FOR UPDATE"), {"id": order_id})
            cancelled = await cancel(session, order_id, by="vendor:V-42")
            await effects.add(session, f"{order_id}:accepted")
        return cancelled

    await _arm(
        database, *(NewTimer(ACCEPT, order_id, 0.2 * step, step) for order_id in orders for step in range(steps))
    )
    stop = asyncio.Event()
    engines = [
        asyncio.create_task(TimerEngine(database, {ACCEPT: handle}, TimerPolicy(batch=5)).run(stop)) for _ in range(2)
    ]
    cancelled = [await accept(order_id) for order_id in orders]
    await asyncio.sleep(steps * 0.2)
    stop.set()
    await asyncio.gather(*engines)
    done = await effects.all()
    for order_id, count in zip(orders, cancelled, strict=True):
        mine = [what for what in done if what.startswith(order_id)]
        assert mine == [f"{order_id}:fired"] * (steps - count) + [f"{order_id}:accepted"]
