"""What has done its work goes after a while; what is still owed, unread or unknown stays whatever its age."""

import asyncio
from datetime import timedelta

from sqlalchemy import text

from backend.platform.clock import move_clock
from backend.platform.db.session import Database
from backend.platform.pruning import Pruner

KEEP_DAYS = 90

_ROWS = (
    """INSERT INTO provider_events (provider, external_id, kind, lane, body, headers, trace_id, state, done_at) VALUES
    ('p', 'done', 'k', '', ''::bytea, '{}', 't', 'done', duka_now()),
    ('p', 'waits', 'k', '', ''::bytea, '{}', 't', 'pending', NULL),
    ('p', 'dead', 'k', '', ''::bytea, '{}', 't', 'dead', NULL)""",
    """INSERT INTO sla_timer (order_id, subject_kind, subject_id, type, due_at, state, fired, fired_at, trace_id) VALUES
    ('o1', 'order', 'o1', 'vendor_ack', duka_now(), 'fired', true, duka_now(), 't'),
    ('o2', 'order', 'o2', 'vendor_ack', duka_now(), 'cancelled', false, NULL, 't'),
    ('o3', 'order', 'o3', 'vendor_ack', duka_now(), 'pending', false, NULL, 't'),
    ('o4', 'order', 'o4', 'vendor_ack', duka_now(), 'dead', false, NULL, 't')""",
    """INSERT INTO outbound_send (id, idem, channel, scope, lane, payload, priority, trace_id, state) VALUES
    ('s1', 'sent', 'c', '', '', '{}', 5, 't', 'sent'), ('s2', 'unknown', 'c', '', '', '{}', 5, 't', 'unknown'),
    ('s3', 'queued', 'c', '', '', '{}', 5, 't', 'queued'), ('s4', 'dead', 'c', '', '', '{}', 5, 't', 'dead')""",
    """INSERT INTO outbox (event_id, topic, key, payload, actor, trace_id) VALUES
    ('read', 'a', 'k', '{}', 'system', 't'), ('parked', 'a', 'k', '{}', 'system', 't'),
    ('unread', 'a', 'k', '{}', 'system', 't')""",
    """INSERT INTO consumer_cursor (consumer, part, xid, pos)
    SELECT 'c', part, xid, pos FROM outbox WHERE event_id = 'parked'""",
    """INSERT INTO parked_event (consumer, part, key, xid, pos)
    SELECT 'c', part, key, xid, pos FROM outbox WHERE event_id = 'parked'""",
)
_LEFT = {
    "provider_events": "SELECT external_id FROM provider_events ORDER BY 1",
    "sla_timer": "SELECT subject_id FROM sla_timer ORDER BY 1",
    "outbound_send": "SELECT idem FROM outbound_send ORDER BY 1",
    "outbox": "SELECT event_id FROM outbox ORDER BY 1",
}


async def _left(database: Database) -> dict[str, list[str]]:
    async with database.transaction() as session:
        return {table: list(await session.scalars(text(query))) for table, query in _LEFT.items()}


async def _fill(database: Database) -> None:
    async with database.transaction() as session:
        for statement in _ROWS:
            await session.execute(text(statement.replace(":", r"\:")))


async def _pass(database: Database, days: int) -> None:
    async with database.transaction() as session:
        await move_clock(session, timedelta(days=days))


async def test_young_rows_stay(database: Database) -> None:
    await _fill(database)
    before = await _left(database)
    await _pass(database, KEEP_DAYS - 1)
    assert await Pruner(database, keep_days=KEEP_DAYS).step() == 0
    assert await _left(database) == before


async def test_old_rows_that_are_spent_go_and_no_others(database: Database) -> None:
    """A webhook that nobody could read, a timer that still waits, a send whose fate is unknown: all stay."""
    await _fill(database)
    await _pass(database, KEEP_DAYS + 1)
    assert await Pruner(database, keep_days=KEEP_DAYS).step() == 5
    assert await _left(database) == {
        "provider_events": ["dead", "waits"],
        "sla_timer": ["o3", "o4"],
        "outbound_send": ["dead", "queued", "unknown"],
        "outbox": ["parked", "unread"],
    }


async def test_two_workers_prune_one_after_the_other(database: Database) -> None:
    """Each row is counted by one of them."""
    await _fill(database)
    await _pass(database, KEEP_DAYS + 1)
    gone = await asyncio.gather(*(Pruner(database, keep_days=KEEP_DAYS).step() for _ in range(2)))
    assert sum(gone) == 5


async def test_it_ends_when_it_is_told_to(database: Database) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(Pruner(database, keep_days=KEEP_DAYS).run(stop))
    await asyncio.sleep(0.05)
    stop.set()
    await asyncio.wait_for(running, 5)
