"""Which providers are down, as the senders see it: told by their breakers, forgotten soon after the last sign of it.

An outage that nobody has seen again for two minutes counts as over, so that a sender which died while its provider was
down holds nothing up for long: the next send tries, and says so if it fails.

An account that a provider has stopped is down alone, under its own name, while others of the channel go on. People set
it right, so its note stands for a day, or until something of the account goes out.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from backend.platform.db.driver import run_sql

FRESH_S: Final = 120
ACCOUNT_FRESH_S: Final = 86_400
_NOTE: Final = """
INSERT INTO provider_outage (channel, since, seen_at) VALUES (%(channel)s, duka_now(), duka_now())
ON CONFLICT (channel) DO UPDATE SET seen_at = duka_now(), since = CASE
    WHEN provider_outage.seen_at < duka_now() - make_interval(secs => %(fresh_s)s) THEN duka_now()
    ELSE provider_outage.since END
"""
_CLEAR: Final = "DELETE FROM provider_outage WHERE channel = %(channel)s"
_DOWN: Final = """
SELECT channel, since FROM provider_outage WHERE seen_at >= duka_now() - make_interval(
    secs => CASE WHEN strpos(channel, ':') > 0 THEN %(account_fresh_s)s ELSE %(fresh_s)s END
) ORDER BY channel
"""
_SPANS: Final = {"fresh_s": FRESH_S, "account_fresh_s": ACCOUNT_FRESH_S}


class Outage(NamedTuple):
    """What does not take anything since when: a channel, or where `scope` is not empty one account of it."""

    channel: str
    scope: str
    since: datetime


def name_of(channel: str, scope: str = "") -> str:
    """Return what an outage goes by: the channel, or `channel:scope` for one account of it."""
    return f"{channel}:{scope}" if scope else channel


def is_down(down: Collection[str], channel: str, scope: str = "") -> bool:
    """Say whether an account takes nothing: it is stopped itself, or its whole channel is down."""
    return channel in down or name_of(channel, scope) in down


async def note(session: AsyncSession, channel: str, scope: str = "") -> None:
    """Record that a channel's provider, or one account there, does not take what is sent."""
    fresh_s = ACCOUNT_FRESH_S if scope else FRESH_S
    await run_sql(session, _NOTE, {"channel": name_of(channel, scope), "fresh_s": fresh_s})


async def clear(session: AsyncSession, channel: str) -> None:
    """Record that a channel's provider takes it again; an account's note ends as something of it goes out."""
    await run_sql(session, _CLEAR, {"channel": channel})


async def down(session: AsyncSession) -> frozenset[str]:
    """Return the names of what is down now, as `name_of` gives them."""
    return frozenset(row.channel for row in await run_sql(session, _DOWN, _SPANS))


async def standing(session: AsyncSession) -> list[Outage]:
    """Return what is down now, whole channels before their accounts."""
    rows = await run_sql(session, _DOWN, _SPANS)
    return [Outage(channel, scope, row.since) for row in rows for channel, _, scope in (row.channel.partition(":"),)]
