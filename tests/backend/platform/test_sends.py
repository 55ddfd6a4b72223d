"""Sends go out once; in doubt the provider is asked, and a second try is marked as one."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.platform import send_queue
from backend.platform.clock import move_clock
from backend.platform.db.session import Database
from backend.platform.errors import OutcomeUnknownError, ProviderRejectedError, ProviderUnavailableError
from backend.platform.sender import SenderLoop
from backend.platform.sends import (
    ClaimedSend,
    NewSend,
    Refused,
    SendOutcome,
    SendPolicy,
    Sent,
    Throttled,
    Unavailable,
    Unknown,
    cancel_queued,
    enqueue,
    enqueue_many,
    mark_sent,
)

RING = "exotel_ring"
_LEASES = """
SELECT extract(epoch FROM lease_until - now()) FROM outbound_send WHERE state = 'leased' AND channel = :channel
"""
PROMPT = SendPolicy(backoff_base_s=0.0, investigate_after_s=(0.0, 0.0), max_attempts=3, breaker_threshold=100)


class Provider:
    """A handler whose answers are given beforehand; afterwards it takes everything."""

    def __init__(self, *answers: SendOutcome | Exception, policy: SendPolicy = PROMPT, channel: str = RING) -> None:
        self.channel = channel
        self.policy = policy
        self.answers = list(answers)
        self.found: list[SendOutcome] = []
        self.delivered: list[str] = []
        self.asked: list[str] = []
        self.settled: list[tuple[str, SendOutcome]] = []
        self.before: Callable[[ClaimedSend], Awaitable[None]] | None = None
        self.failures = 0

    async def deliver(self, send: ClaimedSend) -> SendOutcome:
        self.delivered.append(send.idem)
        if self.before is not None:
            await self.before(send)
        answer = self.answers.pop(0) if self.answers else Sent(f"ref-{send.idem}")
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def settle(self, _session: AsyncSession, send: ClaimedSend, outcome: SendOutcome) -> None:
        if self.failures:
            self.failures -= 1
            raise LookupError
        self.settled.append((send.idem, outcome))

    async def investigate(self, send: ClaimedSend) -> SendOutcome:
        self.asked.append(send.idem)
        return self.found.pop(0) if self.found else Unknown("no such call in the list yet")


async def _queue(database: Database, *idems: str, **given: Any) -> None:
    async with database.transaction() as session:
        for idem in idems:
            await enqueue(session, RING, {"order": idem}, idem=idem, **given)


async def _rows(database: Database) -> dict[str, Any]:
    async with database.transaction() as session:
        rows = await session.execute(text("SELECT * FROM outbound_send ORDER BY seq"))
        return {row.idem: row for row in rows}


async def _states(database: Database) -> dict[str, str]:
    return {idem: row.state for idem, row in (await _rows(database)).items()}


async def _drain(database: Database, provider: Provider, rounds: int = 4) -> None:
    loop = SenderLoop(database, [provider])
    for _ in range(rounds):
        await loop.drain()


async def test_a_send_is_queued_once_and_sent_once(database: Database) -> None:
    """The same key gives the same send; the reference is kept, and the domain is told in the same commit."""
    provider = Provider()
    async with database.transaction() as session:
        first = await enqueue(session, RING, {"order": "O1"}, idem="k1", order_id="O1")
        assert await enqueue(session, RING, {"order": "O2"}, idem="k1", order_id="O1") == first
    await _drain(database, provider)
    row = (await _rows(database))["k1"]
    assert (row.state, row.provider_ref, row.payload, row.attempts) == ("sent", "ref-k1", {"order": "O1"}, 1)
    assert provider.settled == [("k1", Sent("ref-k1"))]
    assert provider.delivered == ["k1"]


async def test_several_are_queued_by_one_statement_in_their_order(database: Database) -> None:
    """Each with its own trace; a name that is known, from before or among them, is the send that stands."""
    async with database.transaction() as session:
        known = await enqueue(session, RING, {"n": 0}, idem="known")
        sends = [NewSend(RING, {"n": n}, idem, trace_id=f"t-{n}") for n, idem in enumerate(("b", "known", "a", "b"))]
        ids = await enqueue_many(session, sends)
        assert await enqueue_many(session, []) == []
    rows = await _rows(database)
    assert [(idem, row.payload, row.trace_id) for idem, row in rows.items() if idem != "known"] == [
        ("b", {"n": 0}, "t-0"),
        ("a", {"n": 2}, "t-2"),
    ]
    assert ids == [rows["b"].id, known, rows["a"].id, rows["b"].id]


@pytest.mark.concurrency
async def test_two_may_queue_the_same_key_at_once(database: Database) -> None:
    """The loser waits for the winner's commit and is given its id."""

    async def queue() -> str:
        async with database.transaction() as session:
            send_id = await enqueue(session, RING, {}, idem="k1")
            await asyncio.sleep(0.05)
            return send_id

    assert len(set(await asyncio.gather(*(queue() for _ in range(5))))) == 1


@pytest.mark.parametrize(
    ("answers", "state", "delivered", "told"),
    [
        ([Refused("131026", "not on WhatsApp")], "failed", 1, [Refused("131026", "not on WhatsApp")]),
        ([ProviderRejectedError("131026", "not on WhatsApp")], "failed", 1, [Refused("131026", "not on WhatsApp")]),
        ([Unavailable("refused"), Sent("r")], "sent", 2, [Sent("r")]),
        ([ProviderUnavailableError("down"), Sent("r")], "sent", 2, [Sent("r")]),
        ([ProviderUnavailableError("429", retry_after_s=0), Sent("r")], "sent", 2, [Sent("r")]),
        ([Throttled(0), Throttled(0), Throttled(0), Throttled(0), Sent("r")], "sent", 5, [Sent("r")]),
        ([Unavailable("1"), Unavailable("2"), Unavailable("3")], "dead", 3, [Unavailable("3")]),
    ],
)
async def test_what_follows_from_an_answer(
    database: Database, answers: list[SendOutcome | Exception], state: str, delivered: int, told: list[SendOutcome]
) -> None:
    """Refused is final; unsent is tried again up to three times; throttled does not count as a try."""
    provider = Provider(*answers)
    await _queue(database, "k1")
    await _drain(database, provider)
    assert await _states(database) == {"k1": state}
    assert len(provider.delivered) == delivered
    assert provider.settled == [("k1", outcome) for outcome in told]
    assert provider.asked == []


@pytest.mark.parametrize("doubt", [Unknown("timeout"), OutcomeUnknownError("timeout"), ValueError("bad JSON")])
async def test_an_unknown_send_is_asked_about_and_never_sent_again(
    database: Database, doubt: SendOutcome | Exception
) -> None:
    """Two questions without an answer leave it to a person; whatever could not be foreseen counts as unknown."""
    provider = Provider(doubt)
    await _queue(database, "k1")
    await _drain(database, provider)
    assert await _states(database) == {"k1": "unknown"}
    assert (provider.delivered, provider.asked) == (["k1"], ["k1", "k1"])
    assert [type(outcome) for _, outcome in provider.settled] == [Unknown, Unknown]
    async with database.transaction() as session:
        await move_clock(session, timedelta(days=1))
    await _drain(database, provider)
    assert (provider.delivered, provider.asked) == (["k1"], ["k1", "k1"])


@pytest.mark.parametrize(
    ("found", "state", "delivered"),
    [(Sent("r"), "sent", 1), (Refused("busy"), "failed", 1), (Unavailable("never reached us"), "sent", 2)],
)
async def test_the_providers_word_settles_an_unknown_send(
    database: Database, found: SendOutcome, state: str, delivered: int
) -> None:
    """Only where it says that nothing went out is the send made again."""
    provider = Provider(Unknown("timeout"))
    provider.found = [Unknown("not yet"), found]
    await _queue(database, "k1")
    await _drain(database, provider)
    row = (await _rows(database))["k1"]
    assert (row.state, len(provider.delivered), row.possible_duplicate) == (state, delivered, False)


async def test_a_message_may_be_sent_again_but_is_marked(database: Database) -> None:
    """Where the policy allows it and the provider can't tell; a receipt in between makes that needless."""
    provider = Provider(Unknown("timeout"), Unknown("timeout"), policy=replace(PROMPT, resend_after_unknown=True))
    await _queue(database, "k1", "k2")
    loop = SenderLoop(database, [provider])
    async with asyncio.TaskGroup() as group:
        await loop.step(group, lambda: None)
    async with database.transaction() as session:
        assert await mark_sent(session, "k2", "wamid.2")
        assert not await mark_sent(session, "k2", "wamid.2")
    await _drain(database, provider)
    rows = await _rows(database)
    assert Counter(provider.delivered) == {"k1": 2, "k2": 1}
    assert [(rows[key].state, rows[key].possible_duplicate) for key in ("k1", "k2")] == [
        ("sent", True),
        ("sent", False),
    ]
    assert rows["k2"].provider_ref == "wamid.2"


async def test_a_zombie_sender_can_not_write(database: Database) -> None:
    """Its lease ran out during the call and another asked the provider: its late answer is refused by the fence."""
    provider = Provider()

    async def outlive_the_lease(send: ClaimedSend) -> None:
        async with database.transaction() as session:
            await session.execute(text("UPDATE outbound_send SET lease_until = now() - interval '1 second'"))
        other = Provider()
        other.found = [Refused("no such call")]
        await _drain(database, other)
        assert other.delivered == []

    provider.before = outlive_the_lease
    await _queue(database, "k1")
    await _drain(database, provider)
    row = (await _rows(database))["k1"]
    assert (row.state, row.error_code, row.provider_ref) == ("failed", "no such call", None)
    assert (provider.delivered, provider.settled) == (["k1"], [])


async def test_a_killed_senders_send_is_unknown(database: Database) -> None:
    """The row is taken over when the lease has run out, asked about, and not sent again."""
    await _queue(database, "k1")
    async with database.transaction() as session:
        (claimed,) = await send_queue.claim(session, [send_queue.Room(RING, 1, 60)], owner="killed")
    provider = Provider()
    await _drain(database, provider)
    assert (provider.delivered, provider.asked) == ([], [])
    async with database.transaction() as session:
        await session.execute(text("UPDATE outbound_send SET lease_until = now() - interval '1 second'"))
    provider.found = [Sent("call-7")]
    await _drain(database, provider)
    assert (provider.delivered, provider.asked) == ([], ["k1"])
    assert await _states(database) == {"k1": "sent"}
    assert claimed.fence == 1


async def test_a_moved_clock_does_not_end_a_lease(database: Database) -> None:
    """Leases guard real calls, so a test's jump of a day takes nobody's row away."""
    provider = Provider()

    async def jump(_send: ClaimedSend) -> None:
        async with database.transaction() as session:
            await move_clock(session, timedelta(days=1))
        await _drain(database, Provider())

    provider.before = jump
    await _queue(database, "k1")
    await _drain(database, provider)
    assert (await _states(database), provider.asked) == ({"k1": "sent"}, [])


async def test_one_lane_keeps_its_order(database: Database) -> None:
    """A recipient's messages go out one after another though the first fails at first; other lanes overtake."""
    provider = Provider(Unavailable("down"))
    async with database.transaction() as session:
        for idem, lane, priority in (("a1", "a", 5), ("a2", "a", 5), ("a3", "a", 1), ("b1", "b", 9)):
            await enqueue(session, RING, {}, idem=idem, lane=lane, priority=priority)
    await _drain(database, provider)
    assert [idem for idem in provider.delivered if idem.startswith("a")] == ["a1", "a1", "a2", "a3"]
    assert provider.delivered.index("b1") < 3


async def test_the_urgent_goes_first(database: Database) -> None:
    """By priority, then by age."""
    provider = Provider(policy=replace(PROMPT, concurrency=1))
    for idem, priority in (("reminder", 7), ("order", 5), ("address", 1), ("order2", 5)):
        await _queue(database, idem, priority=priority)
    await _drain(database, provider)
    assert provider.delivered == ["address", "order", "order2", "reminder"]


async def test_a_scope_has_its_rate(database: Database) -> None:
    """Two at once, then one each ten seconds; another scope is not held back."""
    provider = Provider(policy=replace(PROMPT, rate_per_s=0.1, burst=2))
    await _queue(database, "a1", "a2", "a3", "a4", scope="nashik")
    await _queue(database, "b1", scope="nairobi")
    await _drain(database, provider)
    assert sorted(provider.delivered) == ["a1", "a2", "b1"]
    for expected in (4, 5):
        async with database.transaction() as session:
            await move_clock(session, timedelta(seconds=10.5))
        await _drain(database, provider)
        assert len(provider.delivered) == expected
    assert {row.attempts for row in (await _rows(database)).values()} == {1}


async def test_a_breaker_spares_a_provider_that_is_down(database: Database) -> None:
    """After three failures in a row nothing is tried; later one probe is, and on its success the rest follows."""
    policy = replace(PROMPT, concurrency=1, max_attempts=99, breaker_threshold=3, breaker_ttl_s=0.2)
    provider = Provider(*[Unavailable("down")] * 4, policy=policy)
    await _queue(database, "k1", "k2")
    loop = SenderLoop(database, [provider])
    await loop.drain()
    assert len(provider.delivered) == 3
    await asyncio.sleep(0.25)
    await loop.drain()
    assert len(provider.delivered) == 4
    await asyncio.sleep(0.25)
    await loop.drain()
    assert await _states(database) == {"k1": "sent", "k2": "sent"}


async def test_each_channel_has_its_own_room_and_lease(database: Database) -> None:
    """One look leases for all channels at once: as many of each as it may have under way, each for its own time."""
    one = Provider(policy=replace(PROMPT, concurrency=1, lease_s=90))
    many = Provider(channel="whatsapp")
    async with database.transaction() as session:
        for channel in (RING, "whatsapp"):
            for number in range(3):
                await enqueue(session, channel, {}, idem=f"{channel}-{number}")
    loop = SenderLoop(database, [one, many])
    leases: list[float] = []

    async def look(_send: ClaimedSend) -> None:
        async with database.transaction() as session:
            rows = await session.execute(text(_LEASES), {"channel": RING})
            leases.extend(round(float(row[0]), -1) for row in rows)

    one.before = look
    async with asyncio.TaskGroup() as group:
        assert await loop.step(group, lambda: None) == 4
    assert (len(one.delivered), len(many.delivered), leases) == (1, 3, [90.0])
    assert await loop.drain() == 2


async def test_a_paused_channel_waits(database: Database) -> None:
    """Nothing is lost while it is switched off."""
    provider = Provider()
    paused = {RING}
    loop = SenderLoop(database, [provider], is_paused=paused.__contains__)
    await _queue(database, "k1")
    assert await loop.drain() == 0
    paused.clear()
    assert await loop.drain() == 1


async def test_what_is_queued_for_an_order_can_be_cancelled(database: Database) -> None:
    """Other channels and other orders keep theirs."""
    await _queue(database, "k1", "k2", order_id="O1", delay_s=60)
    await _queue(database, "k3", order_id="O2", delay_s=60)
    async with database.transaction() as session:
        assert await cancel_queued(session, "O1", "whatsapp", by="vendor:V-1") == 0
        assert await cancel_queued(session, "O1", RING, by="vendor:V-1") == 2
        await move_clock(session, timedelta(minutes=2))
    provider = Provider()
    await _drain(database, provider)
    assert provider.delivered == ["k3"]


@pytest.mark.parametrize(("failures", "error"), [(2, None), (3, "settle_failed")])
async def test_a_send_whose_settling_fails_is_still_recorded_as_sent(
    database: Database, failures: int, error: str | None
) -> None:
    """It is tried three times; then the truth about the send is kept without the domain's rows, and says so."""
    provider = Provider()
    provider.failures = failures
    await _queue(database, "k1")
    await _drain(database, provider)
    row = (await _rows(database))["k1"]
    assert (row.state, row.provider_ref, row.error_code) == ("sent", "ref-k1", error)
    assert provider.delivered == ["k1"]


@pytest.mark.concurrency
async def test_two_senders_share_the_queue(database: Database) -> None:
    """A hundred sends over two loops, woken by the enqueueing commit: each delivered once."""
    providers = [Provider(), Provider()]
    stop = asyncio.Event()
    running = [asyncio.create_task(SenderLoop(database, [provider]).run(stop)) for provider in providers]
    await asyncio.sleep(0.05)
    await _queue(database, *(f"k{number}" for number in range(100)))
    async with asyncio.timeout(10):
        while set((await _states(database)).values()) != {"sent"}:  # noqa: ASYNC110 - the loops write it
            await asyncio.sleep(0.02)
    stop.set()
    await asyncio.gather(*running)
    delivered = Counter(providers[0].delivered + providers[1].delivered)
    assert delivered == {f"k{number}": 1 for number in range(100)}
