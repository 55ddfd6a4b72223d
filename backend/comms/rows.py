"""What comms writes by the set: lines of the log, calls and cards, many with one statement."""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.comms.ports import LogLine, NewCall, NewCard
from backend.platform.db.driver import run_sql, to_json
from backend.platform.db.types import sealed

_ADD_LOGS: Final = """
INSERT INTO comms_log (order_id, actor, channel, direction, template, payload, status, ladder, step, idem, created_at)
SELECT order_id, actor, channel, direction, template, payload::jsonb, status, ladder, step, idem, (SELECT duka_now())
FROM unnest(%(order_ids)s::text[], %(actors)s::text[], %(channels)s::text[], %(directions)s::text[],
    %(templates)s::text[], %(payloads)s::text[], %(statuses)s::text[], %(ladders)s::text[], %(steps)s::int[],
    %(idems)s::text[])
    WITH ORDINALITY
    AS given (order_id, actor, channel, direction, template, payload, status, ladder, step, idem, place)
ORDER BY place
ON CONFLICT (idem) WHERE idem IS NOT NULL DO NOTHING
"""

_ADD_CALLS: Final = """
INSERT INTO voice_calls (id, order_id, callee, phone, other_phone, language, purpose, rung, menu, ladder, params,
    context_version, created_at, updated_at)
SELECT id, order_id, callee, phone, other_phone, language, purpose, rung, menu, ladder, params::jsonb, context_version,
    (SELECT duka_now()), (SELECT duka_now())
FROM unnest(%(ids)s::text[], %(order_ids)s::text[], %(callees)s::text[], %(phones)s::bytea[], %(other_phones)s::bytea[],
    %(languages)s::text[], %(purposes)s::text[], %(rungs)s::text[], %(menus)s::text[], %(ladders)s::text[],
    %(params)s::text[], %(versions)s::int[])
    AS given (id, order_id, callee, phone, other_phone, language, purpose, rung, menu, ladder, params, context_version)
"""

_OPEN_CARDS: Final = """
INSERT INTO ops_exceptions (id, kind, subject_id, order_id, city, merchant_id, state, owner, money_minor, currency,
    detail, created_at, updated_at)
SELECT id, kind, subject_id, order_id, city, merchant_id, CASE WHEN owner IS NULL THEN 'open' ELSE 'owned' END, owner,
    money_minor, currency, detail::jsonb, (SELECT duka_now()), (SELECT duka_now())
FROM unnest(%(ids)s::text[], %(kinds)s::text[], %(subject_ids)s::text[], %(order_ids)s::text[], %(cities)s::text[],
    %(merchant_ids)s::text[], %(owners)s::text[], %(minors)s::bigint[], %(currencies)s::text[], %(details)s::text[])
    AS given (id, kind, subject_id, order_id, city, merchant_id, owner, money_minor, currency, detail)
ON CONFLICT (kind, subject_id) WHERE state <> 'resolved' DO NOTHING
RETURNING id
"""

_FREE_CARDS: Final = """
UPDATE ops_exceptions SET state = 'open', owner = NULL, updated_at = (SELECT duka_now())
WHERE order_id = ANY(%(order_ids)s::text[]) AND kind = %(kind)s AND state <> 'resolved'
"""

_CANCEL_CALLS: Final = """
UPDATE voice_calls SET state = 'cancelled', outcome = %(outcome)s, updated_at = (SELECT duka_now())
WHERE id = ANY(%(ids)s::text[]) AND state = 'queued'
"""

_SET_LOG_STATUSES: Final = """
UPDATE comms_log SET status = %(status)s
WHERE idem = ANY(%(idems)s::text[]) AND status IN ('queued', 'unknown', 'sent', 'failed')
"""


async def add_logs(session: AsyncSession, lines: Sequence[LogLine]) -> None:
    """Add lines to the log, in their order; one with a known `idem` changes nothing."""
    parameters = {
        "order_ids": [line.order_id for line in lines],
        "actors": [line.actor for line in lines],
        "channels": [line.channel for line in lines],
        "directions": [line.direction for line in lines],
        "templates": [line.template for line in lines],
        "payloads": [to_json(line.payload) for line in lines],
        "statuses": [line.status for line in lines],
        "ladders": [line.ladder for line in lines],
        "steps": [line.step for line in lines],
        "idems": [line.idem for line in lines],
    }
    await run_sql(session, _ADD_LOGS, parameters)


async def add_calls(session: AsyncSession, calls: Sequence[NewCall]) -> None:
    """Keep calls that are to be dialled."""
    parameters = {
        "ids": [call.id for call in calls],
        "order_ids": [call.order_id for call in calls],
        "callees": [call.callee for call in calls],
        "phones": [sealed(call.phone) for call in calls],
        "other_phones": [sealed(call.other_phone) for call in calls],
        "languages": [call.language for call in calls],
        "purposes": [call.purpose for call in calls],
        "rungs": [call.rung for call in calls],
        "menus": [call.menu for call in calls],
        "ladders": [call.ladder for call in calls],
        "params": [to_json(call.params) for call in calls],
        "versions": [call.context_version for call in calls],
    }
    await run_sql(session, _ADD_CALLS, parameters)


async def open_cards(session: AsyncSession, cards: Mapping[str, NewCard]) -> frozenset[str]:
    """Open cards under these ids, but where one is live for the kind and subject; return the ids of the new ones."""
    parameters = {
        "ids": list(cards),
        "kinds": [card.kind for card in cards.values()],
        "subject_ids": [card.subject_id for card in cards.values()],
        "order_ids": [card.order_id for card in cards.values()],
        "cities": [card.city for card in cards.values()],
        "merchant_ids": [card.merchant_id for card in cards.values()],
        "owners": [card.owner for card in cards.values()],
        "minors": [card.money_minor for card in cards.values()],
        "currencies": [card.currency for card in cards.values()],
        "details": [to_json(card.detail) for card in cards.values()],
    }
    return frozenset(row.id for row in await run_sql(session, _OPEN_CARDS, parameters))


async def free_cards(session: AsyncSession, kind: str, order_ids: Sequence[str]) -> None:
    """Take the live cards of a kind of these orders from their owners."""
    await run_sql(session, _FREE_CARDS, {"kind": kind, "order_ids": list(order_ids)})


async def cancel_calls(session: AsyncSession, call_ids: Sequence[str], outcome: str) -> None:
    """Cancel those of these calls that have not been dialled."""
    await run_sql(session, _CANCEL_CALLS, {"ids": list(call_ids), "outcome": outcome})


async def set_log_statuses(session: AsyncSession, idems: Sequence[str], status: str) -> None:
    """Record the same of several sends; a receipt that was quicker stays."""
    await run_sql(session, _SET_LOG_STATUSES, {"idems": list(idems), "status": status})
