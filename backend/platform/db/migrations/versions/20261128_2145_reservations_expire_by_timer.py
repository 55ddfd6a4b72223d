"""Reservations end by their order's timer; nothing looks for them by the time, and each one wrote an entry for it."""

from alembic import op

revision = "0406"
down_revision = "0405"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop the index."""
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_stock_reservations_expires_at")


def downgrade() -> None:
    """Make it again."""
    with op.get_context().autocommit_block():
        op.execute(
            "CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_stock_reservations_expires_at"
            " ON stock_reservations (expires_at) WHERE state = 'held'"
        )
