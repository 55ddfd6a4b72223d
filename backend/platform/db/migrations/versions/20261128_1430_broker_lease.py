"""A lease on a consumer's partition, for the one consumer that speaks to a provider."""

from alembic import op

revision = "0103"
down_revision = "0102"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.execute("ALTER TABLE consumer_cursor ADD COLUMN lease_until timestamptz")


def downgrade() -> None:
    """Drop it."""
    op.execute("ALTER TABLE consumer_cursor DROP COLUMN lease_until")
