"""Reports as they were made, and the phones that they go to."""

from alembic import op

revision = "0301"
down_revision = "0103"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table and the column."""
    op.execute("""
        CREATE TABLE kept_reports (
            merchant_id varchar NOT NULL
                CONSTRAINT fk_kept_reports_merchant_id_merchants REFERENCES merchants (id),
            kind varchar NOT NULL CONSTRAINT ck_kept_reports_kind CHECK (kind IN ('day', 'week', 'month')),
            first date NOT NULL,
            body jsonb NOT NULL,
            sent_to integer NOT NULL DEFAULT 0,
            made_at timestamptz NOT NULL DEFAULT duka_now(),
            CONSTRAINT pk_kept_reports PRIMARY KEY (merchant_id, kind, first)
        )
    """)
    op.execute("ALTER TABLE staff_user ADD COLUMN phone bytea")


def downgrade() -> None:
    """Drop them."""
    op.execute("ALTER TABLE staff_user DROP COLUMN phone")
    op.execute("DROP TABLE kept_reports")
