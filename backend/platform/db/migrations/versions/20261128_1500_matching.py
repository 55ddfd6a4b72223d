"""What the matcher knows of a receipt and why, its suggestions, and the ways to an order by amount and payer."""

from alembic import op

revision = "0151"
down_revision = "0302"
branch_labels = None
depends_on = None

_UP = (
    # Reviews and refunds are read by one consumer, so that a card never ends before it begins.
    "DELETE FROM consumer_cursor WHERE consumer = 'comms.refunds'",
    "ALTER TABLE ledger_entries ADD COLUMN cause varchar NOT NULL DEFAULT ''",
    "ALTER TABLE payment_intents ADD COLUMN payer_index bytea",
    "CREATE INDEX ix_payment_intents_order_id ON payment_intents (order_id)",
    "CREATE INDEX ix_payment_intents_payer_index ON payment_intents (payer_index) WHERE payer_index IS NOT NULL",
    """
    CREATE INDEX ix_orders_due ON orders (currency, (amount_minor - paid_minor), created_at)
        WHERE payment_status IN ('pending', 'partial', 'failed')
    """,
    """
    ALTER TABLE receipts
        ADD COLUMN payer bytea,
        ADD COLUMN paid_at timestamptz,
        ADD COLUMN points integer,
        ADD COLUMN reasons jsonb NOT NULL DEFAULT '[]',
        ADD COLUMN matched_by varchar,
        DROP CONSTRAINT ck_receipts_state
    """,
    """
    CREATE TABLE receipt_suggestions (
        receipt_id varchar NOT NULL CONSTRAINT fk_receipt_suggestions_receipt_id REFERENCES receipts (id),
        order_id varchar NOT NULL CONSTRAINT fk_receipt_suggestions_order_id REFERENCES orders (id),
        points integer NOT NULL,
        reasons jsonb NOT NULL,
        CONSTRAINT pk_receipt_suggestions PRIMARY KEY (receipt_id, order_id)
    )
    """,
    # Money under review is nobody's yet: the order that it was held for becomes its suggestion.
    """
    INSERT INTO receipt_suggestions (receipt_id, order_id, points, reasons)
    SELECT id, order_id, 40, '["named_by_provider", "amount_differs"]' FROM receipts
    WHERE state = 'unmatched' AND order_id IS NOT NULL
    """,
    """
    UPDATE receipts SET order_id = NULL, merchant_id = NULL,
        state = CASE WHEN order_id IS NULL THEN 'orphan' ELSE 'suggested' END
    WHERE state = 'unmatched'
    """,
    """
    ALTER TABLE receipts
        ADD CONSTRAINT ck_receipts_state
            CHECK (state IN ('suggested', 'orphan', 'matched', 'refund_due', 'refunded', 'reversed')),
        ADD CONSTRAINT ck_receipts_owner CHECK (
                CASE WHEN state IN ('suggested', 'orphan') THEN order_id IS NULL
                ELSE state <> 'matched' OR order_id IS NOT NULL END
            )
    """,
)
_DOWN = (
    "ALTER TABLE receipts DROP CONSTRAINT ck_receipts_owner, DROP CONSTRAINT ck_receipts_state",
    "UPDATE receipts SET state = 'unmatched' WHERE state IN ('suggested', 'orphan')",
    "UPDATE receipts SET state = 'refunded' WHERE state = 'reversed'",
    "DROP TABLE receipt_suggestions",
    """
    ALTER TABLE receipts
        DROP COLUMN matched_by, DROP COLUMN reasons, DROP COLUMN points, DROP COLUMN paid_at, DROP COLUMN payer,
        ADD CONSTRAINT ck_receipts_state CHECK (state IN ('matched', 'unmatched', 'refund_due', 'refunded'))
    """,
    "DROP INDEX ix_orders_due, ix_payment_intents_payer_index, ix_payment_intents_order_id",
    "ALTER TABLE payment_intents DROP COLUMN payer_index",
    "ALTER TABLE ledger_entries DROP COLUMN cause",
)


def upgrade() -> None:
    """Add what the matcher keeps."""
    for statement in _UP:
        op.execute(statement)


def downgrade() -> None:
    """Drop it; what waits for a person is unmatched again."""
    for statement in _DOWN:
        op.execute(statement)
