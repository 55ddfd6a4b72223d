"""Sends are never looked for by the provider's reference, and lines of the log by one that they have alone."""

from alembic import op

revision = "0407"
down_revision = "0406"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop the one index, and leave lines without a reference out of the other."""
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_outbound_send_provider_ref")
        op.execute(
            "CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_comms_log_correlated"
            " ON comms_log (correlation_id) WHERE correlation_id IS NOT NULL"
        )
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_comms_log_correlation_id")


def downgrade() -> None:
    """Make them again as they were."""
    with op.get_context().autocommit_block():
        op.execute("CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_comms_log_correlation_id ON comms_log (correlation_id)")
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_comms_log_correlated")
        op.execute(
            "CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_outbound_send_provider_ref ON outbound_send (provider_ref)"
        )
