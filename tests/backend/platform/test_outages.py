"""What all processes know of a provider that is down: told by the breaker, forgotten by itself."""

import asyncio
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

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


class _Stopping(_Provider):
    """It works, and has stopped one account until it is told to be up."""

    channel = "whatsapp"

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []

    async def deliver(self, send: ClaimedSend) -> SendOutcome:
        stopped = send.scope == "1" and not self.up
        return Unavailable("locked", of_account=True) if stopped else Sent(send.idem)

    async def stopped(self, _session: AsyncSession, send: ClaimedSend) -> None:
        self.told.append(send.idem)


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


async def test_an_account_that_is_stopped_is_down_alone_until_something_of_it_goes_out(database: Database) -> None:
    """Whichever process sends that: it need not be one that knew of the stop."""
    provider = _Stopping()
    async with database.transaction() as session:
        for number in ("1", "2"):
            await enqueue(session, "whatsapp", {}, idem=f"to-{number}", scope=number, lane=number)
    await SenderLoop(database, [provider]).drain()
    found = await _down(database)
    assert (found, provider.told) == ({"whatsapp:1"}, ["to-1"])
    assert [outages.is_down(found, "whatsapp", scope) for scope in ("1", "2", "")] == [True, False, False]
    async with database.transaction() as session:
        await enqueue(session, "whatsapp", {}, idem="another", scope="2", lane="3")
    await SenderLoop(database, [provider]).drain()
    assert await _down(database) == {"whatsapp:1"}
    provider.up = True
    async with database.transaction() as session:
        await enqueue(session, "whatsapp", {}, idem="new", scope="1", lane="4")
    await SenderLoop(database, [provider]).drain()
    assert await _down(database) == frozenset()


async def test_a_stopped_account_is_remembered_longer_than_an_outage(database: Database) -> None:
    """People set it right; its sends may all be given up by then."""
    async with database.transaction() as session:
        await outages.note(session, "whatsapp", "1")
        [first] = await outages.standing(session)
        await move_clock(session, timedelta(seconds=outages.FRESH_S + 1))
        await outages.note(session, "whatsapp", "1")
        assert await outages.standing(session) == [outages.Outage("whatsapp", "1", first.since)]
        await move_clock(session, timedelta(seconds=outages.ACCOUNT_FRESH_S + 1))
        assert await outages.standing(session) == []


async def test_an_outage_that_nobody_saw_again_is_over_and_a_new_one_begins_anew(database: Database) -> None:
    async with database.transaction() as session:
        await outages.note(session, "exotel")
        await move_clock(session, timedelta(seconds=outages.FRESH_S + 1))
        assert await outages.down(session) == frozenset()
        await outages.note(session, "exotel")
        await move_clock(session, timedelta(seconds=10))
        await outages.note(session, "exotel")
        assert await outages.down(session) == {"exotel"}
