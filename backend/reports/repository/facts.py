"""What happened to each order of a merchant in a period, as one row an order: by the ledger, the events and the cards.

State, debts and refunds are those at the period's end, so that a report made later says the same.
"""

from typing import Final

from backend.reports.figures import PROMISES

_IN: Final = "BETWEEN CAST(:first_at AS timestamptz) AND CAST(:until_at AS timestamptz) - interval '1 microsecond'"
_BEFORE_END: Final = "< CAST(:until_at AS timestamptz)"

# An order that has not changed since the period began stands as it stood then; it counts where it is owed for.
_TOUCHED: Final = f"""
touched AS (
    SELECT o.id FROM orders o WHERE o.merchant_id = :merchant_id AND o.created_at {_BEFORE_END}
        AND (o.updated_at >= CAST(:first_at AS timestamptz)
            OR o.paid_minor - o.refunded_minor < o.amount_minor AND o.state NOT IN ('cancelled', 'returned'))
    UNION SELECT o.id FROM ledger_entries l JOIN orders o ON o.id = l.order_id
    WHERE o.merchant_id = :merchant_id AND l.created_at {_IN}
    UNION SELECT l.order_id FROM ledger_entries l JOIN orders o ON o.id = l.order_id
    WHERE o.merchant_id = :merchant_id AND l.account IN ('refunds_payable', 'suspense') AND l.created_at {_BEFORE_END}
    GROUP BY l.order_id, l.account HAVING sum(l.credit_minor) <> sum(l.debit_minor)
    UNION SELECT o.id FROM ops_exceptions c JOIN orders o ON o.id = c.order_id
    WHERE o.merchant_id = :merchant_id AND c.created_at {_BEFORE_END}
        AND (c.resolved_at IS NULL OR c.resolved_at >= CAST(:first_at AS timestamptz))
)"""

# What a customer has paid stays paid once it is settled with the merchant.
_PAID: Final = "('customer_funds', 'merchant_payable', 'fees_earned')"
# The ledger alone says what was paid. What waits in suspense is nobody's yet; it is collected once it has its order.
_MONEY: Final = f"""
balances AS (
    SELECT l.order_id,
        sum(l.credit_minor - l.debit_minor) FILTER (WHERE l.account IN {_PAID}) AS paid_minor,
        sum(l.credit_minor - l.debit_minor) FILTER (WHERE l.account = 'refunds_payable') AS refund_owed_minor,
        sum(l.credit_minor - l.debit_minor) FILTER (WHERE l.account = 'suspense') AS held_minor
    FROM ledger_entries l JOIN touched t ON t.id = l.order_id WHERE l.created_at {_BEFORE_END} GROUP BY l.order_id
), moved AS (
    SELECT d.order_id, d.account AS debit, c.account AS credit, least(d.debit_minor, c.credit_minor) AS minor
    FROM ledger_entries d JOIN ledger_entries c ON c.posting_id = d.posting_id AND c.credit_minor > 0
    JOIN touched t ON t.id = d.order_id WHERE d.debit_minor > 0 AND d.created_at {_IN}
), came AS (
    SELECT order_id, split_part(debit, '.', 2) AS rail, minor FROM moved
    WHERE debit LIKE 'clearing.%' AND credit IN ('customer_funds', 'refunds_payable')
    UNION ALL SELECT order_id, split_part(credit, '.', 2), -minor FROM moved
    WHERE credit LIKE 'clearing.%' AND debit IN ('customer_funds', 'refunds_declined', 'owed_by_payers')
), collected AS (
    SELECT order_id, sum(minor) AS collected_minor, sum(minor) FILTER (WHERE rail = 'mpesa') AS mpesa_minor,
        sum(minor) FILTER (WHERE rail = 'upi') AS upi_minor, sum(minor) FILTER (WHERE rail = 'cash') AS cash_minor
    FROM came GROUP BY order_id
), refunds_moved AS (
    SELECT order_id, sum(minor) FILTER (WHERE credit = 'refunds_payable') AS refund_due_minor,
        sum(minor) FILTER (WHERE debit = 'refunds_payable' AND credit LIKE 'clearing.%') AS refund_paid_minor
    FROM moved GROUP BY order_id
)"""

_STEPS: Final = f"""
steps AS (
    SELECT e.order_id,
        (array_agg(e.to_state ORDER BY e.id DESC))[1] AS state,
        bool_or(e.from_state IS DISTINCT FROM e.to_state AND e.to_state = 'delivered' AND e.at {_IN}) AS delivered,
        bool_or(e.from_state = 'delivered' AND e.to_state = 'returned' AND e.at {_IN}) AS taken_back,
        bool_or(e.from_state <> 'cancelled' AND e.to_state = 'cancelled' AND e.at {_IN}) AS cancelled,
        bool_or((e.from_state = 'confirmed' AND e.to_state = 'processing' OR e.command = 'RejectOrder')
            AND e.at {_IN}) AS answered,
        bool_or(e.from_state = 'processing' AND e.to_state = 'handover' AND e.at {_IN}) AS readied,
        bool_or(e.from_state = 'handover' AND e.to_state = 'out_for_delivery' AND e.at {_IN}) AS picked,
        (array_agg(e.meta ->> 'rider_id' ORDER BY e.id DESC)
            FILTER (WHERE e.command IN ('AssignRider', 'UnassignRider')))[1] AS rider_id,
        min(CASE WHEN e.command = 'RejectOrder' THEN 'vendor_declined'
            WHEN e.meta ->> 'reason' IN ('unpaid', 'customer_request') THEN e.meta ->> 'reason' ELSE 'other' END)
            FILTER (WHERE e.from_state <> 'cancelled' AND e.to_state = 'cancelled') AS cancel_reason,
        bool_or(e.from_state = 'confirmed' AND e.to_state = 'cancelled') AS lost
    FROM order_events e JOIN touched t ON t.id = e.order_id WHERE e.at {_BEFORE_END} GROUP BY e.order_id
)"""

_LATE: Final = ",\n        ".join(
    f"bool_or(c.kind = '{row.card}') AS {row.key}_late_ever,"
    f" bool_or(c.kind = '{row.card}' AND c.created_at {_IN}) AS {row.key}_late"
    for row in PROMISES
)
_OPEN: Final = f"c.resolved_at IS NULL OR NOT c.resolved_at {_BEFORE_END}"
_CARDS: Final = f"""
cards AS (
    SELECT c.order_id, bool_or(c.created_at {_IN}) AS card_opened, bool_or(c.resolved_at {_IN}) AS card_closed,
        bool_or({_OPEN}) AS card_open,
        (array_agg(c.kind ORDER BY c.created_at, c.id) FILTER (WHERE {_OPEN}))[1] AS card_kind,
        {_LATE}
    FROM ops_exceptions c JOIN touched t ON t.id = c.order_id WHERE c.created_at {_BEFORE_END} GROUP BY c.order_id
)"""

_ASKED: Final = f"""
asked AS (
    SELECT DISTINCT ON (a.order_id) a.order_id, CASE WHEN a.state = 'failed' THEN coalesce(a.result_reason, 'failed')
        WHEN a.state IN ('unknown', 'review') THEN 'unknown' ELSE 'prompted' END AS outcome
    FROM payment_attempts a JOIN touched t ON t.id = a.order_id WHERE a.created_at {_BEFORE_END}
    ORDER BY a.order_id, a.created_at DESC, a.id
), causes AS (
    SELECT DISTINCT ON (r.order_id) r.order_id, r.cause FROM refunds r JOIN touched t ON t.id = r.order_id
    WHERE r.created_at {_IN} ORDER BY r.order_id, r.created_at, r.id
), failures AS (
    SELECT DISTINCT ON (a.order_id) a.order_id, coalesce(a.result_reason, 'failed') AS failed_reason,
        a.amount_minor AS failed_minor
    FROM payment_attempts a JOIN touched t ON t.id = a.order_id WHERE a.state = 'failed' AND a.created_at {_IN}
    ORDER BY a.order_id, a.created_at DESC, a.id
), shorts AS (
    SELECT c.order_id, sum(c.expected_minor - c.counted_minor) AS short_minor
    FROM cash_counts c JOIN touched t ON t.id = c.order_id
    WHERE c.kind = 'door' AND c.counted_minor < c.expected_minor AND c.created_at {_IN} GROUP BY c.order_id
)"""

_FLAGS: Final = (
    *("delivered", "taken_back", "cancelled", "answered", "readied", "picked"),
    *("card_opened", "card_closed", "card_open"),
    *(f"{row.key}_{late}" for row in PROMISES for late in ("late", "late_ever")),
)
_AMOUNTS: Final = (
    *("collected_minor", "mpesa_minor", "upi_minor", "cash_minor", "held_minor"),
    *("refund_due_minor", "refund_paid_minor", "refund_owed_minor", "failed_minor", "short_minor"),
)
_STATED: Final = ", ".join(f"coalesce({flag}, false) AS {flag}" for flag in _FLAGS)
_SUMMED: Final = ", ".join(f"coalesce({name}, 0)::bigint AS {name}" for name in _AMOUNTS)
# Payments without an order at the period's end: those that may be for an order of the merchant's, or came to be; and
# those that fit nobody, where no other merchant has the currency.
_WAITING: Final = f"""
waiting AS (
    SELECT r.code, r.amount_minor, coalesce(r.paid_at, r.created_at) AS came_at,
        CASE WHEN r.merchant_id IS NULL AND NOT likely.any THEN 'orphan' ELSE 'suggested' END AS reason
    FROM (
        SELECT receipt_id FROM ledger_entries WHERE account = 'suspense' AND created_at {_BEFORE_END}
        GROUP BY receipt_id HAVING sum(credit_minor) > sum(debit_minor)
    ) held JOIN receipts r ON r.id = held.receipt_id
    JOIN merchants m ON m.id = :merchant_id AND m.currency = r.currency
    CROSS JOIN LATERAL (
        SELECT count(*) > 0 AS any, count(*) FILTER (WHERE o.merchant_id = m.id) > 0 AS theirs
        FROM receipt_suggestions s JOIN orders o ON o.id = s.order_id WHERE s.receipt_id = r.id
    ) likely
    WHERE r.merchant_id = m.id OR likely.theirs OR r.merchant_id IS NULL AND NOT likely.any
        AND NOT EXISTS (SELECT FROM merchants x WHERE x.currency = m.currency AND x.id <> m.id)
)"""
_NO_ORDER: Final = ", ".join([*("false" for _ in _FLAGS), *("0" for _ in _AMOUNTS)])
_OWED: Final = (
    "CASE WHEN s.state IN ('cancelled', 'returned') THEN 0 ELSE o.amount_minor - coalesce(b.paid_minor, 0) END"
)
_WHY_UNPAID: Final = """
CASE WHEN s.state = 'delivered' THEN 'delivered' WHEN s.state NOT IN ('pending', 'partial') THEN 'at_the_door'
    WHEN coalesce(b.paid_minor, 0) > 0 THEN 'part_paid' ELSE coalesce(a.outcome, 'not_asked') END"""

# An outlet that did not answer is why, whatever the person wrote who called the order off.
_WHY_CANCELLED: Final = """
CASE WHEN s.cancel_reason = 'other' AND s.lost AND k.answer_late_ever THEN 'vendor_silent' ELSE s.cancel_reason END"""

FACTS: Final = f"""
WITH {_TOUCHED}, {_MONEY}, {_STEPS}, {_CARDS}, {_ASKED}, {_WAITING}, facts AS MATERIALIZED (
    SELECT o.id, o.vendor_id, s.rider_id, s.state, o.amount_minor, o.created_at, o.created_at {_IN} AS placed,
        {_OWED} AS owed_minor, {_WHY_UNPAID} AS unpaid_reason, {_WHY_CANCELLED} AS cancel_reason, k.card_kind,
        f.cause AS refund_cause, e.failed_reason,
        {_STATED}, {_SUMMED}, false AS waits, NULL::text AS waits_reason
    FROM touched t JOIN orders o ON o.id = t.id JOIN steps s ON s.order_id = o.id
    LEFT JOIN balances b ON b.order_id = o.id LEFT JOIN collected m ON m.order_id = o.id
    LEFT JOIN refunds_moved r ON r.order_id = o.id LEFT JOIN cards k ON k.order_id = o.id
    LEFT JOIN asked a ON a.order_id = o.id LEFT JOIN causes f ON f.order_id = o.id
    LEFT JOIN failures e ON e.order_id = o.id LEFT JOIN shorts d ON d.order_id = o.id
    UNION ALL SELECT code, NULL, NULL, reason, amount_minor, came_at, false, 0, NULL, NULL, NULL, NULL, NULL,
        {_NO_ORDER}, true, reason FROM waiting
)"""
