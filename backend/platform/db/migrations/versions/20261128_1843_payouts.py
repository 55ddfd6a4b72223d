"""Payouts of refunds by API: one of a refund that has not failed, at most."""

from alembic import op

revision = "0403"
down_revision = "0402"
branch_labels = None
depends_on = None

_UP = (
    """
    CREATE TABLE payouts (
        id varchar CONSTRAINT pk_payouts PRIMARY KEY,
        refund_id varchar NOT NULL CONSTRAINT fk_payouts_refund_id REFERENCES refunds (id),
        way varchar NOT NULL CONSTRAINT ck_payouts_way CHECK (way IN ('b2c', 'reversal')),
        amount_minor bigint NOT NULL CONSTRAINT ck_payouts_amount CHECK (amount_minor > 0),
        currency varchar(3) NOT NULL,
        payee bytea,
        receipt_code varchar NOT NULL,
        state varchar NOT NULL DEFAULT 'created'
            CONSTRAINT ck_payouts_state CHECK (state IN ('created', 'sent', 'unknown', 'paid', 'failed', 'review')),
        tries integer NOT NULL DEFAULT 0,
        started_by varchar NOT NULL,
        provider_ref varchar,
        result_code varchar,
        result_reason varchar,
        paid_code varchar,
        created_at timestamptz NOT NULL DEFAULT duka_now(),
        updated_at timestamptz NOT NULL DEFAULT duka_now()
    )
    """,
    "CREATE UNIQUE INDEX uq_payouts_standing ON payouts (refund_id) WHERE state <> 'failed'",
    "CREATE INDEX ix_payouts_refund_id ON payouts (refund_id)",
)


def upgrade() -> None:
    """Add them."""
    for statement in _UP:
        op.execute(statement)


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP TABLE payouts")
