"""Webhooks are stored once before they are answered, and handled in order within a lane."""

import asyncio
from collections.abc import Sequence

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from backend.platform.db.session import Database
from backend.platform.inbox import (
    EventIntake,
    IntakeDownError,
    IntakeFullError,
    IntakeRow,
    MalformedWebhookError,
    StoredProviderEvent,
    waiting_bodies,
)
from backend.platform.inbox_worker import InboxPolicy, InboxWorker, retry_dead_event
from tests.backend.platform.conftest import Effects

FAST = InboxPolicy(poll_s=0.05, backoff_base_s=0.0, max_attempts=3)


def row(external_id: str, lane: str = "", body: bytes = b"{}") -> IntakeRow:
    return IntakeRow(external_id, "message", body, {"x-test": "1"}, lane)


async def _ids(database: Database) -> list[str]:
    async with database.transaction() as session:
        return list(await session.scalars(text("SELECT external_id FROM provider_events ORDER BY id")))


class Handler:
    """Writes each event's id; fails on some as often as told; may take a moment."""

    def __init__(self, effects: Effects, failing: dict[str, int] | None = None, pause_s: float = 0) -> None:
        self._effects = effects
        self._failing = failing or {}
        self._pause_s = pause_s
        self.seen: list[StoredProviderEvent] = []

    async def __call__(self, session: AsyncSession, stored: StoredProviderEvent) -> None:
        self.seen.append(stored)
        await self._effects.add(session, stored.external_id)
        await asyncio.sleep(self._pause_s)
        if self._failing.get(stored.external_id, 0) > 0:
            self._failing[stored.external_id] -= 1
            raise LookupError(stored.external_id)


async def test_what_was_stored_comes_back_byte_for_byte(database: Database, effects: Effects) -> None:
    """Body, headers and kind; bytes are not decoded on the way."""
    body = '{"t":"नमस्ते 🙏"}'.encode() + b"\xff\x00"
    intake = EventIntake(database)
    await intake.store("whatsapp", [row("wamid.1", "wa:1", body)])
    await intake.close()
    handler = Handler(effects)
    assert await InboxWorker(database, {"whatsapp": handler}).drain() == 1
    (stored,) = handler.seen
    assert (stored.provider, stored.external_id, stored.kind) == ("whatsapp", "wamid.1", "message")
    assert (stored.body, stored.headers) == (body, {"x-test": "1"})


@pytest.mark.concurrency
async def test_the_same_message_from_eight_at_once_is_stored_once(database: Database) -> None:
    """Eight processes at one moment, each with its own writer and overlapping batches in opposite orders."""
    intakes = [EventIntake(database) for _ in range(8)]
    batch = [row(f"wamid.{number:02}") for number in range(20)]
    await asyncio.gather(
        *(intake.store("whatsapp", batch[:: 1 if place % 2 else -1]) for place, intake in enumerate(intakes))
    )
    assert sorted(await _ids(database)) == [item.external_id for item in batch]
    await asyncio.gather(*(intake.close() for intake in intakes))


@pytest.mark.concurrency
async def test_requests_that_wait_together_are_committed_together(database: Database) -> None:
    """A hundred requests take far fewer commits, and all are answered after theirs."""
    commits = 0

    def count(_connection: object) -> None:
        nonlocal commits
        commits += 1

    event.listen(database.engine.sync_engine, "commit", count)
    intake = EventIntake(database)
    await asyncio.gather(*(intake.store("whatsapp", [row(f"wamid.{number}")]) for number in range(100)))
    assert commits <= 5
    event.remove(database.engine.sync_engine, "commit", count)
    assert len(await _ids(database)) == 100
    await intake.close()


@pytest.mark.concurrency
async def test_a_poisoned_request_fails_alone(database: Database) -> None:
    """A row that Postgres refuses: its neighbours in the batch are stored and answered; its own rows are not."""
    intake = EventIntake(database)
    requests = [[row("good-1")], [row("half"), row("bad")._replace(kind="of no\x00 kind")], [row("good-2")]]
    outcomes = await asyncio.gather(
        *(intake.store("whatsapp", request) for request in requests), return_exceptions=True
    )
    assert [isinstance(outcome, DBAPIError) for outcome in outcomes] == [False, True, False]
    assert sorted(await _ids(database)) == ["good-1", "good-2"]
    await intake.close()


@pytest.mark.parametrize(
    "bad", [row("a\x00"), row("a")._replace(headers={"call": "\x00"}), row("a" * 601), row("\U0001f35b" * 601)]
)
async def test_what_can_not_be_stored_is_refused_before_the_batch(database: Database, bad: IntakeRow) -> None:
    """The whole webhook is, with a 400; the next one is stored as ever, and the longest id too."""
    intake = EventIntake(database)
    with pytest.raises(MalformedWebhookError) as refused:
        await intake.store("whatsapp", [row("half"), bad])
    assert (refused.value.http_status, refused.value.code) == (400, "webhook.malformed")
    longest = "".join(chr(0x10000 + place) for place in range(600))
    await intake.store("whatsapp", [row(longest)])
    assert await _ids(database) == [longest]
    await intake.close()


@pytest.mark.concurrency
async def test_a_flood_is_turned_away(database: Database) -> None:
    """What does not fit is refused at once; what was taken is stored."""
    intake = EventIntake(database, max_waiting=3)
    outcomes = await asyncio.gather(
        *(intake.store("whatsapp", [row(f"wamid.{number}")]) for number in range(10)), return_exceptions=True
    )
    refused = [outcome for outcome in outcomes if isinstance(outcome, IntakeFullError)]
    assert len(refused) == 7
    assert refused[0].http_status == 503
    assert refused[0].retryable
    assert len(await _ids(database)) == 3
    await intake.close()


async def test_a_database_that_is_away_is_a_503() -> None:
    """The provider will try again; nobody waits for ever, and the writer lives on."""
    nowhere = Database("postgresql://postgres@127.0.0.1:9/nowhere")
    intake = EventIntake(nowhere)
    for _ in range(2):
        with pytest.raises(IntakeDownError) as refused:
            await intake.store("whatsapp", [row("wamid.1")])
        assert refused.value.http_status == 503
    await intake.close()
    await nowhere.close()


async def test_a_faulty_event_is_tried_again_then_dead_and_may_be_retried(database: Database, effects: Effects) -> None:
    """Its effects are rolled back each time, the others go on, and somebody is told in the same commit."""
    told: list[str] = []

    async def on_dead(session: AsyncSession, stored: StoredProviderEvent, error: str) -> None:
        told.append(error)
        await effects.add(session, "card")

    await EventIntake(database).store("whatsapp", [row("bad"), row("good"), row("flaky")])
    worker = InboxWorker(database, {"whatsapp": Handler(effects, {"bad": 3, "flaky": 1})}, FAST, on_dead=on_dead)
    await worker.drain()
    assert sorted(await effects.all()) == ["card", "flaky", "good"]
    assert told == ["LookupError: bad"]
    async with database.transaction() as session:
        dead = await session.scalar(text("SELECT id FROM provider_events WHERE state = 'dead'"))
        assert await retry_dead_event(session, dead)
        assert not await retry_dead_event(session, dead)
    await worker.drain()
    assert sorted(await effects.all()) == ["bad", "card", "flaky", "good"]


async def test_events_of_an_unknown_provider_stay(database: Database, effects: Effects) -> None:
    """A worker without their handler leaves them for one that has it."""
    await EventIntake(database).store("upi", [row("evt_1")])
    assert await InboxWorker(database, {"whatsapp": Handler(effects)}).drain() == 0


@pytest.mark.concurrency
async def test_a_lane_is_handled_in_order_and_lanes_side_by_side(database: Database, effects: Effects) -> None:
    """Six workers, one event that fails twice: each person's messages in order, all lanes at once."""
    lanes, each = 6, 5
    rows = [row(f"{lane}-{number}", f"wa:{lane}") for number in range(each) for lane in range(lanes)]
    await EventIntake(database).store("whatsapp", rows)
    handler = Handler(effects, {"2-1": 2}, pause_s=0.02)
    worker = InboxWorker(database, {"whatsapp": handler}, InboxPolicy(concurrency=6, poll_s=0.05, backoff_base_s=0.01))
    stop = asyncio.Event()
    started = asyncio.get_running_loop().time()
    running = asyncio.create_task(worker.run(stop))
    await effects.reach(len(rows))
    took = asyncio.get_running_loop().time() - started
    stop.set()
    await running
    done = await effects.all()
    for lane in range(lanes):
        assert _of_lane(done, lane) == [f"{lane}-{number}" for number in range(each)]
    assert took < len(rows) * 0.1


def _of_lane(done: Sequence[str], lane: int) -> list[str]:
    return [what for what in done if what.startswith(f"{lane}-")]


@pytest.mark.concurrency
async def test_a_worker_that_is_cut_off_leaves_the_event_to_another(database: Database, effects: Effects) -> None:
    """Effects and mark are one commit, so the event is handled once in the end."""
    await EventIntake(database).store("whatsapp", [row("wamid.1", "a"), row("wamid.2", "a")])
    cut = Database(database.url, application="cut-off")
    killed = asyncio.create_task(InboxWorker(cut, {"whatsapp": Handler(effects, pause_s=5)}).drain())
    await asyncio.sleep(0.3)
    async with database.transaction() as session:
        await session.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cut-off'")
        )
    killed.cancel()
    await asyncio.gather(killed, return_exceptions=True)
    await InboxWorker(database, {"whatsapp": Handler(effects)}).drain()
    assert await effects.all() == ["wamid.1", "wamid.2"]
    await cut.close()


async def test_a_stored_webhook_names_nobody_to_a_reader_of_the_table(database: Database) -> None:
    """The body is encrypted, the lane a keyed index; those of one lane are found by its plain name."""
    number, intake = "254700000101", EventIntake(database)
    await intake.store("whatsapp", [row("wamid.1", number, f'{{"from":"{number}"}}'.encode())])
    await intake.close()
    async with database.transaction() as session:
        kept = str((await session.execute(text("SELECT * FROM provider_events"))).one())
        assert number not in kept
        assert await waiting_bodies(session, "whatsapp", "message", number) == [f'{{"from":"{number}"}}'.encode()]
