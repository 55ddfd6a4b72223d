"""Ends processes and the database as the dice say, with signals that give no time to tidy up."""

import asyncio
import contextlib
import os
import signal
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from backend.runtime.nursery import pid_of
from backend.runtime.supervisor import Supervisor
from backend.runtime.torture.dice import Blow

NURSED: Final = frozenset({"worker-1", "worker-2", "backend"})
_STORES: Final = frozenset({"postgres", "redis"})
# Whose blows fall one after the other; the others' do not wait for them, so that both workers are killed at once too.
_LEFT_HAND: Final = frozenset({"worker-2", "postgres"})
_LOOK_EVERY_S: Final = 0.05
_AT_WORK_S: Final = 0.8  # Of the processor's time; to come up takes about a quarter of it.


class Reaper:
    """Deals out blows.

    Attributes:
        done: How many of each target there were.
    """

    def __init__(self, services: Supervisor, stores: Supervisor, nursery: Path) -> None:
        self._services = services
        self._stores = stores
        self._nursery = nursery
        self.done: Counter[str] = Counter()

    async def deal(self, blows: Sequence[Blow]) -> None:
        """Deal them all with two hands, each after its pause, and to a target that lives."""
        async with asyncio.TaskGroup() as group:
            for left in (False, True):
                group.create_task(self._deal([blow for blow in blows if (blow.target in _LEFT_HAND) is left]))

    async def _deal(self, blows: Sequence[Blow]) -> None:
        for blow in blows:
            await asyncio.sleep(blow.after_s)
            await self._strike(blow)
            self.done[blow.target] += 1

    async def _strike(self, blow: Blow) -> None:
        number = signal.Signals[blow.signal]
        if blow.target in NURSED:
            pid = await self._nursed(blow.target)
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
            return
        keeper = self._stores if blow.target in _STORES else self._services
        await keeper.wait_ready(blow.target)
        keeper.kill(blow.target, number)
        if blow.target == "postgres":
            await keeper.wait_ready(blow.target)

    async def _nursed(self, name: str) -> int:
        """Return the id of a child once it works: one that still comes up has nothing to lose."""
        while True:
            pid = pid_of(self._nursery, name)
            if pid is not None and _used_s(pid) >= _AT_WORK_S:
                return pid
            await asyncio.sleep(_LOOK_EVERY_S)


def _used_s(pid: int) -> float:
    """Return the processor's time that a process has used since its fork; on Linux alone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
