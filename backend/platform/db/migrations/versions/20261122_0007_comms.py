"""Tables of comms: ladders, the log, calls and exception cards."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_TIMES = "created_at timestamptz NOT NULL DEFAULT duka_now(), updated_at timestamptz NOT NULL DEFAULT duka_now()"

_TABLES = (
    """
    CREATE TABLE escalation_policy (
        id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_escalation_policy PRIMARY KEY,
        kind varchar NOT NULL,
        city varchar,
        tier varchar,
        version integer NOT NULL,
        steps jsonb NOT NULL,
        active boolean NOT NULL DEFAULT true,
        created_by varchar NOT NULL,
        created_at timestamptz NOT NULL DEFAULT duka_now()
    )
    """,
    (
        "CREATE UNIQUE INDEX uq_escalation_policy_active ON escalation_policy (kind, city, tier)"
        " NULLS NOT DISTINCT WHERE active"
    ),
    """
    CREATE TABLE comms_log (
        id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_comms_log PRIMARY KEY,
        order_id varchar,
        actor varchar NOT NULL,
        channel varchar NOT NULL,
        direction varchar NOT NULL CONSTRAINT ck_comms_log_direction CHECK (direction IN ('outbound', 'inbound')),
        template varchar NOT NULL DEFAULT '',
        payload jsonb NOT NULL DEFAULT '{}'::jsonb,
        status varchar NOT NULL,
        ladder varchar NOT NULL DEFAULT '',
        step integer,
        correlation_id varchar,
        idem varchar,
        created_at timestamptz NOT NULL DEFAULT duka_now()
    )
    """,
    "CREATE INDEX ix_comms_log_order_id ON comms_log (order_id)",
    "CREATE UNIQUE INDEX uq_comms_log_idem ON comms_log (idem) WHERE idem IS NOT NULL",
    "CREATE INDEX ix_comms_log_correlation_id ON comms_log (correlation_id)",
    f"""
    CREATE TABLE voice_calls (
        id varchar CONSTRAINT pk_voice_calls PRIMARY KEY,
        order_id varchar NOT NULL,
        callee varchar NOT NULL,
        phone bytea NOT NULL,
        other_phone bytea,
        language varchar NOT NULL,
        purpose varchar NOT NULL,
        rung varchar NOT NULL,
        menu varchar NOT NULL,
        ladder varchar NOT NULL DEFAULT '',
        params jsonb NOT NULL DEFAULT '{{}}'::jsonb,
        context_version integer NOT NULL DEFAULT 0,
        state varchar NOT NULL DEFAULT 'queued' CONSTRAINT ck_voice_calls_state CHECK (state IN ('queued', 'dialled',
            'answered', 'completed', 'busy', 'no_answer', 'failed', 'cancelled', 'unknown')),
        call_sid varchar CONSTRAINT uq_voice_calls_call_sid UNIQUE,
        digits varchar NOT NULL DEFAULT '',
        outcome varchar NOT NULL DEFAULT '',
        {_TIMES}
    )
    """,
    "CREATE INDEX ix_voice_calls_order_id ON voice_calls (order_id)",
    "CREATE INDEX ix_voice_calls_callee ON voice_calls (callee, created_at)",
    f"""
    CREATE TABLE ops_exceptions (
        id varchar CONSTRAINT pk_ops_exceptions PRIMARY KEY,
        kind varchar NOT NULL,
        subject_id varchar NOT NULL,
        order_id varchar,
        city varchar,
        merchant_id varchar,
        state varchar NOT NULL DEFAULT 'open' CONSTRAINT ck_ops_exceptions_state
            CHECK (state IN ('open', 'owned', 'resolved')),
        owner varchar,
        money_minor bigint NOT NULL DEFAULT 0,
        currency varchar NOT NULL DEFAULT '',
        detail jsonb NOT NULL DEFAULT '{{}}'::jsonb,
        resolution varchar,
        resolved_at timestamptz,
        {_TIMES}
    )
    """,
    "CREATE UNIQUE INDEX uq_ops_exceptions_live ON ops_exceptions (kind, subject_id) WHERE state <> 'resolved'",
    "CREATE INDEX ix_ops_exceptions_city ON ops_exceptions (city, state)",
)


def upgrade() -> None:
    """Create the tables."""
    for statement in _TABLES:
        op.execute(statement)


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP TABLE ops_exceptions, voice_calls, comms_log, escalation_policy")
