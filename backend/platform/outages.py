"""Which providers are down, as the senders see it: told by their breakers, forgotten soon after the last sign of it.

An outage that nobody has seen again for two minutes counts as over, so that a sender which died while its provider was
down holds nothing up for long: the next send tries, and says so if it fails.
"""

from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.platform.db.driver import run_sql

FRESH_S: Final = 120

_NOTE: Final = """
INSERT INTO provider_outage (channel, since, seen_at) VALUES (%(channel)s, duka_now(), duka_now())
ON CONFLICT (channel) DO UPDATE SET seen_at = duka_now(), since = CASE
    WHEN provider_outage.seen_at < duka_now() - make_interval(secs => %(fresh_s)s) THEN duka_now()
    ELSE provider_outage.since END
"""
_CLEAR: Final = "DELETE FROM provider_outage WHERE channel = %(channel)s"
_DOWN: Final = "SELECT channel FROM provider_outage WHERE seen_at >= duka_now() - make_interval(secs => %(fresh_s)s)"


async def note(session: AsyncSession, channel: str) -> None:
    """Record that a channel's provider does not take what is sent."""
    await run_sql(session, _NOTE, {"channel": channel, "fresh_s": FRESH_S})


async def clear(session: AsyncSession, channel: str) -> None:
    """Record that a channel's provider takes it again."""
    await run_sql(session, _CLEAR, {"channel": channel})


async def down(session: AsyncSession) -> frozenset[str]:
    """Return the channels whose provider is down now."""
    return frozenset(row.channel for row in await run_sql(session, _DOWN, {"fresh_s": FRESH_S}))
