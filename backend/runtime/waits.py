"""Whatever has not ended has somebody who sees to it: each state that is no end, as a row, with who that is.

A live timer, an owner who was named, or a card that is open. `ENDS` names the states that are an end; a test holds both
against the schema, so that a new state is one or the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_CLOSED: Final = "('delivered', 'cancelled', 'returned')"


@dataclass(frozen=True, slots=True)
class Wait:
    """Things that wait, and who sees to them; SQL in which `w` is the thing's row.

    Attributes:
        thing: What it is, in the operator's words.
        rows: A table, or a query in brackets.
        states: The states of the column `state` that are no end.
        watched: True of a row that somebody sees to.
        which: What else makes a row one of these.
        name: What a row is called.
        since: Since when it waits.
    """

    thing: str
    rows: str
    states: tuple[str, ...]
    watched: str
    which: str = "true"
    name: str = "w.id"
    since: str = "w.updated_at"

    @property
    def offenders(self) -> str:
        """Return a query for those that nobody sees to."""
        states = f"w.state IN ({', '.join(map(repr, self.states))})" if self.states else "true"
        return (
            f"SELECT {_quoted(self.thing + ' ')} || {self.name} FROM {self.rows} w WHERE {states} AND {self.which}"
            f" AND {self.since} < duka_now() - make_interval(secs => :bound_s) AND NOT ({self.watched})"
        )


def _quoted(words: str) -> str:
    return "'" + words.replace("'", "''") + "'"


def _timer(kind: str, subject: str, subject_kind: str = "order", which: str = "true") -> str:
    return (
        f"EXISTS (SELECT FROM sla_timer t WHERE t.state = 'pending' AND t.subject_kind = '{subject_kind}'"
        f" AND t.subject_id = {subject} AND t.type = '{kind}' AND {which})"
    )


def _card(subject: str) -> str:
    return f"EXISTS (SELECT FROM ops_exceptions x WHERE x.subject_id = {subject} AND x.state <> 'resolved')"


def _was_seen(subject: str) -> str:
    """True where a person has it before them, or has closed its card with what was done."""
    return f"EXISTS (SELECT FROM ops_exceptions x WHERE x.subject_id = {subject})"


def _card_of_order(order: str) -> str:
    return f"EXISTS (SELECT FROM ops_exceptions x WHERE x.order_id = {order} AND x.state <> 'resolved')"


def _send(which: str) -> str:
    return f"EXISTS (SELECT FROM outbound_send s WHERE s.state IN ('queued', 'leased', 'unknown') AND {which})"


def _order(which: str) -> str:
    return f"EXISTS (SELECT FROM orders o WHERE o.id = w.order_id AND {which})"


_POCKETS: Final = """(
    SELECT 'cash:' || rider_id || ':' || currency AS id, max(created_at) AS updated_at, sum(moved_minor) AS minor
    FROM cash_counts GROUP BY rider_id, currency
)"""

DECISIONS: Final = (
    Wait("receipt", "receipts", ("suggested", "orphan"), _card("w.id")),
    Wait("refund", "refunds", ("due", "approved"), _card("w.id")),
)
WAITS: Final = (
    Wait(
        "payment attempt",
        "payment_attempts",
        ("created", "sent", "unknown"),
        _timer("payment_pending", "w.order_id", which="t.meta ->> 'attempt_id' = w.id"),
    ),
    Wait(
        "payment attempt in review",
        "payment_attempts",
        ("review",),
        f"{_was_seen('w.id')} OR EXISTS (SELECT FROM receipts r WHERE r.attempt_id = w.id)",
    ),
    # Whoever sees to an order that runs sees to its money as well.
    Wait("payment intent", "payment_intents", ("open",), _order("o.state NOT IN ('cancelled', 'returned')")),
    Wait(
        "receipt to be given back",
        "receipts",
        ("refund_due",),
        "EXISTS (SELECT FROM refunds f WHERE f.receipt_id = w.id)",
    ),
    Wait("payout", "payouts", ("created", "sent", "unknown"), _timer("payout_pending", "w.id", "payout")),
    Wait("payout in review", "payouts", ("review",), _card("w.refund_id")),
    Wait("settlement", "settlements", ("due",), _card("w.id")),
    Wait(
        "rider's cash",
        _POCKETS,
        (),
        f"{_timer('cash_hand_in', 'w.id', 'pocket')} OR {_card('w.id')}",
        which="w.minor <> 0",
    ),
    Wait(
        "delivered order that is not paid",
        "orders",
        ("delivered",),
        "EXISTS (SELECT FROM ops_exceptions x WHERE x.order_id = w.id)",
        which="w.paid_minor < w.amount_minor",
    ),
    Wait(
        "held stock",
        "stock_reservations",
        ("held",),
        f"{_order("o.state IN ('pending', 'partial')")} AND"
        f" ({_timer('reservation_expiry', 'w.order_id')} OR {_card_of_order('w.order_id')})",
        name="w.order_id || ':' || w.sku",
        since="w.created_at",
    ),
    Wait(
        "planned price", "item_prices", ("planned",), _timer("price_change", "w.id", "item_price"), since="w.created_at"
    ),
    Wait(
        "offer to a rider",
        "assignments",
        ("offered",),
        f"{_timer('rider_ack', 'w.order_id')} OR {_card_of_order('w.order_id')}",
    ),
    # From here on it is the order that somebody sees to (I10).
    Wait("assignment", "assignments", ("accepted", "picked_up"), _order(f"o.state NOT IN {_CLOSED}")),
    Wait("call to be placed", "voice_calls", ("queued",), _send("s.payload ->> 'call_id' = w.id")),
    Wait(
        "conversation of people",
        "conversations",
        (),
        _timer("conversation_timeout", "w.id", "conversation"),
        which="w.owner_kind <> 'bot'",
        since="w.owner_since",
    ),
    Wait(
        "turn of the bot",
        "turns",
        ("running",),
        "EXISTS (SELECT FROM conversations c WHERE c.id = w.conversation_id"
        " AND (c.lease_until IS NOT NULL OR c.turn_due_at IS NOT NULL))",
    ),
    Wait("owned card", "ops_exceptions", ("owned",), "w.owner IS NOT NULL"),
    Wait(
        "webhook that was given up", "provider_events", ("dead",), _was_seen("'event:' || w.id"), since="w.received_at"
    ),
    Wait("timer that was given up", "sla_timer", ("dead",), _was_seen("'timer:' || w.id"), since="w.due_at"),
)

# The other states of those tables, and of tables whose waiting another rule or a loop of the worker sees to.
ENDS: Final[Mapping[str, frozenset[str]]] = {
    "payment_attempts": frozenset({"paid", "failed"}),
    "payment_intents": frozenset({"paid", "failed", "superseded"}),
    "receipts": frozenset({"matched", "refunded", "reversed", "replaced"}),
    "refunds": frozenset({"paid_back", "rejected"}),
    "payouts": frozenset({"paid", "failed"}),
    "settlements": frozenset({"paid"}),
    "stock_reservations": frozenset({"committed", "released"}),
    "item_prices": frozenset({"in_force", "withdrawn"}),
    "assignments": frozenset({"delivered", "rejected", "expired", "failed", "released"}),
    # A call that was placed is about its order, which somebody sees to (I10); what nobody can tell of it stays so.
    "voice_calls": frozenset(
        {"dialled", "answered", "completed", "busy", "no_answer", "failed", "cancelled", "unknown"}
    ),
    "turns": frozenset({"replied", "superseded", "failed"}),
    "ops_exceptions": frozenset({"open", "resolved"}),
    "provider_events": frozenset({"pending", "done"}),  # Pending ones: I8.
    "sla_timer": frozenset({"pending", "fired", "cancelled", "skipped"}),  # Pending and overdue ones: I16.
    "outbound_send": frozenset({"queued", "leased", "unknown", "sent", "failed", "dead", "cancelled"}),  # I16.
    "orders": frozenset(  # Those that are under way: I10.
        {"pending", "partial", "confirmed", "processing", "handover", "out_for_delivery", "cancelled", "returned"}
    ),
    "drafts": frozenset({"open", "placed", "cancelled", "abandoned"}),  # An open one is the customer's to go on with.
}

UNDECIDED: Final = " UNION ALL ".join(wait.offenders for wait in DECISIONS)
NOBODYS: Final = " UNION ALL ".join(wait.offenders for wait in WAITS)

# A send may wait longer than it was to: behind an earlier one of its lane, or while its provider is known to be down.
OVERDUE: Final = """
SELECT 'timer ' || id FROM sla_timer
WHERE state = 'pending' AND due_at < duka_now() - make_interval(secs => :bound_s)
UNION ALL SELECT 'send ' || s.id FROM outbound_send s
WHERE s.state IN ('queued', 'unknown') AND s.next_at < duka_now() - make_interval(secs => :bound_s)
    AND NOT EXISTS (SELECT FROM provider_outage p WHERE p.channel = s.channel)
    AND NOT (s.lane <> '' AND EXISTS (
        SELECT FROM outbound_send before WHERE before.lane = s.lane AND before.channel = s.channel
            AND before.seq < s.seq AND before.state IN ('queued', 'leased')
    ))
UNION ALL SELECT 'lease of send ' || id FROM outbound_send
WHERE state = 'leased' AND lease_until < statement_timestamp() - make_interval(secs => :bound_s)
UNION ALL SELECT 'turn of ' || id FROM conversations
WHERE owner_kind = 'bot' AND turn_due_at < duka_now() - make_interval(secs => :bound_s)
"""
