"""Quiet hours and limits of a ladder's version, and which providers are down."""

from alembic import op

revision = "0102"
down_revision = "0101"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and the table."""
    op.execute("""
        ALTER TABLE escalation_policy
            ADD COLUMN quiet_from time,
            ADD COLUMN quiet_until time,
            ADD COLUMN max_calls_hour integer,
            ADD CONSTRAINT ck_escalation_policy_quiet CHECK ((quiet_from IS NULL) = (quiet_until IS NULL)),
            ADD CONSTRAINT ck_escalation_policy_max_calls_hour CHECK (max_calls_hour >= 0)
    """)
    op.execute("""
        CREATE TABLE provider_outage (
            channel text CONSTRAINT pk_provider_outage PRIMARY KEY,
            since timestamptz NOT NULL DEFAULT duka_now(),
            seen_at timestamptz NOT NULL DEFAULT duka_now()
        )
    """)


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP TABLE provider_outage")
    op.execute("""
        ALTER TABLE escalation_policy
            DROP CONSTRAINT ck_escalation_policy_max_calls_hour, DROP CONSTRAINT ck_escalation_policy_quiet,
            DROP COLUMN max_calls_hour, DROP COLUMN quiet_until, DROP COLUMN quiet_from
    """)
