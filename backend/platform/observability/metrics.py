"""Prometheus metrics; the names are paper two's section 12.

Each process counts what it does, when it does it: a worker that is killed, or whose transaction is rolled back after
the count, leaves the figures approximate. What must be exact is asked of the log (`/api/v1/analytics`).
"""

from prometheus_client import Counter, Gauge, Histogram

VENDOR_ACCEPT_SLA_BREACHES = Counter(
    "vendor_accept_sla_breaches", "Orders that no vendor answered in time.", ["city", "tier"]
)
PROCESSING_REMINDER_CALLS = Counter("processing_reminder_calls", "Reminder calls placed.", ["city"])
IVR_ACTIONS = Counter("ivr_actions", "Digits that became an action.", ["action"])
WA_SEND = Counter("wa_send", "WhatsApp sends accepted.", ["template"])
WA_FAIL = Counter("wa_fail", "WhatsApp sends refused or failed.", ["template"])
RING_TO_ACTION = Histogram(
    "ring_to_action_latency_seconds", "Seconds from the ring to the answer.", buckets=(5, 15, 30, 60, 120, 300, 600)
)
OFFROUTE_ALERTS = Counter("offroute_alerts", "Riders found off their route.", ["city"])
LADDER_RUNGS = Counter("duka_ladder_rungs", "Steps of ladders that went out.", ["ladder", "rung", "city", "tier"])
LADDER_WITHHELD = Counter(
    "duka_ladder_withheld", "Steps of ladders that a rule held back.", ["ladder", "rung", "reason", "city"]
)
PARTNER_ACTIONS = Counter(
    "duka_partner_actions", "What vendors and riders did.", ["action", "channel", "outcome", "city"]
)
VENDOR_ANSWER_SECONDS = Histogram(
    "duka_vendor_answer_seconds",
    "Seconds from the order's confirmation to the vendor's answer.",
    ["city", "tier"],
    buckets=(15, 30, 60, 120, 180, 300, 600, 1800),
)
DELIVERIES = Counter("duka_deliveries", "Deliveries: on_time, late, or failed at the door.", ["city", "outcome"])
CALLS_ENDED = Counter("duka_calls_ended", "Calls by how they ended.", ["rung", "state"])
WEBHOOKS = Counter("duka_webhooks", "Webhook requests by outcome.", ["provider", "outcome"])
TURNS = Counter("duka_turns", "Conversation turns by outcome.", ["outcome"])
TURN_SECONDS = Histogram(
    "duka_turn_seconds",
    "Seconds from message stored to reply handed over.",
    buckets=(0.02, 0.04, 0.06, 0.1, 0.2, 0.5, 1, 2, 5, 10),
)
COMMANDS = Counter("duka_order_commands", "Order commands by outcome.", ["command", "outcome"])
TIMERS_FIRED = Counter("duka_timers_fired", "Timers fired.", ["kind"])
TIMER_LAG = Histogram(
    "duka_timer_lag_seconds", "Seconds past due at firing.", buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30)
)
SENDS = Counter("duka_sends", "Outbound sends by channel and outcome.", ["channel", "outcome"])
PROVIDER_DOWN = Gauge("duka_provider_down", "1 where a channel's breaker is open in this process.", ["channel"])
EVENTS_HANDLED = Counter("duka_events_handled", "Outbox events handled.", ["consumer", "outcome"])
PAYMENTS = Counter("duka_payments", "Payment events by provider and outcome.", ["provider", "outcome"])
RECEIPTS = Counter("duka_receipts", "New receipts by feed and by what became of them.", ["feed", "state"])
BACKLOG = Gauge("duka_backlog", "Rows waiting, by queue.", ["queue"])
