"""Time that stands still between the moves of a test, for the database, our processes and the providers alike.

What a step takes is then no part of the clock, so that "at two minutes" can be asserted to the microsecond.
"""

from datetime import datetime, timedelta

from sqlalchemy import text

from backend.platform.clock import SystemClock
from backend.platform.db.session import Database
from tests.support.clock import START

_STAND_STILL = (
    "CREATE OR REPLACE FUNCTION duka_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS"
    f" $$ SELECT timestamptz '{START.isoformat()}'"
    " + coalesce((SELECT offset_s FROM duka_clock), interval '0') $$"
)


class StillClock(SystemClock):
    """Tells `START`, moved by the offset that the database holds."""

    def now(self) -> datetime:
        return START + self._offset

    async def refresh(self, database: Database) -> None:
        async with database.transaction() as session:
            now = await session.scalar(text("SELECT duka_now()"))
        self._offset = now - START if now is not None else timedelta()


async def stand_still(database_url: str) -> None:
    """Let the time of a test's own database move only when told."""
    database = Database(database_url, pool_size=1)
    async with database.transaction() as session:
        await session.execute(text(_STAND_STILL))
    await database.close()
