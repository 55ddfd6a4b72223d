"""Kills processes at named moments of the orders; the seed chooses at which moments, and which process."""

import asyncio
import random
from collections.abc import Sequence
from typing import Final

from backend.runtime.supervisor import Supervisor

_WITHIN_S: Final = 0.4  # What the moment sets going takes about this long.
_WORKERS: Final = ("worker", "backend")
_PROCESSES: Final = (*_WORKERS, "worker", "rasa", "actions")
# While somebody writes, a bot that is killed hands them to a person, and the order goes another way.
_TALKING: Final = "written"


class Killer:
    """Ends a process with SIGKILL after each chosen moment, while it works on what the moment set going.

    Attributes:
        done: The moments at which it did.
        killed: What was killed at each of them, in the same order.
    """

    def __init__(self, services: Supervisor, moments: Sequence[str], kills: int, seed: int) -> None:
        """Choose.

        Raises:
            ValueError: There are fewer moments than kills.
        """
        self._services = services
        self._dice = random.Random(seed)  # noqa: S311 - a test's dice
        self.chosen = frozenset(self._dice.sample(list(moments), kills))
        self.done: list[str] = []
        self.killed: list[str] = []

    async def __call__(self, moment: str) -> None:
        """Kill, where this is a chosen moment; a process that is still down from the last time is waited for."""
        if moment not in self.chosen:
            return
        name = self._dice.choice(_WORKERS if moment.endswith(_TALKING) else _PROCESSES)
        await self._services.wait_ready(name)
        await asyncio.sleep(self._dice.uniform(0, _WITHIN_S))
        await self._services.wait_ready(name)
        self._services.kill(name)
        self.done.append(moment)
        self.killed.append(name)
        if name != "worker":  # The hands of the people need the others there; the worker comes back while they go on.
            await self._services.wait_ready(name)
