"""Children whose code was imported once: killed, they are back; told to stop, none is left."""

import asyncio
import os
import signal
from pathlib import Path

from backend.runtime.nursery import Child, command, pid_of

ROOT = Path(__file__).parents[3]
_WAITS = {"args": ["sleep", "600"]}


async def _living(folder: Path, name: str, *, other_than: int | None = None) -> int:
    """The process id of a child, once it has one that is new."""
    async with asyncio.timeout(30):
        while (pid := pid_of(folder, name)) in {None, other_than}:  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.02)
    assert pid is not None
    return pid


def _lives(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


async def test_a_child_that_is_killed_is_back_and_its_sister_is_left_alone(tmp_path: Path) -> None:
    """Each has a file with its id; the end of the nursery ends both."""
    children = [Child(name, "subprocess", "call", _WAITS, ("decimal",)) for name in ("first", "second")]
    nursery = await asyncio.create_subprocess_exec(*command(tmp_path, *children), cwd=ROOT)
    first, second = await _living(tmp_path, "first"), await _living(tmp_path, "second")
    os.kill(first, signal.SIGKILL)
    again = await _living(tmp_path, "first", other_than=first)
    assert await _living(tmp_path, "second") == second
    nursery.terminate()
    assert await nursery.wait() == 0
    assert not any(_lives(pid) for pid in (again, second))
