"""Providers' charges and what they pay to the bank are booked, each once."""

from alembic import op

revision = "0740"
down_revision = "0730"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute(
        """
        CREATE TABLE outflows (
            provider varchar NOT NULL,
            code varchar NOT NULL,
            kind varchar NOT NULL,
            amount_minor bigint NOT NULL,
            currency varchar(3) NOT NULL,
            told_by varchar NOT NULL,
            moved_at timestamptz,
            created_at timestamptz NOT NULL DEFAULT duka_now(),
            CONSTRAINT pk_outflows PRIMARY KEY (provider, code, kind),
            CONSTRAINT ck_outflows_kind CHECK (kind IN ('charge', 'to_bank')),
            CONSTRAINT ck_outflows_amount CHECK (amount_minor > 0)
        )
        """
    )


def downgrade() -> None:
    """Drop it."""
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute("DROP TABLE outflows")
