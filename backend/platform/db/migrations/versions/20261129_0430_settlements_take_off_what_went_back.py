"""A settlement takes off what went back of orders that were settled before."""

from alembic import op

revision = "0408"
down_revision = "0407"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the sum; settlements so far took nothing off."""
    op.execute("ALTER TABLE settlements ADD COLUMN deducted_minor bigint NOT NULL DEFAULT 0")
    op.execute(
        "ALTER TABLE settlements ADD CONSTRAINT ck_settlements_deducted"
        " CHECK (deducted_minor BETWEEN 0 AND gross_minor - fee_minor)"
    )


def downgrade() -> None:
    """Drop it."""
    op.execute("ALTER TABLE settlements DROP COLUMN deducted_minor")
