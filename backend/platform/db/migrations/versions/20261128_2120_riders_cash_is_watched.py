"""Cash that riders carry already is waited for, as what they take from now on is."""

from alembic import op

revision = "0405"
down_revision = "0404"
branch_labels = None
depends_on = None

_WATCH = """
INSERT INTO sla_timer (subject_kind, subject_id, type, due_at, meta, trace_id)
SELECT 'pocket', 'cash:' || c.rider_id || ':' || c.currency, 'cash_hand_in', duka_now() + interval '1 day',
    jsonb_build_object('rider_id', c.rider_id, 'currency', c.currency, 'city', coalesce(max(r.city), '')), 'migration'
FROM cash_counts c LEFT JOIN riders r ON r.id = c.rider_id
GROUP BY c.rider_id, c.currency HAVING sum(c.moved_minor) <> 0
"""


def upgrade() -> None:
    """Arm a timer for each pocket that is not empty."""
    op.execute(_WATCH)


def downgrade() -> None:
    """Drop the timers that an older worker does not know."""
    op.execute("DELETE FROM sla_timer WHERE type = 'cash_hand_in'")
