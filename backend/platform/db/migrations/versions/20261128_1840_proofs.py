"""Photos and signatures that prove a delivery: begun, sent in parts, and sealed by the hash of what is kept."""

from alembic import op

revision = "0184"
down_revision = "0152"
branch_labels = None
depends_on = None

_UP = (
    """
    CREATE TABLE proofs (
        id varchar CONSTRAINT pk_proofs PRIMARY KEY,
        order_id varchar NOT NULL CONSTRAINT fk_proofs_order_id REFERENCES orders (id),
        rider_id varchar NOT NULL CONSTRAINT fk_proofs_rider_id REFERENCES riders (id),
        kind varchar NOT NULL CONSTRAINT ck_proofs_kind CHECK (kind IN ('photo', 'signature')),
        length integer NOT NULL CONSTRAINT ck_proofs_length CHECK (length > 0),
        received integer NOT NULL DEFAULT 0
            CONSTRAINT ck_proofs_received CHECK (received BETWEEN 0 AND length),
        expires_at timestamptz NOT NULL,
        sealed_at timestamptz,
        media_type varchar,
        sha256 varchar,
        content bytea,
        created_at timestamptz NOT NULL DEFAULT duka_now(),
        updated_at timestamptz NOT NULL DEFAULT duka_now(),
        CONSTRAINT ck_proofs_sealed CHECK (
            CASE WHEN sealed_at IS NULL THEN content IS NULL AND sha256 IS NULL
            ELSE received = length AND media_type IS NOT NULL AND sha256 IS NOT NULL AND content IS NOT NULL
                AND sha256 = encode(sha256(content), 'hex') END
        )
    )
    """,
    "CREATE INDEX ix_proofs_order_id ON proofs (order_id)",
    "CREATE INDEX ix_proofs_expires_at ON proofs (expires_at) WHERE sealed_at IS NULL",
    """
    CREATE TABLE proof_parts (
        proof_id varchar NOT NULL CONSTRAINT fk_proof_parts_proof_id REFERENCES proofs (id) ON DELETE CASCADE,
        "offset" integer NOT NULL,
        content bytea NOT NULL,
        CONSTRAINT pk_proof_parts PRIMARY KEY (proof_id, "offset")
    )
    """,
    """
    CREATE FUNCTION sealed_proofs_stay() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'a sealed proof is kept as it is' USING ERRCODE = 'integrity_constraint_violation';
    END $$
    """,
    """
    CREATE TRIGGER sealed_proofs_stay BEFORE UPDATE OR DELETE ON proofs
    FOR EACH ROW WHEN (OLD.sealed_at IS NOT NULL) EXECUTE FUNCTION sealed_proofs_stay()
    """,
)
_DOWN = ("DROP TABLE proof_parts", "DROP TABLE proofs", "DROP FUNCTION sealed_proofs_stay()")


def upgrade() -> None:
    """Add proofs."""
    op.execute("SET LOCAL lock_timeout = '4s'")
    for statement in _UP:
        op.execute(statement)


def downgrade() -> None:
    """Drop them."""
    op.execute("SET LOCAL lock_timeout = '4s'")
    for statement in _DOWN:
        op.execute(statement)
