"""Tables of the console: staff accounts."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.execute("""
        CREATE TABLE staff_user (
            id varchar CONSTRAINT pk_staff_user PRIMARY KEY,
            login varchar NOT NULL CONSTRAINT uq_staff_user_login UNIQUE,
            name varchar NOT NULL,
            password_hash varchar NOT NULL,
            roles jsonb NOT NULL,
            cities jsonb NOT NULL,
            merchant_id varchar,
            language varchar NOT NULL DEFAULT 'en',
            active boolean NOT NULL DEFAULT true,
            created_at timestamptz NOT NULL DEFAULT duka_now(),
            updated_at timestamptz NOT NULL DEFAULT duka_now(),
            CONSTRAINT ck_staff_user_login_lower CHECK (login = lower(login))
        )
    """)


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP TABLE staff_user")
