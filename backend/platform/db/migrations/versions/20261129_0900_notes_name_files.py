"""A remark on an order may name a file that a customer sent, by its message and its place there."""

from alembic import op

revision = "0900"
down_revision = "0800"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for the name; the file stays with its message, and goes with it."""
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute(
        """
        ALTER TABLE order_notes
            ADD COLUMN file_message_id varchar,
            ADD COLUMN file_place integer,
            ADD CONSTRAINT ck_order_notes_file CHECK ((file_message_id IS NULL) = (file_place IS NULL))
        """
    )


def downgrade() -> None:
    """Forget which files remarks name."""
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute("ALTER TABLE order_notes DROP COLUMN file_message_id, DROP COLUMN file_place")
