"""The sandbox's own time, which tests and the phones page may move, and timers that follow it."""

import asyncio
import heapq
import itertools
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

_LOG = logging.getLogger(__name__)
_LONGEST_NAP_S = 0.5
type Action = Callable[[], Awaitable[None]]


class SimClock:
    """Real time plus an offset; only ever moved forwards."""

    def __init__(self, source: Callable[[], float] = time.time) -> None:
        self._source = source
        self.offset_s = 0.0

    def now(self) -> datetime:
        """Return the simulated instant, in UTC."""
        return datetime.fromtimestamp(self.unix(), UTC)

    def unix(self) -> float:
        """Return the simulated instant as unix seconds."""
        return self._source() + self.offset_s

    def seconds(self) -> int:
        """Return whole unix seconds, as most providers write time."""
        return int(self.unix())

    def millis(self) -> int:
        """Return unix milliseconds, as Instagram writes time."""
        return int(self.unix() * 1000)

    def in_zone(self, hours: float) -> datetime:
        """Return the wall time of a place `hours` ahead of UTC, without a zone, as telephone companies write it."""
        return (self.now() + timedelta(hours=hours)).replace(tzinfo=None)


@dataclass(order=True, slots=True)
class Timer:
    """One thing that will happen at a simulated time, unless it is called off."""

    due: float
    number: int
    action: Action = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        """Call the action off."""
        self.cancelled = True


class Timers:
    """Runs actions when the simulated clock reaches them, in the order they fall due."""

    def __init__(self, clock: SimClock) -> None:
        self._clock = clock
        self._heap: list[Timer] = []
        self._numbers = itertools.count()
        self._tasks: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()

    def after(self, seconds: float, action: Action) -> Timer:
        """Let `action` happen `seconds` of simulated time from now; zero means as soon as possible."""
        timer = Timer(self._clock.unix() + seconds, next(self._numbers), action)
        heapq.heappush(self._heap, timer)
        self._wake.set()
        return timer

    def clear(self) -> None:
        """Forget every timer; what already runs is left to end."""
        self._heap.clear()

    def run_due(self) -> int:
        """Start every action that is due and return how many were started."""
        started = 0
        while self._heap and self._heap[0].due <= self._clock.unix():
            timer = heapq.heappop(self._heap)
            if not timer.cancelled:
                self._start(timer.action)
                started += 1
        return started

    async def settle(self) -> None:
        """Run what is due, and what that made due, until nothing is left to do at this instant."""
        while self.run_due() or self._tasks:
            await asyncio.gather(*self._tasks)
            # A task that has ended leaves the set in the loop's next round; gathering ended ones yields to nobody.
            await asyncio.sleep(0)

    async def run_forever(self) -> None:
        """Keep running what falls due; the sandbox's one background task."""
        while True:
            self.run_due()
            self._wake.clear()
            await self._nap()

    async def stop(self) -> None:
        """Cancel what is under way, at shutdown."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, action: Action) -> None:
        task = asyncio.create_task(_guarded(action))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _nap(self) -> None:
        pause = self._heap[0].due - self._clock.unix() if self._heap else _LONGEST_NAP_S
        try:
            await asyncio.wait_for(self._wake.wait(), min(max(pause, 0.0), _LONGEST_NAP_S))
        except TimeoutError:
            return


def _guarded(action: Action) -> Coroutine[Any, Any, None]:
    """Keep one failing action from ending the simulation; its trace is logged."""

    async def run() -> None:
        try:
            await action()
        except Exception:  # noqa: BLE001 - whatever fails in one event, the simulation goes on
            _LOG.exception("a simulated event failed")

    return run()
