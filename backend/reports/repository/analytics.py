"""Queries of the analytics: counts from the orders' events, the comms log, offers and exception cards."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.reports.ports import Span

_SINCE: Final = "duka_now() - make_interval(days => :days)"
_SEEN: Final = """
    (CAST(:cities AS text[]) IS NULL OR lower({row}.city) = ANY(CAST(:cities AS text[])))
    AND (CAST(:merchant_id AS text) IS NULL OR {row}.merchant_id = :merchant_id)
"""

_STEPS: Final = f"""
steps AS (
    SELECT o.id, o.vendor_id, o.city, m.timezone, max(o.prep_due_at) AS due_at,
        min(e.at) FILTER (WHERE e.to_state = 'confirmed' AND e.from_state <> 'confirmed') AS offered_at,
        min(e.at) FILTER (WHERE e.to_state = 'processing' AND e.from_state = 'confirmed') AS accepted_at,
        min(e.at) FILTER (WHERE e.command = 'RejectOrder') AS rejected_at,
        min(e.at) FILTER (WHERE e.to_state = 'handover' AND e.from_state = 'processing') AS ready_at,
        min(e.at) FILTER (WHERE e.to_state = 'out_for_delivery' AND e.from_state = 'handover') AS picked_at,
        min(e.at) FILTER (WHERE e.to_state = 'delivered' AND e.from_state <> 'delivered') AS delivered_at,
        min(e.at) FILTER (WHERE e.to_state = 'cancelled' AND e.from_state <> 'cancelled') AS cancelled_at
    FROM orders o JOIN merchants m ON m.id = o.merchant_id JOIN order_events e ON e.order_id = o.id
    WHERE o.created_at >= {_SINCE} AND {_SEEN.format(row="o")}
    GROUP BY o.id, o.vendor_id, o.city, m.timezone
)
"""

_VENDORS: Final = f"""
WITH {_STEPS}, missed AS (
    SELECT DISTINCT c.order_id FROM ops_exceptions c WHERE c.kind = 'vendor_silent'
), figures AS (
    SELECT s.vendor_id, count(s.offered_at) AS offered, count(s.accepted_at) AS accepted,
        count(s.rejected_at) AS rejected, count(x.order_id) AS missed,
        count(*) FILTER (WHERE s.ready_at > s.due_at) AS late_ready, count(s.delivered_at) AS delivered,
        avg(extract(epoch FROM s.accepted_at - s.offered_at))::float8 AS accept_s,
        (avg(extract(epoch FROM s.ready_at - s.accepted_at)) / 60)::float8 AS prep_minutes
    FROM steps s LEFT JOIN missed x ON x.order_id = s.id GROUP BY s.vendor_id
), hours AS (
    SELECT vendor_id, jsonb_agg(jsonb_build_object('hour', hour, 'offered', offered, 'missed', missed)
        ORDER BY hour) AS by_hour
    FROM (
        SELECT s.vendor_id, extract(hour FROM s.offered_at AT TIME ZONE s.timezone)::int AS hour,
            count(*) AS offered, count(x.order_id) AS missed
        FROM steps s LEFT JOIN missed x ON x.order_id = s.id WHERE s.offered_at IS NOT NULL GROUP BY 1, 2
    ) AS counted GROUP BY vendor_id
)
SELECT v.id AS vendor_id, v.name, v.city, v.tier, v.active, v.misses, f.*, coalesce(h.by_hour, '[]') AS by_hour,
    count(*) OVER () AS total
FROM figures f JOIN vendors v ON v.id = f.vendor_id LEFT JOIN hours h ON h.vendor_id = f.vendor_id
ORDER BY f.missed::float8 / greatest(f.offered, 1) DESC, f.offered DESC, v.id LIMIT :limit OFFSET :offset
"""

_RIDERS: Final = f"""
SELECT r.id AS rider_id, r.name, r.city, count(*) AS offered,
    count(*) FILTER (WHERE a.state IN ('accepted', 'picked_up', 'delivered', 'failed')) AS accepted,
    count(*) FILTER (WHERE a.state = 'rejected') AS rejected,
    count(*) FILTER (WHERE a.state = 'expired') AS unanswered,
    count(a.picked_up_at) AS carried, count(*) FILTER (WHERE a.state = 'delivered') AS delivered,
    count(*) FILTER (WHERE a.state = 'delivered'
        AND a.delivered_at - a.picked_up_at <= make_interval(secs => :on_time_s)) AS on_time,
    count(*) FILTER (WHERE a.state = 'failed') AS failed,
    count(*) FILTER (WHERE a.off_routes > 0) AS strayed, sum(a.off_routes)::bigint AS off_routes,
    (avg(extract(epoch FROM a.delivered_at - a.picked_up_at)) FILTER (WHERE a.state = 'delivered') / 60)::float8
        AS delivery_minutes,
    count(*) OVER () AS total
FROM assignments a JOIN riders r ON r.id = a.rider_id JOIN orders o ON o.id = a.order_id
WHERE a.created_at >= {_SINCE} AND {_SEEN.format(row="o")}
GROUP BY r.id, r.name, r.city ORDER BY count(*) DESC, r.id LIMIT :limit OFFSET :offset
"""

_ORDERS: Final = f"""
WITH {_STEPS}, cards AS (
    SELECT c.order_id, array_agg(DISTINCT c.kind::text) AS kinds FROM ops_exceptions c
    WHERE c.order_id IS NOT NULL GROUP BY c.order_id
), chased AS (
    SELECT l.order_id, bool_or(l.channel = 'whatsapp') AS wa, bool_or(l.channel = 'exotel_ring') AS ring,
        bool_or(l.channel = 'exotel_ivr') AS ivr
    FROM comms_log l
    WHERE l.direction = 'outbound' AND l.ladder <> '' AND l.status NOT LIKE 'withheld:%' AND l.created_at >= {_SINCE}
    GROUP BY l.order_id
)
SELECT s.city, v.tier, count(*) AS placed, count(s.offered_at) AS confirmed, count(s.delivered_at) AS delivered,
    count(s.cancelled_at) AS cancelled,
    count(*) FILTER (WHERE 'vendor_silent' = ANY(c.kinds)) AS vendor_accept_breaches,
    count(*) FILTER (WHERE 'preparation_overdue' = ANY(c.kinds)) AS preparation_breaches,
    count(*) FILTER (WHERE 'rider_silent' = ANY(c.kinds) OR 'no_rider' = ANY(c.kinds)) AS rider_breaches,
    count(*) FILTER (WHERE 'address_unconfirmed' = ANY(c.kinds)) AS address_breaches,
    count(*) FILTER (WHERE 'delivery_overdue' = ANY(c.kinds)) AS delivery_breaches,
    count(*) FILTER (WHERE h.ring) AS rung, count(*) FILTER (WHERE h.ivr) AS called,
    count(*) FILTER (WHERE c.kinds && ARRAY['vendor_silent', 'preparation_overdue', 'rider_silent', 'no_rider',
        'address_unconfirmed']) AS escalated_to_admin,
    (percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM s.delivered_at - s.offered_at)) / 60)::float8
        AS median_minutes
FROM steps s JOIN vendors v ON v.id = s.vendor_id LEFT JOIN cards c ON c.order_id = s.id
LEFT JOIN chased h ON h.order_id = s.id
GROUP BY s.city, v.tier ORDER BY s.city, v.tier
"""

# One chase is one ladder of one order at one person; it was answered by the first thing that they did after it began.
_FUNNEL: Final = f"""
WITH sent AS (
    SELECT l.ladder, l.order_id, l.actor, min(l.created_at) AS began_at,
        min(l.created_at) FILTER (WHERE l.channel = 'whatsapp') AS wa_at,
        min(l.created_at) FILTER (WHERE l.channel = 'exotel_ring') AS ring_at,
        min(l.created_at) FILTER (WHERE l.channel = 'exotel_ivr') AS ivr_at
    FROM comms_log l
    WHERE l.direction = 'outbound' AND l.ladder <> '' AND l.status NOT LIKE 'withheld:%' AND l.created_at >= {_SINCE}
    GROUP BY l.ladder, l.order_id, l.actor
), chase AS (
    SELECT s.*, o.city, v.tier, a.at AS answered_at, a.door, x.at AS admin_at
    FROM sent s JOIN orders o ON o.id = s.order_id JOIN vendors v ON v.id = o.vendor_id
    JOIN unnest(CAST(:ladders AS text[]), CAST(:cards AS text[])) AS k (ladder, card) ON k.ladder = s.ladder
    LEFT JOIN LATERAL (
        SELECT e.at, e.source AS door FROM order_events e
        WHERE e.order_id = s.order_id AND e.actor = s.actor AND e.at >= s.began_at
            AND e.command = ANY(string_to_array(CAST(:answers AS jsonb) ->> s.ladder, ' '))
        UNION ALL
        SELECT i.created_at, CASE i.channel WHEN 'exotel_ivr' THEN 'ivr' ELSE i.channel END FROM comms_log i
        WHERE i.order_id = s.order_id AND i.actor = s.actor AND i.direction = 'inbound' AND i.status = 'applied'
            AND i.created_at >= s.began_at
            AND i.template = ANY(string_to_array(CAST(:answers AS jsonb) ->> s.ladder, ' '))
        ORDER BY 1 LIMIT 1
    ) a ON true
    LEFT JOIN LATERAL (
        SELECT min(c.created_at) AS at FROM ops_exceptions c
        WHERE c.order_id = s.order_id AND c.kind = k.card AND c.created_at >= s.began_at
    ) x ON true
    WHERE {_SEEN.format(row="o")}
), staged AS (
    SELECT *, CASE
        WHEN answered_at IS NULL THEN ''
        WHEN admin_at <= answered_at THEN 'admin'
        WHEN ivr_at <= answered_at THEN 'exotel_ivr'
        WHEN ring_at > coalesce(wa_at, ring_at) AND ring_at <= answered_at THEN 'exotel_ring'
        WHEN wa_at IS NOT NULL THEN 'whatsapp' ELSE 'exotel_ring' END AS answered_after
    FROM chase
)
SELECT city, tier, ladder, count(*) AS chased, count(wa_at) AS whatsapp, count(ring_at) AS ring, count(ivr_at) AS ivr,
    count(admin_at) AS admin, count(answered_at) AS answered,
    count(*) FILTER (WHERE answered_after = 'whatsapp') AS answered_after_whatsapp,
    count(*) FILTER (WHERE answered_after = 'exotel_ring') AS answered_after_ring,
    count(*) FILTER (WHERE answered_after = 'exotel_ivr') AS answered_after_ivr,
    count(*) FILTER (WHERE answered_after = 'admin') AS answered_after_admin,
    count(*) FILTER (WHERE door = 'whatsapp') AS by_whatsapp, count(*) FILTER (WHERE door = 'ivr') AS by_ivr,
    count(*) FILTER (WHERE door IS NOT NULL AND door NOT IN ('whatsapp', 'ivr')) AS by_others,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM answered_at - began_at))::float8 AS median_answer_s
FROM staged GROUP BY city, tier, ladder ORDER BY city, tier, ladder
"""

_CHANNELS: Final = f"""
SELECT l.channel, count(*) AS sent,
    count(*) FILTER (WHERE l.status IN ('delivered', 'read', 'answered', 'completed')) AS reached,
    count(*) FILTER (WHERE l.status IN ('read', 'answered', 'completed')) AS read,
    count(*) FILTER (WHERE l.status LIKE 'failed%' OR l.status IN ('busy', 'no_answer')) AS failed,
    count(*) FILTER (WHERE l.status LIKE 'withheld:%') AS withheld
FROM comms_log l JOIN orders o ON o.id = l.order_id
WHERE l.direction = 'outbound' AND l.created_at >= {_SINCE} AND {_SEEN.format(row="o")}
GROUP BY l.channel ORDER BY l.channel
"""


def _values(span: Span, **more: Any) -> dict[str, Any]:
    cities = None if span.cities is None else list(span.cities)
    return {"days": span.days, "cities": cities, "merchant_id": span.merchant_id, **more}


async def _rows(session: AsyncSession, query: str, values: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return [dict(row) for row in (await session.execute(text(query), dict(values))).mappings()]


async def vendors(session: AsyncSession, span: Span, *, limit: int, offset: int) -> Sequence[Mapping[str, Any]]:
    """Return how outlets answered and prepared, those that miss most first; each row carries the `total`."""
    return await _rows(session, _VENDORS, _values(span, limit=limit, offset=offset))


async def riders(
    session: AsyncSession, span: Span, *, on_time_s: float, limit: int, offset: int
) -> Sequence[Mapping[str, Any]]:
    """Return how riders answered and delivered, those with most offers first; each row carries the `total`."""
    return await _rows(session, _RIDERS, _values(span, on_time_s=on_time_s, limit=limit, offset=offset))


async def orders(session: AsyncSession, span: Span) -> Sequence[Mapping[str, Any]]:
    """Return breaches and escalations by city and vendor tier."""
    return await _rows(session, _ORDERS, _values(span))


async def funnel(
    session: AsyncSession, span: Span, *, cards: Mapping[str, str], answers: str
) -> Sequence[Mapping[str, Any]]:
    """Return how far ladders went until somebody answered, by city, vendor tier and ladder.

    Args:
        session: The transaction.
        span: Which orders.
        cards: The card that each ladder ends with.
        answers: A JSON object of the commands and actions that answer each ladder, divided by blanks.
    """
    values = _values(span, ladders=list(cards), cards=list(cards.values()), answers=answers)
    return await _rows(session, _FUNNEL, values)


async def channels(session: AsyncSession, span: Span) -> Sequence[Mapping[str, Any]]:
    """Return what became of what went out, by channel."""
    return await _rows(session, _CHANNELS, _values(span))
