"""Sends that leave with the commit that queued them, and what holds them back."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.platform.db.session import Database
from backend.platform.errors import ProviderUnavailableError
from backend.platform.sender import SenderLoop
from backend.platform.sends import SEND_BELL, ClaimedSend, Refused, SendOutcome, SendPolicy, Sent, enqueue

CHAT = "whatsapp"


class Phone:
    """A handler that takes everything, and objects to what it was told to."""

    def __init__(self, policy: SendPolicy | None = None) -> None:
        self.channel = CHAT
        self.policy = policy or SendPolicy()
        self.unwanted: set[str] = set()
        self.delivered: list[str] = []
        self.settled: list[tuple[str, SendOutcome]] = []

    async def objection(self, _session: AsyncSession, send: ClaimedSend) -> Refused | None:
        return Refused("channels.superseded") if send.idem in self.unwanted else None

    async def deliver(self, send: ClaimedSend) -> SendOutcome:
        self.delivered.append(send.idem)
        return Sent(f"ref-{send.idem}")

    async def settle(self, _session: AsyncSession, send: ClaimedSend, outcome: SendOutcome) -> None:
        self.settled.append((send.idem, outcome))

    async def investigate(self, send: ClaimedSend) -> SendOutcome:
        raise AssertionError(send.idem)


async def _queue_and_send(database: Database, loop: SenderLoop, *idems: str, lane: str = "") -> set[Any]:
    """Queue and lease in one transaction, then deliver; return the bells that were left to ring."""
    async with database.transaction() as session:
        for idem in idems:
            await enqueue(session, CHAT, {}, idem=idem, scope="1", lane=lane)
        leased = await loop.lease_own(session)
        bells = set(session.info["bells"])
    await loop.deliver(leased)
    return bells


async def _states(database: Database) -> dict[str, str]:
    async with database.transaction() as session:
        return {row.idem: row.state for row in await session.execute(text("SELECT idem, state FROM outbound_send"))}


async def test_what_is_queued_leaves_with_its_commit(database: Database) -> None:
    """Nobody has to find it: the provider has it, the domain is told, and no bell wakes a loop for nothing."""
    phone = Phone()
    bells = await _queue_and_send(database, SenderLoop(database, [phone]), "a")
    assert (phone.delivered, phone.settled) == (["a"], [("a", Sent("ref-a"))])
    assert await _states(database) == {"a": "sent"}
    assert SEND_BELL not in bells


async def test_the_second_of_a_lane_waits_for_the_first(database: Database) -> None:
    """It stays queued, and the bell rings for whoever sends."""
    phone = Phone()
    loop = SenderLoop(database, [phone])
    bells = await _queue_and_send(database, loop, "a", "b", lane="C1")
    assert await _states(database) == {"a": "sent", "b": "queued"}
    assert SEND_BELL in bells
    await loop.drain()
    assert phone.delivered == ["a", "b"]


async def test_older_sends_go_first(database: Database) -> None:
    """A reply does not overtake what its channel has had waiting."""
    phone = Phone()
    loop = SenderLoop(database, [phone])
    async with database.transaction() as session:
        await enqueue(session, CHAT, {}, idem="old", scope="2")
    await _queue_and_send(database, loop, "new")
    assert phone.delivered == []
    await loop.drain()
    assert phone.delivered == ["old", "new"]


async def test_the_rate_holds_for_these_too(database: Database) -> None:
    """One token a minute, and a burst of one: the second is given back and not counted as a try."""
    phone = Phone(SendPolicy(rate_per_s=1 / 60, burst=1))
    loop = SenderLoop(database, [phone])
    await _queue_and_send(database, loop, "a")
    await _queue_and_send(database, loop, "b")
    assert (phone.delivered, await _states(database)) == (["a"], {"a": "sent", "b": "queued"})
    async with database.transaction() as session:
        assert await session.scalar(text("SELECT attempts FROM outbound_send WHERE idem = 'b'")) == 0


async def test_a_paused_channel_keeps_them(database: Database) -> None:
    phone = Phone()
    await _queue_and_send(database, SenderLoop(database, [phone], is_paused=CHAT.__eq__), "a")
    assert (phone.delivered, await _states(database)) == ([], {"a": "queued"})


async def test_what_is_objected_to_is_never_sent(database: Database) -> None:
    """By either way: with its own commit, or found by the loop."""
    phone = Phone()
    phone.unwanted = {"a", "b"}
    loop = SenderLoop(database, [phone])
    await _queue_and_send(database, loop, "a")
    async with database.transaction() as session:
        await enqueue(session, CHAT, {}, idem="b", scope="1")
    await loop.drain()
    assert phone.delivered == []
    assert await _states(database) == {"a": "failed", "b": "failed"}
    assert phone.settled == [(idem, Refused("channels.superseded")) for idem in ("a", "b")]


async def test_what_was_rolled_back_is_not_sent(database: Database) -> None:
    """The lease goes with the row."""
    phone = Phone()
    loop = SenderLoop(database, [phone])

    async with database.sessions() as session:
        await enqueue(session, CHAT, {}, idem="a", scope="1")
        assert [one.send.idem for one in await loop.lease_own(session)] == ["a"]
        await session.rollback()
    assert (phone.delivered, await _states(database)) == ([], {})
    assert await loop.drain() == 0


class Accounts(Phone):
    """A provider that works, and has stopped one of the accounts."""

    def __init__(self, *, of_account: bool) -> None:
        super().__init__(SendPolicy(breaker_threshold=2, max_attempts=3))
        self._of_account = of_account

    async def deliver(self, send: ClaimedSend) -> SendOutcome:
        if send.scope == "stopped":
            raise ProviderUnavailableError("chat.190", "the token is dead", of_account=self._of_account)
        return await super().deliver(send)


@pytest.mark.parametrize("of_account", [True, False])
async def test_an_account_that_is_stopped_holds_no_other_back(database: Database, *, of_account: bool) -> None:
    """Its own sends fail in the end; what says that the provider is down holds all back."""
    phone = Accounts(of_account=of_account)
    loop = SenderLoop(database, [phone])
    async with database.transaction() as session:
        for number in range(4):
            await enqueue(session, CHAT, {}, idem=f"dead-{number}", scope="stopped", lane=str(number))
    await loop.drain()
    async with database.transaction() as session:
        await enqueue(session, CHAT, {}, idem="well", scope="well", lane="well")
    await loop.drain()
    assert phone.delivered == (["well"] if of_account else [])
    async with database.transaction() as session:
        waits = await session.scalar(
            text("SELECT extract(epoch FROM max(next_at) - duka_now()) FROM outbound_send WHERE scope = 'stopped'")
        )
    assert (waits > 200) is of_account  # It is tried again, at the pace at which people mend an account.
