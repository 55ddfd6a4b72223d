"""Books that can only be added to: triggers that refuse, a bound on refunds, and settlements with their fees."""

from alembic import op

revision = "0152"
down_revision = "0151"
branch_labels = None
depends_on = None

_TIMES = "created_at timestamptz NOT NULL DEFAULT duka_now(), updated_at timestamptz NOT NULL DEFAULT duka_now()"
_UP = (
    # A rule that does nothing hides the attempt; a refusal shows it.
    "DROP RULE ledger_entries_no_update ON ledger_entries",
    "DROP RULE ledger_entries_no_delete ON ledger_entries",
    """
    CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the ledger is only ever added to' USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE ON ledger_entries
        FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only()
    """,
    """
    CREATE TRIGGER ledger_no_truncate BEFORE TRUNCATE ON ledger_entries
        FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only()
    """,
    "ALTER TABLE ledger_entries ADD COLUMN settlement_id varchar",
    "CREATE INDEX ix_ledger_entries_merchant_id ON ledger_entries (merchant_id, currency, created_at)",
    "ALTER TABLE refunds ADD COLUMN requested_by varchar, ADD COLUMN paid_code varchar, ADD COLUMN paid_at timestamptz",
    "CREATE INDEX ix_refunds_order_id ON refunds (order_id)",
    """
    CREATE FUNCTION refunds_within_receipt() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM FROM receipts WHERE id = NEW.receipt_id FOR NO KEY UPDATE;
        IF (SELECT sum(amount_minor) FROM refunds WHERE receipt_id = NEW.receipt_id AND state <> 'rejected')
            > (SELECT amount_minor FROM receipts WHERE id = NEW.receipt_id) THEN
            RAISE EXCEPTION 'refunds of receipt % exceed it', NEW.receipt_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'refunds_within_receipt';
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER refunds_within_receipt AFTER INSERT OR UPDATE ON refunds
        FOR EACH ROW EXECUTE FUNCTION refunds_within_receipt()
    """,
    f"""
    CREATE TABLE merchant_fees (
        merchant_id varchar CONSTRAINT pk_merchant_fees PRIMARY KEY,
        basis_points integer NOT NULL CONSTRAINT ck_merchant_fees_basis_points CHECK (basis_points BETWEEN 0 AND 10000),
        fixed_minor bigint NOT NULL DEFAULT 0 CONSTRAINT ck_merchant_fees_fixed CHECK (fixed_minor >= 0),
        set_by varchar NOT NULL,
        {_TIMES}
    )
    """,
    f"""
    CREATE TABLE settlements (
        id varchar CONSTRAINT pk_settlements PRIMARY KEY,
        merchant_id varchar NOT NULL,
        currency varchar(3) NOT NULL,
        until timestamptz NOT NULL,
        orders integer NOT NULL,
        gross_minor bigint NOT NULL CONSTRAINT ck_settlements_gross CHECK (gross_minor > 0),
        fee_minor bigint NOT NULL CONSTRAINT ck_settlements_fee CHECK (fee_minor BETWEEN 0 AND gross_minor),
        state varchar NOT NULL DEFAULT 'due' CONSTRAINT ck_settlements_state CHECK (state IN ('due', 'paid')),
        made_by varchar NOT NULL,
        paid_code varchar CONSTRAINT uq_settlements_paid_code UNIQUE,
        {_TIMES},
        CONSTRAINT uq_settlements_merchant_id_currency_until UNIQUE (merchant_id, currency, until)
    )
    """,
)
_DOWN = (
    "DROP TABLE settlements, merchant_fees",
    "DROP TRIGGER refunds_within_receipt ON refunds",
    "DROP FUNCTION refunds_within_receipt()",
    "DROP INDEX ix_refunds_order_id",
    "ALTER TABLE refunds DROP COLUMN paid_at, DROP COLUMN paid_code, DROP COLUMN requested_by",
    "DROP INDEX ix_ledger_entries_merchant_id",
    "ALTER TABLE ledger_entries DROP COLUMN settlement_id",
    "DROP TRIGGER ledger_no_truncate ON ledger_entries",
    "DROP TRIGGER ledger_append_only ON ledger_entries",
    "DROP FUNCTION ledger_is_append_only()",
    "CREATE RULE ledger_entries_no_update AS ON UPDATE TO ledger_entries DO INSTEAD NOTHING",
    "CREATE RULE ledger_entries_no_delete AS ON DELETE TO ledger_entries DO INSTEAD NOTHING",
)


def upgrade() -> None:
    """Close the ledger to changes, bound refunds, add settlements."""
    for statement in _UP:
        op.execute(statement)


def downgrade() -> None:
    """Take it back."""
    for statement in _DOWN:
        op.execute(statement)
