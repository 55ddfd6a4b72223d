"""Counts of the cash that riders carry, and the way to a rider's account in the ledger."""

from alembic import op

revision = "0401"
down_revision = "0184"
branch_labels = None
depends_on = None

_UP = (
    """
    CREATE TABLE cash_counts (
        id varchar CONSTRAINT pk_cash_counts PRIMARY KEY,
        rider_id varchar NOT NULL,
        kind varchar NOT NULL CONSTRAINT ck_cash_counts_kind CHECK (kind IN ('door', 'desk', 'written_off')),
        order_id varchar CONSTRAINT fk_cash_counts_order_id REFERENCES orders (id),
        currency varchar(3) NOT NULL,
        expected_minor bigint NOT NULL,
        counted_minor bigint NOT NULL,
        moved_minor bigint NOT NULL,
        counted_by varchar NOT NULL,
        note varchar NOT NULL DEFAULT '',
        created_at timestamptz NOT NULL DEFAULT duka_now(),
        CONSTRAINT ck_cash_counts_order CHECK ((kind = 'door') = (order_id IS NOT NULL))
    )
    """,
    "CREATE UNIQUE INDEX uq_cash_counts_door ON cash_counts (order_id, rider_id) WHERE order_id IS NOT NULL",
    "CREATE INDEX ix_cash_counts_rider_id ON cash_counts (rider_id, created_at)",
    "CREATE INDEX ix_ledger_entries_pocket ON ledger_entries (account) WHERE account LIKE 'clearing.cash.%'",
)
_DOWN = ("DROP INDEX ix_ledger_entries_pocket", "DROP TABLE cash_counts")


def upgrade() -> None:
    """Add what is kept of riders' cash; cash that was taken before stays in the common account."""
    for statement in _UP:
        op.execute(statement)


def downgrade() -> None:
    """Drop it."""
    for statement in _DOWN:
        op.execute(statement)
