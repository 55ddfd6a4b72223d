"""How often a rider left their way, and an index for the figures of ladders."""

from alembic import op

revision = "0101"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and the index."""
    op.execute("""
        ALTER TABLE assignments
            ADD COLUMN off_routes integer NOT NULL DEFAULT 0,
            ADD COLUMN off_route_since timestamptz
    """)
    op.execute("CREATE INDEX ix_comms_log_ladder ON comms_log (created_at) WHERE ladder <> ''")


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP INDEX ix_comms_log_ladder")
    op.execute("ALTER TABLE assignments DROP COLUMN off_routes, DROP COLUMN off_route_since")
