"""The gauge of waiting work tells what waits, queue by queue, and falls to 0 where nothing does any more."""

from sqlalchemy import text

from backend.platform.backlog import BacklogMeter
from backend.platform.db.session import Database
from backend.platform.observability.metrics import BACKLOG

_ROWS = (
    """INSERT INTO sla_timer (order_id, subject_kind, subject_id, type, due_at, state, fired, trace_id) VALUES
    ('o1', 'order', 'o1', 'vendor_accept', duka_now() - interval '6 seconds', 'pending', false, 't'),
    (NULL, 'conversation', 'c1', 'x', duka_now() - interval '6 seconds', 'pending', false, 't'),
    ('o2', 'order', 'o2', 'vendor_accept', duka_now() - interval '1 second', 'pending', false, 't'),
    ('o3', 'order', 'o3', 'vendor_accept', duka_now() + interval '1 hour', 'pending', false, 't')""",
    """INSERT INTO provider_events (provider, external_id, kind, lane, body, headers, trace_id, state) VALUES
    ('p', 'waits', 'k', '', ''::bytea, '{}', 't', 'pending'), ('p', 'dead', 'k', '', ''::bytea, '{}', 't', 'dead')""",
    """INSERT INTO outbound_send (id, idem, channel, scope, lane, payload, priority, trace_id, state, next_at)
    SELECT 's' || idem, idem, channel, '', '', '{}', 5, 't', state, duka_now() FROM (VALUES
    ('a', 'whatsapp', 'queued'), ('b', 'exotel', 'queued'), ('c', 'exotel', 'unknown'), ('d', 'exotel', 'sent')
    ) AS given (idem, channel, state)""",
    """INSERT INTO outbound_send
    (id, idem, channel, scope, lane, payload, priority, trace_id, state, next_at, error_code)
    SELECT 's' || idem, idem, 'instagram', '1784', '', '{}', 5, 't', state, duka_now() + interval '5 minutes', error
    FROM (VALUES ('f', 'queued', 'account_stopped'), ('g', 'queued', 'unavailable'), ('h', 'dead', 'account_stopped')
    ) AS given (idem, state, error)""",
    """INSERT INTO outbox (event_id, topic, key, payload, actor, trace_id) VALUES
    ('e1', 'a', 'k', '{}', 'system', 't'), ('e2', 'a', 'k', '{}', 'system', 't'),
    ('e3', 'a', 'k', '{}', 'system', 't')""",
    """INSERT INTO consumer_cursor (consumer, part, xid, pos)
    SELECT 'reader', part, xid, pos FROM outbox WHERE event_id = 'e1'""",
    """INSERT INTO parked_event (consumer, part, key, xid, pos)
    SELECT 'reader', part, key, xid, pos FROM outbox WHERE event_id = 'e1'""",
    """INSERT INTO dead_letter (consumer, event_id, topic, key, xid, pos, payload, error, attempts)
    SELECT 'reader', event_id, topic, key, xid, pos, payload, 'broken', 5 FROM outbox WHERE event_id = 'e1'""",
)
_GONE = (
    "UPDATE sla_timer SET state = 'cancelled'",
    "UPDATE provider_events SET state = 'done', done_at = duka_now()",
    "DELETE FROM outbound_send",
    "DELETE FROM parked_event",
    "UPDATE dead_letter SET resolved_at = duka_now(), resolved_by = 'a', resolution = 'skipped'",
    "UPDATE consumer_cursor c SET xid = o.xid, pos = o.pos FROM outbox o WHERE o.event_id = 'e3' AND o.part = c.part",
)


def _shown() -> dict[str, float]:
    [family] = BACKLOG.collect()
    return {sample.labels["queue"]: sample.value for sample in family.samples}


async def _do(database: Database, statements: tuple[str, ...]) -> None:
    async with database.transaction() as session:
        for statement in statements:
            await session.execute(text(statement))


async def test_the_gauge_tells_what_waits_and_falls_to_zero(database: Database) -> None:
    """Timers count when they are five seconds late; a queue that has run empty stays in sight."""
    BACKLOG.clear()
    meter = BacklogMeter(database)
    await _do(database, _ROWS)
    await meter.step()
    full = {
        "timers": 2,
        "webhooks": 1,
        "stopped.instagram.1784": 1,
        "sends.whatsapp": 1,
        "sends.exotel": 1,
        "unknown.exotel": 1,
        "parked": 1,
        "dead_letters": 1,
        "events.reader": 2,
    }
    assert _shown() == full
    await _do(database, _GONE)
    await meter.step()
    assert _shown() == dict.fromkeys(full, 0)
