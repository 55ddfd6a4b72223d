"""Bells wake early and only after the commit; limits hold with and without Redis."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import redis as redis_client
from sqlalchemy.ext.asyncio import AsyncSession

from backend.platform import wakeups
from backend.platform.db.embedded import free_port
from backend.platform.db.session import Database
from backend.platform.errors import TooManyRequestsError
from backend.platform.ratelimit import RequestLimiter, take_tokens
from backend.platform.timers import TIMER_BELL, TimerKind, arm
from tests.support.servers import redis_server


async def test_a_bell_that_rang_before_the_wait_is_heard() -> None:
    """So that work which arrives during a step is seen at once; one wait hears all rings before it."""
    with wakeups.listen("a", "b") as bell:
        wakeups.notify("a")
        wakeups.notify("b")
        assert await bell.wait(1)
        assert not await bell.wait(0.02)
        wakeups.notify("c")
        assert not await bell.wait(0.02)


async def test_a_wait_ends_at_its_time_or_its_bell() -> None:
    waiting = asyncio.create_task(wakeups.wait("a", 5))
    await asyncio.sleep(0.02)
    wakeups.notify("a")
    assert await asyncio.wait_for(waiting, 1)
    assert not await wakeups.wait("a", 0.02)


async def test_a_commit_rings_and_a_rollback_does_not(database: Database) -> None:
    """A bell before the commit would wake a loop that can't see the row yet; a savepoint is no commit."""
    with wakeups.listen(TIMER_BELL) as bell:
        async with database.transaction() as session:
            async with session.begin_nested():
                await arm(session, TimerKind.END_OF_DAY, "nashik", delay_s=0, subject_kind="city")
            assert not await bell.wait(0.05)
        assert await bell.wait(1)
        async with database.transaction() as session:
            await arm(session, TimerKind.END_OF_DAY, "nashik", delay_s=0, subject_kind="city")
            await session.rollback()
        assert not await bell.wait(0.05)


@pytest.mark.redis
async def test_bells_cross_processes_and_survive_a_redis_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process's client hears the name; after Redis came back it hears again."""
    monkeypatch.setattr(wakeups, "_RECONNECT_S", 0.05)
    port, stop = free_port(), asyncio.Event()
    relay = wakeups.RedisRelay(f"redis://127.0.0.1:{port}/0")
    running = asyncio.create_task(relay.run(stop))
    for _ in range(2):
        with redis_server(tmp_path, port), redis_client.Redis(port=port) as elsewhere, wakeups.listen("timers") as bell:
            await _until(lambda: elsewhere.pubsub_numsub("duka:bells")[0][1] == 1)
            elsewhere.publish("duka:bells", "another-process inbox timers")
            assert await bell.wait(2)
            with elsewhere.pubsub(ignore_subscribe_messages=True) as channel:
                channel.subscribe("duka:bells")
                channel.get_message(timeout=1)
                wakeups.notify("sends")
                wakeups.notify("outbox")
                heard: list[str] = []
                await _until(lambda: heard.extend(_names(channel.get_message())) or len(heard) == 2)  # noqa: B023
            assert heard == ["outbox", "sends"]
            assert not await bell.wait(0.05)
    stop.set()
    await running


@pytest.mark.redis
async def test_a_bell_without_hurry_goes_with_the_next_or_by_itself_at_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three rings for a screen and one for a loop are one message; without one for a loop they still arrive."""
    board = wakeups.unhurried("a-board")
    async with _heard_elsewhere(tmp_path) as heard:
        monkeypatch.setattr(wakeups, "_UNHURRIED_S", 600)
        for name in (board, board, board, "sends"):
            wakeups.notify(name)
            await asyncio.sleep(0.02)
        assert await heard() == ["a-board", "sends"]
        monkeypatch.setattr(wakeups, "_UNHURRIED_S", 0)
        wakeups.notify(board)
        assert await heard() == ["a-board"]


@pytest.mark.redis
async def test_bells_of_a_busy_moment_go_as_one_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each message wakes every process, so what rings right after one waits a little and goes together."""
    monkeypatch.setattr(wakeups, "_BETWEEN_S", 1)
    async with _heard_elsewhere(tmp_path) as heard:
        wakeups.notify("first")
        assert await heard() == ["first"]
        for name in ("c", "a", "b", "a"):
            wakeups.notify(name)
            await asyncio.sleep(0.01)
        assert await heard() == ["a", "b", "c"]


@asynccontextmanager
async def _heard_elsewhere(folder: Path) -> AsyncIterator[Callable[[], Awaitable[list[str]]]]:
    """Relay over a Redis of its own; give what waits for the next message, as another process hears it."""
    port, stop = free_port(), asyncio.Event()
    relay = wakeups.RedisRelay(f"redis://127.0.0.1:{port}/0")
    with redis_server(folder, port), redis_client.Redis(port=port) as elsewhere:
        running = asyncio.create_task(relay.run(stop))
        await _until(lambda: elsewhere.pubsub_numsub("duka:bells")[0][1] == 1)
        with elsewhere.pubsub(ignore_subscribe_messages=True) as channel:
            channel.subscribe("duka:bells")
            channel.get_message(timeout=1)

            async def heard() -> list[str]:
                names: list[str] = []
                await _until(lambda: names.extend(_names(channel.get_message())) or names != [])
                return names

            yield heard
        stop.set()
        await running


def _names(message: dict[str, Any] | None) -> list[str]:
    return message["data"].decode().split(" ")[1:] if message else []


async def _until(condition: Callable[[], bool], within_s: float = 10) -> None:
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110 - another process changes it
            await asyncio.sleep(0.02)


async def test_a_bucket_gives_its_burst_then_its_rate(session: AsyncSession) -> None:
    """Three at once of five wanted; the next in ten seconds, each further one ten later."""
    grant = await take_tokens(session, "exotel:nashik", wanted=5, rate_per_s=0.1, burst=3)
    assert grant.granted == 3
    assert grant.wait_s == pytest.approx(10, abs=0.5)
    assert grant.interval_s == pytest.approx(10)
    assert (await take_tokens(session, "exotel:nashik", wanted=1, rate_per_s=0.1, burst=3)).granted == 0
    assert (await take_tokens(session, "exotel:nairobi", wanted=1, rate_per_s=0.1, burst=3)).granted == 1


async def test_requests_are_counted_for_each_caller() -> None:
    """Without Redis, in this process."""
    limiter = RequestLimiter()
    for _ in range(3):
        await limiter.check("notify", "V-42", most=3, per_s=60)
    with pytest.raises(TooManyRequestsError) as refused:
        await limiter.check("notify", "V-42", most=3, per_s=60)
    assert refused.value.context == {"limit": "notify", "most": 3, "per_s": 60}
    await limiter.check("notify", "V-43", most=3, per_s=60)


@pytest.mark.redis
async def test_processes_share_a_limit_while_redis_is_there(tmp_path: Path) -> None:
    """Two limiters count together; when Redis goes away each still limits by itself."""
    port = free_port()
    with redis_server(tmp_path, port) as url:
        limiters = [RequestLimiter(url), RequestLimiter(url)]
        await limiters[0].check("notify", "V-42", most=2, per_s=60)
        await limiters[1].check("notify", "V-42", most=2, per_s=60)
        with pytest.raises(TooManyRequestsError):
            await limiters[0].check("notify", "V-42", most=2, per_s=60)
    await limiters[0].check("notify", "V-42", most=1, per_s=60)
    with pytest.raises(TooManyRequestsError):
        await limiters[0].check("notify", "V-42", most=1, per_s=60)
    for limiter in limiters:
        await limiter.close()
