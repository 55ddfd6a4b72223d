"""What all processes know of a provider that is down: told by the breaker, forgotten by itself."""

import asyncio
from datetime import timedelta

from backend.platform import outages
from backend.platform.clock import move_clock
from backend.platform.db.session import Database
from backend.platform.sender import SenderLoop
from backend.platform.sends import (
    ClaimedSend,
    Refused,
    SendOutcome,
    SendPolicy,
    Sent,
    Unavailable,
    enqueue,
)


class _Provider:
    """Down until it is told to be up."""

    channel = "exotel"
    policy = SendPolicy(backoff_base_s=0.0, concurrency=1, max_attempts=99, breaker_threshold=3, breaker_ttl_s=0.2)

    def __init__(self) -> None:
        self.up = False

    async def deliver(self, send: ClaimedSend) -> SendOutcome:
        return Sent(send.idem) if self.up else Unavailable("down")

    async def investigate(self, send: ClaimedSend) -> SendOutcome:
        return Refused("nothing to ask", send.idem)

    async def settle(self, *_: object) -> None:
        return None


async def _down(database: Database) -> frozenset[str]:
    async with database.transaction() as session:
        return await outages.down(session)


async def test_a_provider_that_fails_again_and_again_is_down_until_a_probe_succeeds(database: Database) -> None:
    provider = _Provider()
    loop = SenderLoop(database, [provider])
    async with database.transaction() as session:
        await enqueue(session, "exotel", {}, idem="k1")
    await loop.drain()
    assert await _down(database) == {"exotel"}
    await asyncio.sleep(0.25)
    await loop.drain()
    assert await _down(database) == {"exotel"}
    provider.up = True
    await asyncio.sleep(0.25)
    await loop.drain()
    assert await _down(database) == frozenset()


async def test_an_outage_that_nobody_saw_again_is_over_and_a_new_one_begins_anew(database: Database) -> None:
    async with database.transaction() as session:
        await outages.note(session, "exotel")
        await move_clock(session, timedelta(seconds=outages.FRESH_S + 1))
        assert await outages.down(session) == frozenset()
        await outages.note(session, "exotel")
        await move_clock(session, timedelta(seconds=10))
        await outages.note(session, "exotel")
        assert await outages.down(session) == {"exotel"}
