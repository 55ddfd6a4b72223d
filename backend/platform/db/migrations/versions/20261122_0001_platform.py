"""Tables of the platform: the clock, events, timers, sends, the webhook inbox, idempotency, limits and flags."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_CLOCK = (
    """
    CREATE TABLE duka_clock (
        id boolean NOT NULL DEFAULT true CONSTRAINT pk_duka_clock PRIMARY KEY,
        offset_s interval NOT NULL,
        CONSTRAINT ck_duka_clock_one_row CHECK (id)
    )
    """,
    "INSERT INTO duka_clock (offset_s) VALUES (interval '0')",
    # STABLE, so that the planner may bound an index scan by it; a volatile clock would read every pending row.
    """
    CREATE FUNCTION duka_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT statement_timestamp() + coalesce((SELECT offset_s FROM duka_clock), interval '0') $$
    """,
)

_EVENTS = (
    """
    CREATE TABLE outbox (
        part smallint NOT NULL GENERATED ALWAYS AS ((hashtext(key) & 15)::smallint) STORED,
        xid bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
        pos bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
        event_id text NOT NULL,
        topic text NOT NULL,
        key text NOT NULL,
        payload jsonb NOT NULL,
        actor text NOT NULL,
        city text,
        trace_id text NOT NULL,
        occurred_at timestamptz NOT NULL DEFAULT duka_now(),
        CONSTRAINT pk_outbox PRIMARY KEY (part, xid, pos)
    )
    """,
    "CREATE INDEX ix_outbox_key ON outbox (key, xid, pos)",
    """
    CREATE TABLE consumer_cursor (
        consumer text NOT NULL,
        part smallint NOT NULL,
        xid bigint NOT NULL DEFAULT 0,
        pos bigint NOT NULL DEFAULT 0,
        paused boolean NOT NULL DEFAULT false,
        updated_at timestamptz NOT NULL DEFAULT duka_now(),
        CONSTRAINT pk_consumer_cursor PRIMARY KEY (consumer, part)
    ) WITH (fillfactor = 50)
    """,
    """
    CREATE TABLE parked_event (
        consumer text NOT NULL,
        part smallint NOT NULL,
        key text NOT NULL,
        xid bigint NOT NULL,
        pos bigint NOT NULL,
        attempts integer NOT NULL DEFAULT 0,
        next_at timestamptz,
        last_error text,
        created_at timestamptz NOT NULL DEFAULT duka_now(),
        CONSTRAINT pk_parked_event PRIMARY KEY (consumer, key, xid, pos)
    )
    """,
    "CREATE INDEX ix_parked_event_part ON parked_event (consumer, part, next_at)",
    """
    CREATE TABLE dead_letter (
        id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_dead_letter PRIMARY KEY,
        consumer text NOT NULL,
        event_id text NOT NULL,
        topic text NOT NULL,
        key text NOT NULL,
        xid bigint NOT NULL,
        pos bigint NOT NULL,
        payload jsonb NOT NULL,
        error text NOT NULL,
        attempts integer NOT NULL,
        created_at timestamptz NOT NULL DEFAULT duka_now(),
        resolved_at timestamptz,
        resolved_by text,
        resolution text,
        CONSTRAINT ck_dead_letter_resolution CHECK (resolution IN ('retried', 'skipped'))
    )
    """,
    "CREATE INDEX ix_dead_letter_open ON dead_letter (created_at) WHERE resolved_at IS NULL",
)

_TIMERS = (
    """
    CREATE TABLE sla_timer (
        id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_sla_timer PRIMARY KEY,
        order_id text,
        type text NOT NULL,
        due_at timestamptz NOT NULL,
        fired boolean NOT NULL DEFAULT false,
        meta jsonb NOT NULL DEFAULT '{}',
        state text NOT NULL DEFAULT 'pending',
        subject_kind text NOT NULL DEFAULT 'order',
        subject_id text NOT NULL,
        step integer NOT NULL DEFAULT 0,
        policy_id text,
        policy_version integer,
        attempts integer NOT NULL DEFAULT 0,
        last_error text,
        fired_at timestamptz,
        cancelled_by text,
        trace_id text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT duka_now(),
        CONSTRAINT ck_sla_timer_state CHECK (state IN ('pending', 'fired', 'cancelled', 'skipped', 'dead')),
        CONSTRAINT ck_sla_timer_fired CHECK (fired = (state = 'fired')),
        CONSTRAINT ck_sla_timer_order CHECK ((subject_kind = 'order') = (order_id IS NOT NULL))
    ) WITH (fillfactor = 80)
    """,
    "CREATE INDEX ix_sla_timer_due ON sla_timer (due_at) WHERE state = 'pending' AND order_id IS NOT NULL",
    "CREATE INDEX ix_sla_timer_due_other ON sla_timer (due_at) WHERE state = 'pending' AND order_id IS NULL",
    """
    CREATE UNIQUE INDEX uq_sla_timer_pending ON sla_timer (subject_kind, subject_id, type, step)
    WHERE state = 'pending'
    """,
    "CREATE INDEX ix_sla_timer_order_id ON sla_timer (order_id)",
)

_SENDS = (
    """
    CREATE TABLE outbound_send (
        id text NOT NULL CONSTRAINT pk_outbound_send PRIMARY KEY,
        seq bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
        idem text NOT NULL CONSTRAINT uq_outbound_send_idem UNIQUE,
        channel text NOT NULL,
        scope text NOT NULL DEFAULT '',
        lane text NOT NULL DEFAULT '',
        order_id text,
        payload jsonb NOT NULL,
        priority integer NOT NULL DEFAULT 5,
        state text NOT NULL DEFAULT 'queued',
        owner text,
        fence integer NOT NULL DEFAULT 0,
        lease_until timestamptz,
        attempts integer NOT NULL DEFAULT 0,
        checks integer NOT NULL DEFAULT 0,
        next_at timestamptz,
        possible_duplicate boolean NOT NULL DEFAULT false,
        provider_ref text,
        error_code text,
        error_detail text,
        trace_id text NOT NULL,
        sent_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT duka_now(),
        updated_at timestamptz NOT NULL DEFAULT duka_now(),
        CONSTRAINT ck_outbound_send_state
            CHECK (state IN ('queued', 'leased', 'sent', 'unknown', 'failed', 'dead', 'cancelled'))
    ) WITH (fillfactor = 80)
    """,
    "CREATE INDEX ix_outbound_send_queued ON outbound_send (channel, priority, next_at) WHERE state = 'queued'",
    """
    CREATE INDEX ix_outbound_send_lane ON outbound_send (lane, seq)
    WHERE lane <> '' AND state IN ('queued', 'leased')
    """,
    "CREATE INDEX ix_outbound_send_leased ON outbound_send (channel, lease_until) WHERE state = 'leased'",
    "CREATE INDEX ix_outbound_send_unknown ON outbound_send (channel, next_at) WHERE state = 'unknown'",
    "CREATE INDEX ix_outbound_send_order_id ON outbound_send (order_id)",
    "CREATE INDEX ix_outbound_send_provider_ref ON outbound_send (provider_ref)",
    """
    CREATE TABLE rate_bucket (
        name text NOT NULL CONSTRAINT pk_rate_bucket PRIMARY KEY,
        tokens double precision NOT NULL,
        refilled_at timestamptz NOT NULL
    ) WITH (fillfactor = 50)
    """,
)

_INBOX = (
    """
    CREATE TABLE provider_events (
        id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_provider_events PRIMARY KEY,
        provider text NOT NULL,
        external_id text NOT NULL,
        kind text NOT NULL,
        lane text NOT NULL DEFAULT '',
        body bytea NOT NULL,
        headers jsonb NOT NULL DEFAULT '{}',
        trace_id text NOT NULL,
        state text NOT NULL DEFAULT 'pending',
        attempts integer NOT NULL DEFAULT 0,
        received_at timestamptz NOT NULL DEFAULT duka_now(),
        next_at timestamptz NOT NULL DEFAULT duka_now(),
        done_at timestamptz,
        error text,
        CONSTRAINT uq_provider_events_external_id UNIQUE (provider, external_id),
        CONSTRAINT ck_provider_events_state CHECK (state IN ('pending', 'done', 'dead'))
    ) WITH (fillfactor = 80)
    """,
    "CREATE INDEX ix_provider_events_pending ON provider_events (next_at, id) WHERE state = 'pending'",
    """
    CREATE INDEX ix_provider_events_lane ON provider_events (provider, lane, id)
    WHERE lane <> '' AND state = 'pending'
    """,
)

_EDGES = (
    """
    CREATE TABLE idempotency_record (
        principal text NOT NULL,
        route text NOT NULL,
        key text NOT NULL,
        fingerprint bytea NOT NULL,
        status integer NOT NULL,
        headers jsonb NOT NULL,
        body bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT duka_now(),
        expires_at timestamptz NOT NULL,
        CONSTRAINT pk_idempotency_record PRIMARY KEY (principal, route, key)
    )
    """,
    "CREATE INDEX ix_idempotency_record_expires_at ON idempotency_record (expires_at)",
    """
    CREATE TABLE feature_flag (
        key text NOT NULL,
        city text NOT NULL DEFAULT '',
        tier text NOT NULL DEFAULT '',
        value jsonb NOT NULL,
        updated_by text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT duka_now(),
        updated_at timestamptz NOT NULL DEFAULT duka_now(),
        CONSTRAINT pk_feature_flag PRIMARY KEY (key, city, tier)
    )
    """,
)

_TABLES = (
    "feature_flag",
    "idempotency_record",
    "provider_events",
    "rate_bucket",
    "outbound_send",
    "sla_timer",
    "dead_letter",
    "parked_event",
    "consumer_cursor",
    "outbox",
)


def upgrade() -> None:
    """Create the tables."""
    for statement in (*_CLOCK, *_EVENTS, *_TIMERS, *_SENDS, *_INBOX, *_EDGES):
        op.execute(statement)


def downgrade() -> None:
    """Drop them."""
    for table in _TABLES:
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION duka_now()")
    op.execute("DROP TABLE duka_clock")
