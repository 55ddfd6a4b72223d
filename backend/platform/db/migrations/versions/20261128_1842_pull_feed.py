"""How far the transactions of each shortcode were read."""

from alembic import op

revision = "0402"
down_revision = "0401"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the cursors."""
    op.execute(
        """
        CREATE TABLE pull_cursors (
            shortcode varchar CONSTRAINT pk_pull_cursors PRIMARY KEY,
            registered_at timestamptz,
            read_until timestamptz,
            next_at timestamptz NOT NULL DEFAULT duka_now(),
            failures integer NOT NULL DEFAULT 0,
            last_error varchar NOT NULL DEFAULT '',
            created_at timestamptz NOT NULL DEFAULT duka_now(),
            updated_at timestamptz NOT NULL DEFAULT duka_now()
        )
        """
    )


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP TABLE pull_cursors")
