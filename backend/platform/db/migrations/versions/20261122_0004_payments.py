"""Tables of payments: intents, attempts, receipts, ledger and refunds."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TIMES = "created_at timestamptz NOT NULL DEFAULT duka_now(), updated_at timestamptz NOT NULL DEFAULT duka_now()"

_TABLES = (
    f"""
    CREATE TABLE payment_intents (
        id varchar CONSTRAINT pk_payment_intents PRIMARY KEY,
        order_id varchar NOT NULL CONSTRAINT fk_payment_intents_order_id REFERENCES orders (id),
        merchant_id varchar NOT NULL,
        method varchar NOT NULL CONSTRAINT ck_payment_intents_method CHECK (method IN ('mpesa', 'upi', 'cod')),
        amount_minor bigint NOT NULL CONSTRAINT ck_payment_intents_amount CHECK (amount_minor > 0),
        currency varchar(3) NOT NULL,
        payer_phone bytea,
        state varchar NOT NULL DEFAULT 'open' CONSTRAINT ck_payment_intents_state
            CHECK (state IN ('open', 'paid', 'failed', 'superseded')),
        {_TIMES}
    )
    """,
    "CREATE UNIQUE INDEX uq_payment_intents_open ON payment_intents (order_id) WHERE state = 'open'",
    f"""
    CREATE TABLE payment_attempts (
        id varchar CONSTRAINT pk_payment_attempts PRIMARY KEY,
        intent_id varchar NOT NULL CONSTRAINT fk_payment_attempts_intent_id REFERENCES payment_intents (id),
        order_id varchar NOT NULL CONSTRAINT fk_payment_attempts_order_id REFERENCES orders (id),
        provider varchar NOT NULL,
        at_the_door boolean NOT NULL DEFAULT false,
        amount_minor bigint NOT NULL,
        provider_ref varchar CONSTRAINT uq_payment_attempts_provider_ref UNIQUE,
        secondary_ref varchar,
        url varchar,
        state varchar NOT NULL DEFAULT 'created' CONSTRAINT ck_payment_attempts_state
            CHECK (state IN ('created', 'sent', 'unknown', 'paid', 'failed', 'review')),
        result_code varchar,
        result_reason varchar,
        expires_at timestamptz,
        {_TIMES}
    )
    """,
    (
        "CREATE UNIQUE INDEX uq_payment_attempts_live ON payment_attempts (order_id)"
        " WHERE state IN ('created', 'sent', 'unknown')"
    ),
    "CREATE INDEX ix_payment_attempts_order_id ON payment_attempts (order_id)",
    f"""
    CREATE TABLE receipts (
        id varchar CONSTRAINT pk_receipts PRIMARY KEY,
        provider varchar NOT NULL,
        code varchar NOT NULL,
        provisional boolean NOT NULL DEFAULT false,
        amount_minor bigint NOT NULL CONSTRAINT ck_receipts_amount CHECK (amount_minor > 0),
        currency varchar(3) NOT NULL,
        order_id varchar CONSTRAINT fk_receipts_order_id REFERENCES orders (id),
        attempt_id varchar,
        merchant_id varchar,
        reference varchar NOT NULL DEFAULT '',
        payer_hint varchar NOT NULL DEFAULT '',
        evidence varchar NOT NULL,
        state varchar NOT NULL CONSTRAINT ck_receipts_state
            CHECK (state IN ('matched', 'unmatched', 'refund_due', 'refunded')),
        {_TIMES},
        CONSTRAINT uq_receipts_provider_code UNIQUE (provider, code)
    )
    """,
    "CREATE INDEX ix_receipts_order_id ON receipts (order_id)",
    "CREATE INDEX ix_receipts_state ON receipts (state) WHERE state <> 'matched'",
    """
    CREATE TABLE ledger_entries (
        id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_ledger_entries PRIMARY KEY,
        posting_id varchar NOT NULL,
        account varchar NOT NULL,
        merchant_id varchar,
        order_id varchar,
        receipt_id varchar,
        debit_minor bigint NOT NULL DEFAULT 0 CONSTRAINT ck_ledger_entries_debit CHECK (debit_minor >= 0),
        credit_minor bigint NOT NULL DEFAULT 0 CONSTRAINT ck_ledger_entries_credit CHECK (credit_minor >= 0),
        currency varchar(3) NOT NULL,
        created_at timestamptz NOT NULL DEFAULT duka_now(),
        CONSTRAINT ck_ledger_entries_one_side CHECK ((debit_minor = 0) <> (credit_minor = 0))
    )
    """,
    "CREATE INDEX ix_ledger_entries_posting_id ON ledger_entries (posting_id)",
    "CREATE INDEX ix_ledger_entries_order_id ON ledger_entries (order_id)",
    """
    CREATE FUNCTION ledger_must_balance() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (SELECT sum(debit_minor - credit_minor) FROM ledger_entries WHERE posting_id = NEW.posting_id) <> 0 THEN
            RAISE EXCEPTION 'posting % does not balance', NEW.posting_id USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE CONSTRAINT TRIGGER ledger_balances AFTER INSERT ON ledger_entries
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_must_balance()
    """,
    "CREATE RULE ledger_entries_no_update AS ON UPDATE TO ledger_entries DO INSTEAD NOTHING",
    "CREATE RULE ledger_entries_no_delete AS ON DELETE TO ledger_entries DO INSTEAD NOTHING",
    f"""
    CREATE TABLE refunds (
        id varchar CONSTRAINT pk_refunds PRIMARY KEY,
        order_id varchar CONSTRAINT fk_refunds_order_id REFERENCES orders (id),
        receipt_id varchar NOT NULL CONSTRAINT fk_refunds_receipt_id REFERENCES receipts (id),
        merchant_id varchar,
        amount_minor bigint NOT NULL CONSTRAINT ck_refunds_amount CHECK (amount_minor > 0),
        currency varchar(3) NOT NULL,
        cause varchar NOT NULL,
        state varchar NOT NULL DEFAULT 'due' CONSTRAINT ck_refunds_state
            CHECK (state IN ('due', 'approved', 'paid_back', 'rejected')),
        decided_by varchar,
        note varchar,
        {_TIMES},
        CONSTRAINT uq_refunds_receipt_id_cause UNIQUE (receipt_id, cause)
    )
    """,
)


def upgrade() -> None:
    """Create the tables."""
    for statement in _TABLES:
        op.execute(statement)


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP TABLE refunds, ledger_entries, receipts, payment_attempts, payment_intents")
    op.execute("DROP FUNCTION ledger_must_balance()")
