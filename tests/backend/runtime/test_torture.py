"""What the torture kills, and when: chosen by the seed alone, over real small processes; and a small town, whole."""

import asyncio
import os
import sys
from itertools import islice
from pathlib import Path

from backend.platform.db.types import blind_index
from backend.runtime.commands_cli import apart
from backend.runtime.demo.torture import Killer
from backend.runtime.supervisor import ProcessSpec, Supervisor
from backend.runtime.torture.dice import Dice

ROOT = Path(__file__).parents[3]
MOMENTS = ["Kenya: written", "Kenya: paid", "Kenya: ready", "India: written", "India: ready", "India: delivered"]
_LIVES = (sys.executable, "-c", "import time; time.sleep(600)")


async def _killed(folder: Path, seed: int) -> list[tuple[str, str]]:
    """Pass all moments of two orders; return what was killed after which."""
    specs = [ProcessSpec(name, _LIVES, {}, folder) for name in ("worker", "backend", "rasa", "actions")]
    services = Supervisor(specs, quiet=True)
    try:
        await services.start(lambda _: None)
        killer = Killer(services, MOMENTS, 4, seed)
        for moment in MOMENTS:
            before = {spec.name: services.pid(spec.name) for spec in specs}
            known = len(killer.done)
            await killer(moment)
            for name in killer.killed[known:]:
                await services.wait_ready(name)
                assert services.pid(name) != before[name]
        return list(zip(killer.done, killer.killed, strict=True))
    finally:
        await services.stop()


async def test_a_seed_kills_the_same_at_the_same_moments_again(tmp_path: Path) -> None:
    """A run that found something can be had again; while somebody writes, the bot is left alone."""
    first = await _killed(tmp_path, 3)
    assert len(first) == 4
    assert first == await _killed(tmp_path, 3)
    assert {name for moment, name in first if moment.endswith("written")} <= {"worker", "backend"}


def test_a_seed_decides_who_does_what_and_what_fails() -> None:
    """The same again from the same seed, another town from another; every blow and every restart is there."""

    def all_of(seed: int) -> list[object]:
        dice = Dice(seed)
        decided = [*islice(dice.wishes(), 50), *dice.calls(9), *dice.payers(9), *islice(dice.troubles(), 50)]
        return [*decided, *dice.blows(100, 5, (("worker-1", 9), ("backend", 1)))]

    assert all_of(4) == all_of(4) != all_of(5)
    blows = Dice(4).blows(100, 5, (("worker-1", 9), ("backend", 1)))
    assert len(blows) == 105
    assert sum(blow.target == "postgres" for blow in blows) == 5


def _leave_traces() -> tuple[int, bytes]:
    """Do what a run of everything does to its process: set its settings, and read the keys that they name."""
    os.environ["DUKA_PII_INDEX_KEY"] = "another stack's"  # noqa: TID251 - as the stack does
    return os.getpid(), blind_index("+254700000101")


def test_the_orders_by_chat_leave_the_town_its_own_stores_and_keys() -> None:
    """Each part has stores and secrets of its own, so none may run in the other's process."""
    before = dict(os.environ), blind_index("+254700000101")  # noqa: TID251 - to compare
    process, index = apart(_leave_traces)
    assert process != os.getpid()
    assert index != before[1]
    assert (dict(os.environ), blind_index("+254700000101")) == before  # noqa: TID251


async def test_a_small_town_comes_through_kills_and_a_restart_of_postgres_whole(tmp_path: Path) -> None:
    """Real workers, backend and Postgres: nothing lost, doubled or left behind, as `make torture-long` has it."""
    sizes = ("--kills", "4", "--restarts", "1", "--at-once", "8", "--speed-afterwards", "250")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "backend.cli", "torture", "--no-dialogue", *sizes),
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "HOME": str(tmp_path), "TMPDIR": str(tmp_path)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    last = said.decode().splitlines()[-1]
    assert process.returncode == 0, said.decode()
    assert last.startswith("torture: seed 1, commit ")
    assert "kills 4, restarts 1" in last
    assert last.endswith("whole")
