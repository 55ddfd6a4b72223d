"""Files of customers' messages are kept, so that who answers can see and hear them."""

from alembic import op

revision = "0440"
down_revision = "0408"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute(
        """
        CREATE TABLE message_files (
            message_id varchar NOT NULL,
            place integer NOT NULL,
            media_type varchar NOT NULL DEFAULT '',
            content bytea,
            created_at timestamptz NOT NULL DEFAULT duka_now(),
            CONSTRAINT pk_message_files PRIMARY KEY (message_id, place),
            CONSTRAINT fk_message_files_message_id_messages
                FOREIGN KEY (message_id) REFERENCES messages (id) ON DELETE CASCADE
        )
        """
    )


def downgrade() -> None:
    """Drop it."""
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute("DROP TABLE message_files")
