"""Which of WhatsApp's business accounts each of our numbers belongs to: templates are an account's own."""

from alembic import op

revision = "0730"
down_revision = "0440"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute(
        """
        CREATE TABLE channel_numbers (
            number varchar NOT NULL,
            account varchar NOT NULL,
            created_at timestamptz NOT NULL DEFAULT duka_now(),
            updated_at timestamptz NOT NULL DEFAULT duka_now(),
            CONSTRAINT pk_channel_numbers PRIMARY KEY (number)
        )
        """
    )


def downgrade() -> None:
    """Drop it."""
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute("DROP TABLE channel_numbers")
