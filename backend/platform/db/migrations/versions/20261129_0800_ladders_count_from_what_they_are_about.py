"""The steps of two ladders count from another instant: the end of the preparation, and the pick-up."""

from alembic import op

revision = "0800"
down_revision = "0740"
branch_labels = None
depends_on = None

# How much later than before the instant is that their steps count from, in seconds: the settings' defaults until now.
_MOVED_S = {"processing_reminder": -180, "rider_otd": 2700}


def _move(kind: str, seconds: int) -> None:
    op.execute(
        f"""
        UPDATE escalation_policy SET steps = (
            SELECT jsonb_agg(step || jsonb_build_object('after_s', (step ->> 'after_s')::float8 + {seconds}) ORDER BY n)
            FROM jsonb_array_elements(steps) WITH ORDINALITY AS given (step, n)
        )
        WHERE kind = '{kind}'
        """
    )


def upgrade() -> None:
    """Count from there; the waits between the steps stay."""
    op.execute("SET LOCAL lock_timeout = '3s'")
    for kind, seconds in _MOVED_S.items():
        _move(kind, seconds)


def downgrade() -> None:
    """Count from the first step again, and forget the ladders that were settings."""
    op.execute("SET LOCAL lock_timeout = '3s'")
    for kind, seconds in _MOVED_S.items():
        _move(kind, -seconds)
    op.execute("DELETE FROM escalation_policy WHERE kind IN ('pickup', 'reservation_expiry')")
