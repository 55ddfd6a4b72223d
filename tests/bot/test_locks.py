"""The conversation lock excludes across processes, keeps order, wakes at once, and survives a dead holder."""

import asyncio
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from rasa.core.lock_store import LockError, LockStore
from rasa.utils.endpoints import EndpointConfig

from bot.locks import AtomicRedisLockStore

ROOT = Path(__file__).parents[2]
REDIS = shutil.which("redis-server")
pytestmark = pytest.mark.skipif(REDIS is None, reason="redis-server is not on the path")

_CHILD = """
import asyncio, sys, time
from rasa.utils.endpoints import EndpointConfig
from bot.locks import AtomicRedisLockStore

async def main(port, pairs, start):
    store = AtomicRedisLockStore(EndpointConfig(url="127.0.0.1", port=port))
    await asyncio.sleep(max(0.0, start - time.time()))
    for pair in range(pairs):
        async with store.lock(f"pair-{pair}"):
            entered = time.time()
            await asyncio.sleep(0.004)
            print(pair, entered, time.time())

asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
"""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def redis_port() -> Iterator[int]:
    """A real Redis on a free port."""
    port = _free_port()
    server = subprocess.Popen([str(REDIS), "--port", str(port), "--save", "", "--bind", "127.0.0.1"], stdout=-3)
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)  # noqa: TID251 - a process outside gives no event to wait for
    yield port
    server.terminate()
    server.wait(timeout=5)


def _store(port: int, **options: object) -> AtomicRedisLockStore:
    return AtomicRedisLockStore(EndpointConfig(url="127.0.0.1", port=port, **options))


def test_endpoints_name_builds_the_store(redis_port: int) -> None:
    """Rasa finds the class by its path, as endpoints.yml gives it."""
    config = EndpointConfig(type="bot.locks.AtomicRedisLockStore", url="127.0.0.1", port=redis_port)
    assert type(LockStore.create(config)) is AtomicRedisLockStore


def test_two_processes_never_overlap_in_100_simultaneous_pairs(redis_port: int) -> None:
    """Two servers take the same 100 locks at the same moments; no two stays intersect."""
    start = str(time.time() + 12)
    command = [sys.executable, "-c", _CHILD, str(redis_port), "100", start]
    children = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    stays: dict[str, list[tuple[float, float]]] = {}
    for child in children:
        out, _ = child.communicate(timeout=120)
        assert child.returncode == 0
        for line in out.splitlines():
            pair, entered, left = line.split()
            stays.setdefault(pair, []).append((float(entered), float(left)))
    assert len(stays) == 100
    overlaps = [pair for pair, both in stays.items() if min(both)[1] > max(both)[0]]
    assert overlaps == []


def test_waiters_are_served_in_order_without_polls(redis_port: int) -> None:
    """Five turns of one conversation follow each other in well below a second; stock takes four."""

    async def scenario() -> tuple[list[int], float]:
        store, served = _store(redis_port), []

        async def turn(number: int) -> None:
            await asyncio.sleep(number * 0.005)
            async with store.lock("burst"):
                served.append(number)
                await asyncio.sleep(0.02)

        began = time.monotonic()
        await asyncio.gather(*(turn(number) for number in range(5)))
        return served, time.monotonic() - began

    served, took_s = asyncio.run(scenario())
    assert served == [0, 1, 2, 3, 4]
    assert took_s < 0.6


def test_a_dead_holder_loses_its_place_after_its_lease(redis_port: int) -> None:
    """A holder that is gone without leaving blocks the next one for a lease, not for ever."""

    async def scenario() -> float:
        store = _store(redis_port, lease_s=0.3)
        holder = store.lock("dead")
        await holder.__aenter__()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()  # the renewals of a process that died
        began = time.monotonic()
        async with store.lock("dead"):
            return time.monotonic() - began

    assert 0.1 < asyncio.run(scenario()) < 1.0


def test_a_slow_holder_keeps_the_lock_beyond_its_lease(redis_port: int) -> None:
    """Renewal keeps a turn's lock while the turn lasts; the next one enters only afterwards."""

    async def scenario() -> list[str]:
        store, order = _store(redis_port, lease_s=0.3), []

        async def slow() -> None:
            async with store.lock("slow"):
                await asyncio.sleep(0.9)
                order.append("slow left")

        async def next_one() -> None:
            await asyncio.sleep(0.05)
            async with store.lock("slow"):
                order.append("next entered")

        await asyncio.gather(slow(), next_one())
        return order

    assert asyncio.run(scenario()) == ["slow left", "next entered"]


def test_giving_up_leaves_the_queue_free(redis_port: int) -> None:
    """A waiter past its patience gets Rasa's LockError, and nobody waits behind it afterwards."""

    async def scenario() -> float:
        store = _store(redis_port)
        async with store.lock("patience"):
            with pytest.raises(LockError):
                async with store.lock("patience", lock_lifetime=0.1):
                    pass
        began = time.monotonic()
        async with store.lock("patience"):
            return time.monotonic() - began

    assert asyncio.run(scenario()) < 0.2


def test_redis_away_is_a_lock_error() -> None:
    """Without Redis the turn fails where the caller sees it."""

    async def scenario() -> None:
        async with _store(_free_port()).lock("nobody"):
            pass

    with pytest.raises(LockError):
        asyncio.run(scenario())
