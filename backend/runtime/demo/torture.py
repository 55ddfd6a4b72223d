"""Kills the worker at named moments of the orders; the seed chooses at which."""

import asyncio
import random
from collections.abc import Sequence
from typing import Final

from backend.runtime.supervisor import Supervisor

_WITHIN_S: Final = 0.4  # What the moment sets going takes about this long.


class Killer:
    """Ends the worker with SIGKILL after each chosen moment, while it works on what the moment set going.

    Attributes:
        done: The moments at which it did.
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

    async def __call__(self, moment: str) -> None:
        """Kill, where this is a chosen moment; a worker that is still down from the last time is waited for."""
        if moment not in self.chosen:
            return
        await self._services.wait_ready("worker")
        await asyncio.sleep(self._dice.uniform(0, _WITHIN_S))
        await self._services.wait_ready("worker")
        self._services.kill("worker")
        self.done.append(moment)
