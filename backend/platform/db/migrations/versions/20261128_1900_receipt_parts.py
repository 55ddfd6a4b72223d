"""Receipts that parts have taken the place of, and what people decided about receipts, which is only added to."""

from alembic import op

revision = "0404"
down_revision = "0403"
branch_labels = None
depends_on = None

_STATES = "'suggested', 'orphan', 'matched', 'refund_due', 'refunded', 'reversed'"
_UP = (
    f"""
    ALTER TABLE receipts
        ADD COLUMN part_of varchar CONSTRAINT fk_receipts_part_of REFERENCES receipts (id),
        DROP CONSTRAINT ck_receipts_state,
        ADD CONSTRAINT ck_receipts_state CHECK (state IN ({_STATES}, 'replaced'))
    """,
    "CREATE INDEX ix_ledger_entries_suspense ON ledger_entries (receipt_id) WHERE account = 'suspense'",
    "CREATE INDEX ix_receipts_part_of ON receipts (part_of) WHERE part_of IS NOT NULL",
    """
    CREATE TABLE receipt_decisions (
        id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_receipt_decisions PRIMARY KEY,
        receipt_id varchar NOT NULL CONSTRAINT fk_receipt_decisions_receipt_id REFERENCES receipts (id),
        order_id varchar CONSTRAINT fk_receipt_decisions_order_id REFERENCES orders (id),
        kind varchar NOT NULL
            CONSTRAINT ck_receipt_decisions_kind CHECK (kind IN ('given', 'split', 'undone', 'given_back')),
        amount_minor bigint NOT NULL CONSTRAINT ck_receipt_decisions_amount CHECK (amount_minor > 0),
        currency varchar(3) NOT NULL,
        actor varchar NOT NULL,
        reason varchar NOT NULL DEFAULT '',
        created_at timestamptz NOT NULL DEFAULT duka_now()
    )
    """,
    "CREATE INDEX ix_receipt_decisions_receipt_id ON receipt_decisions (receipt_id)",
    "CREATE INDEX ix_receipt_decisions_order_id ON receipt_decisions (order_id)",
    """
    CREATE FUNCTION decisions_are_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'decisions are only ever added to' USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE TRIGGER receipt_decisions_append_only BEFORE UPDATE OR DELETE ON receipt_decisions
        FOR EACH ROW EXECUTE FUNCTION decisions_are_append_only()
    """,
)
_DOWN = (
    "DROP TABLE receipt_decisions",
    "DROP FUNCTION decisions_are_append_only()",
    "DROP INDEX ix_receipts_part_of",
    "DROP INDEX ix_ledger_entries_suspense",
    f"""
    ALTER TABLE receipts
        DROP COLUMN part_of,
        DROP CONSTRAINT ck_receipts_state,
        ADD CONSTRAINT ck_receipts_state CHECK (state IN ({_STATES}))
    """,
)


def upgrade() -> None:
    """Add parts and decisions."""
    for statement in _UP:
        op.execute(statement)


def downgrade() -> None:
    """Take them away; receipts that were taken apart must be gone by then."""
    for statement in _DOWN:
        op.execute(statement)
