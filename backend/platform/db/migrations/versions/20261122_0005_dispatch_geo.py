"""Tables of dispatch: riders and assignments."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TIMES = "created_at timestamptz NOT NULL DEFAULT duka_now(), updated_at timestamptz NOT NULL DEFAULT duka_now()"

_TABLES = (
    f"""
    CREATE TABLE riders (
        id varchar CONSTRAINT pk_riders PRIMARY KEY,
        name varchar NOT NULL,
        phone bytea NOT NULL,
        phone_index bytea NOT NULL,
        language varchar NOT NULL,
        city varchar NOT NULL,
        merchant_id varchar,
        active boolean NOT NULL DEFAULT true,
        on_shift boolean NOT NULL DEFAULT false,
        capacity integer NOT NULL DEFAULT 3 CONSTRAINT ck_riders_capacity CHECK (capacity > 0),
        lat double precision,
        lng double precision,
        seen_at timestamptz,
        {_TIMES}
    )
    """,
    "CREATE INDEX ix_riders_phone_index ON riders (phone_index)",
    "CREATE INDEX ix_riders_city ON riders (city)",
    f"""
    CREATE TABLE assignments (
        id varchar CONSTRAINT pk_assignments PRIMARY KEY,
        order_id varchar NOT NULL CONSTRAINT fk_assignments_order_id REFERENCES orders (id),
        rider_id varchar NOT NULL CONSTRAINT fk_assignments_rider_id REFERENCES riders (id),
        round integer NOT NULL,
        state varchar NOT NULL CONSTRAINT ck_assignments_state CHECK (state IN ('offered', 'accepted', 'picked_up',
            'delivered', 'rejected', 'expired', 'failed', 'released')),
        otp_tries integer NOT NULL DEFAULT 0,
        proof jsonb NOT NULL DEFAULT '{{}}'::jsonb,
        reason varchar NOT NULL DEFAULT '',
        route varchar,
        picked_up_at timestamptz,
        delivered_at timestamptz,
        fee_minor bigint NOT NULL DEFAULT 0,
        currency varchar NOT NULL DEFAULT '',
        {_TIMES}
    )
    """,
    (
        "CREATE UNIQUE INDEX uq_assignments_live ON assignments (order_id)"
        " WHERE state IN ('offered', 'accepted', 'picked_up')"
    ),
    "CREATE INDEX ix_assignments_rider_id ON assignments (rider_id, state)",
    "CREATE INDEX ix_assignments_order_id ON assignments (order_id)",
)


def upgrade() -> None:
    """Create the tables."""
    for statement in _TABLES:
        op.execute(statement)


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP TABLE assignments, riders")
