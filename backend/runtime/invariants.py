"""What must always be true of the database, as rows: a name, a sentence, and a query for what breaks it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders.lifecycle import TRANSITIONS
from backend.platform.db.tables import all_tables
from backend.platform.db.types import EncryptedText
from backend.runtime.waits import NOBODYS, OVERDUE, UNDECIDED

_MOST: Final = 50  # Offenders shown of each; one is enough to look.


@dataclass(frozen=True, slots=True)
class Invariant:
    """One rule.

    Attributes:
        name: Its number in the list of the reliability notes.
        says: What holds, in a sentence.
        offenders: A query for one text column: what breaks the rule. `:bound_s` is how old a thing must be, in seconds,
            before its waiting counts; `:commands`, `:sources` and `:targets` are the allowed steps of an order.
    """

    name: str
    says: str
    offenders: str


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that does not hold, and the ids of what breaks it; `I12` names files and never what stands in them."""

    invariant: str
    says: str
    offenders: tuple[str, ...]


INVARIANTS: Final = (
    Invariant(
        "I1",
        "Debits and credits of every posting and of every currency are equal.",
        """SELECT posting_id FROM ledger_entries GROUP BY posting_id
        HAVING sum(debit_minor) <> sum(credit_minor) OR count(DISTINCT currency) > 1
        UNION ALL SELECT 'currency ' || currency FROM ledger_entries GROUP BY currency
        HAVING sum(debit_minor) <> sum(credit_minor)""",
    ),
    Invariant(
        "I13",
        "What a rider carries by the ledger is the sum of what was counted.",
        """SELECT rider || ' ' || currency FROM (
            SELECT rider_id AS rider, currency, moved_minor AS minor FROM cash_counts
            UNION ALL SELECT substr(account, 15), currency, credit_minor - debit_minor FROM ledger_entries
            WHERE account LIKE 'clearing.cash.%'
        ) told GROUP BY rider, currency HAVING sum(minor) <> 0""",
    ),
    Invariant(
        "I2",
        "Stock is never below zero, what is reserved is what is held, and on hand plus sold is what was loaded.",
        """SELECT i.merchant_id || ':' || i.sku FROM items i
        LEFT JOIN LATERAL (
            SELECT coalesce(sum(qty) FILTER (WHERE state = 'held'), 0) AS held,
                coalesce(sum(qty) FILTER (WHERE state = 'committed'), 0) AS sold
            FROM stock_reservations r WHERE r.merchant_id = i.merchant_id AND r.sku = i.sku
        ) promised ON true
        LEFT JOIN LATERAL (
            SELECT coalesce(sum(new_stock - old_stock), 0) AS loaded FROM stock_movements m
            WHERE m.merchant_id = i.merchant_id AND m.sku = i.sku
        ) moved ON true
        WHERE i.stock < 0 OR i.reserved < 0 OR i.reserved > i.stock OR i.reserved <> promised.held
            OR i.stock + promised.sold <> moved.loaded""",
    ),
    Invariant(
        "I3",
        "A customer's wish is one order.",
        """SELECT string_agg(id, ' ') FROM orders GROUP BY merchant_id, intent_key HAVING count(*) > 1""",
    ),
    Invariant(
        "I4",
        "A provider's receipt stands for one payment, and parts that took its place are just the whole of it.",
        """SELECT string_agg(id, ' ') FROM receipts GROUP BY provider, upper(code) HAVING count(*) > 1
        UNION ALL SELECT r.id FROM receipts r LEFT JOIN receipts part ON part.part_of = r.id GROUP BY r.id
        HAVING coalesce(sum(part.amount_minor), 0) <> CASE r.state WHEN 'replaced' THEN r.amount_minor ELSE 0 END""",
    ),
    Invariant(
        "I5",
        "What an order was paid is what its receipts brought it, and no more is given back than came in.",
        # While an order is open that is what the ledger put among its money, without what was too much; what went back
        # had come all the same. Of a closed one that money was owed back of, it is all that its payers sent.
        """SELECT o.id FROM orders o
        LEFT JOIN LATERAL (
            SELECT coalesce(sum(amount_minor), 0) AS all_minor, coalesce(sum((
                SELECT coalesce(sum(e.credit_minor) FILTER (WHERE e.cause = 'paid'), 0)
                    - coalesce(sum(e.debit_minor) FILTER (WHERE e.cause = 'paid_too_much'), 0)
                FROM ledger_entries e
                WHERE e.receipt_id = r.id AND e.order_id = o.id AND e.account = 'customer_funds'
            )), 0) AS counted_minor
            FROM receipts r WHERE r.order_id = o.id AND r.state <> 'replaced'
        ) came ON true
        WHERE o.refunded_minor > o.paid_minor OR o.paid_minor <> CASE WHEN EXISTS (
            SELECT FROM order_events e WHERE e.order_id = o.id AND e.command = 'RecordLatePayment'
        ) THEN came.all_minor ELSE came.counted_minor END
        UNION ALL SELECT r.id FROM receipts r WHERE r.state = 'matched' AND r.amount_minor <> (
            SELECT coalesce(sum(e.credit_minor), 0) FROM ledger_entries e
            WHERE e.receipt_id = r.id AND e.account = 'customer_funds' AND e.cause = 'paid'
        )
        UNION ALL SELECT r.id FROM receipts r JOIN refunds f ON f.receipt_id = r.id AND f.state <> 'rejected'
        GROUP BY r.id HAVING sum(f.amount_minor) > r.amount_minor""",
    ),
    Invariant(
        "I6",
        "An order has one live prompt, link or code at most.",
        """SELECT order_id FROM payment_attempts WHERE state IN ('created', 'sent', 'unknown')
        GROUP BY order_id HAVING count(*) > 1""",
    ),
    Invariant(
        "I7",
        "A step of a ladder reaches one person once for each time it came due.",
        # An overdue ladder goes on at its last due step, so a step is counted against the timers up to it.
        """SELECT c.order_id || ':' || c.ladder || ':' || c.step || ':' || c.channel FROM comms_log c
        WHERE c.direction = 'outbound' AND c.ladder <> '' AND c.order_id IS NOT NULL
            AND c.status NOT LIKE 'withheld:%' AND c.created_at > duka_now() - interval '14 days'
        GROUP BY c.order_id, c.ladder, c.step, c.channel, c.actor
        HAVING count(*) > (
            SELECT count(*) FROM sla_timer t WHERE t.order_id = c.order_id AND t.type = c.ladder
                AND t.state = 'fired' AND t.step <= c.step
        )""",
    ),
    Invariant(
        "I8",
        "A webhook is worked off, given up with a card, or young.",
        """SELECT provider || ':' || id FROM provider_events
        WHERE state = 'pending' AND greatest(next_at, received_at) < duka_now() - make_interval(secs => :bound_s)""",
    ),
    Invariant(
        "I9",
        "An order's history is a path through the table of steps, and ends where the order stands.",
        """SELECT e.order_id || ':' || e.command FROM order_events e
        WHERE NOT (e.command = 'PlaceOrder' AND e.from_state IS NULL AND e.to_state = 'pending') AND NOT EXISTS (
            SELECT FROM unnest(CAST(:commands AS text[]), CAST(:sources AS text[]), CAST(:targets AS text[]))
                AS allowed (command, source, target)
            WHERE allowed.command = e.command AND allowed.source = e.from_state AND allowed.target = e.to_state
        )
        UNION ALL SELECT order_id || ':' || command FROM (
            SELECT order_id, command, from_state, lag(to_state) OVER (PARTITION BY order_id ORDER BY id) AS before
            FROM order_events
        ) step WHERE from_state IS DISTINCT FROM before
        UNION ALL SELECT o.id FROM orders o WHERE o.state IS DISTINCT FROM (
            SELECT to_state FROM order_events e WHERE e.order_id = o.id ORDER BY e.id DESC LIMIT 1
        )""",
    ),
    Invariant(
        "I10",
        "An order under way has a timer, a card, a person in its conversation, or something on its way.",
        """SELECT o.id FROM orders o
        WHERE o.state NOT IN ('delivered', 'cancelled', 'returned')
            AND o.updated_at < duka_now() - make_interval(secs => :bound_s)
            AND NOT EXISTS (SELECT FROM sla_timer t WHERE t.order_id = o.id AND t.state = 'pending')
            AND NOT EXISTS (SELECT FROM ops_exceptions x WHERE x.order_id = o.id AND x.state <> 'resolved')
            AND NOT EXISTS (
                SELECT FROM outbound_send s WHERE s.order_id = o.id AND s.state IN ('queued', 'leased', 'unknown')
            )
            AND NOT EXISTS (SELECT FROM conversations c WHERE c.id = o.conversation_id AND c.owner_kind <> 'bot')
            AND NOT EXISTS (SELECT FROM parked_event p WHERE p.key = o.id)""",
    ),
    Invariant(
        "I17",
        "The accounts hold of each payment what its state and refunds say, once, and none of them less than nothing.",
        """WITH held AS (
            SELECT receipt_id, CASE WHEN account LIKE 'clearing.%' THEN 'clearing' ELSE account END AS account,
                sum(credit_minor - debit_minor) AS minor
            FROM ledger_entries WHERE receipt_id IS NOT NULL GROUP BY 1, 2
        ), wanted AS (
            SELECT r.id, CASE WHEN r.state IN ('suggested', 'orphan') THEN r.amount_minor ELSE 0 END AS suspense,
                coalesce(sum(f.amount_minor) FILTER (
                    WHERE f.state = 'approved' OR f.state = 'due' AND f.requested_by IS NULL
                ), 0) AS payable,
                coalesce(sum(f.amount_minor) FILTER (WHERE f.state = 'paid_back'), 0)
                    - CASE WHEN r.state IN ('reversed', 'replaced') THEN 0 ELSE r.amount_minor END AS clearing
            FROM receipts r LEFT JOIN refunds f ON f.receipt_id = r.id GROUP BY r.id
        ), said AS (
            SELECT w.id, one.account, one.minor FROM wanted w CROSS JOIN LATERAL (
                VALUES ('suspense', w.suspense), ('refunds_payable', w.payable), ('clearing', w.clearing)
            ) AS one (account, minor)
        )
        SELECT s.id || ' ' || s.account FROM said s LEFT JOIN held h ON h.receipt_id = s.id AND h.account = s.account
        WHERE coalesce(h.minor, 0) <> s.minor
        UNION ALL SELECT receipt_id || ' ' || account FROM held
        WHERE minor < 0 AND account IN ('customer_funds', 'refunds_declined')
            OR minor > 0 AND account = 'owed_by_payers'""",
    ),
    Invariant("I14", "Money that waits for a decision has a card.", UNDECIDED),
    Invariant("I15", "Whatever has not ended has a live timer, an owner or a card.", NOBODYS),
    Invariant("I16", "Timers, sends and turns that are due are worked off, or young.", OVERDUE),
    Invariant(
        "I11",
        "Every event was read by every consumer, or is young; none was given up.",
        """SELECT DISTINCT c.consumer || ':' || o.event_id FROM consumer_cursor c
        JOIN outbox o ON o.part = c.part AND (o.xid, o.pos) > (c.xid, c.pos)
        WHERE NOT c.paused AND o.occurred_at < duka_now() - make_interval(secs => :bound_s)
        UNION ALL SELECT consumer || ':' || event_id FROM dead_letter WHERE resolved_at IS NULL""",
    ),
)
ALL: Final = frozenset(rule.name for rule in INVARIANTS)
_IN_LOGS: Final = "No phone number and no secret stands in a log."


@cache
def _steps() -> Mapping[str, list[str]]:
    """Return the allowed steps of an order, as three columns."""
    rows = [(row.on.__name__, str(source), str(row.target or source)) for row in TRANSITIONS for source in row.sources]
    return {name: [row[place] for row in rows] for place, name in enumerate(("commands", "sources", "targets"))}


@cache
def _query(rules: frozenset[str]) -> tuple[TextClause, frozenset[str]]:
    """Return one statement that finds what breaks some rules, as pairs of rule and offender, and its parameters."""
    parts = (
        f"(SELECT '{rule.name}', offender::text FROM ({rule.offenders}) AS of_rule (offender) LIMIT {_MOST})"
        for rule in INVARIANTS
        if rule.name in rules
    )
    query = text(" UNION ALL ".join(parts))
    return query, frozenset(query.compile().params)


async def check(session: AsyncSession, *, bound_s: float = 300.0, rules: frozenset[str] = ALL) -> list[Breach]:
    """Return the rules that do not hold, with at most 50 offenders each.

    Args:
        session: A transaction; all rules are asked by one statement, of one snapshot.
        bound_s: How old work may be before its waiting is a breach.
        rules: The names of those to ask about.
    """
    (query, names), values = _query(rules), {"bound_s": bound_s, **_steps()}
    found: dict[str, list[str]] = {}
    for rule, offender in await session.execute(query, {name: values[name] for name in names}):
        found.setdefault(rule, []).append(offender)
    broken = (rule for rule in INVARIANTS if rule.name in found)
    return [Breach(rule.name, rule.says, tuple(sorted(found[rule.name]))) for rule in broken]


async def phones(session: AsyncSession) -> frozenset[str]:
    """Return the digits of every phone number that the database holds encrypted; never to be shown."""
    found: set[str] = set()
    for table in all_tables().sorted_tables:
        for column in table.columns:
            if isinstance(column.type, EncryptedText) and "phone" in column.name:
                rows = await session.execute(column.table.select().with_only_columns(column).distinct())
                found |= {str(row[0]).lstrip("+") for row in rows if row[0]}
    return frozenset(found)


def in_logs(folder: Path, forbidden: Sequence[str]) -> list[Breach]:
    """Return the log files of a folder in which any of some words stands, as a breach of I12."""
    dirty = tuple(file.name for file in sorted(folder.glob("*.log*")) if _names_any(file, forbidden))
    return [Breach("I12", _IN_LOGS, dirty)] if dirty else []


def _names_any(file: Path, forbidden: Sequence[str]) -> bool:
    content = file.read_text(errors="replace")
    return any(word in content for word in forbidden)
