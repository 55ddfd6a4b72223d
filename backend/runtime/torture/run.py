"""Brings the town up, lets it trade while blows and troubles fall, lets it come to rest, and judges."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, Final

from rich.console import Console
from sqlalchemy import text

from backend.bootstrap import Built, build
from backend.platform.auth.tokens import TokenIssuer
from backend.platform.db.session import Database
from backend.platform.settings import PlatformSettings
from backend.runtime import nursery
from backend.runtime.probes import answers
from backend.runtime.processes import Stack, uvicorn_arguments
from backend.runtime.settings import RuntimeSettings, inherited_environment
from backend.runtime.stack import Progress, Running, running
from backend.runtime.supervisor import ProcessSpec
from backend.runtime.torture.clock import Pace
from backend.runtime.torture.dice import Dice
from backend.runtime.torture.hands import Api, Sandbox
from backend.runtime.torture.reaper import Reaper
from backend.runtime.torture.town import Town
from backend.runtime.torture.trade import Standing, Trade
from backend.runtime.torture.verdict import Tally, judge

_TARGETS: Final = (("worker-1", 44), ("worker-2", 44), ("backend", 8), ("redis", 4))
_LATE_IMPORTS: Final = ("httpcore", "anyio._backends._asyncio")  # Made by the first client of a process.
_COUNT_EVERY_S: Final = 4.0
_TELL_EVERY_S: Final = 15.0
_REST_S: Final = 180.0
_AFTERWARDS_S: Final = 4_000.0  # Of the moved clock: each ladder, query, reservation and window has ended by then.
_WIDE: Final = {
    "FEATURE_FLAGS": "wa=true,exotel=true",
    "EXOTEL_CALLS_PER_MINUTE": "6000",
    "SANDBOX_EXOTEL_CALLS_PER_MIN": "60000",
    "SANDBOX_WHATSAPP_THROUGHPUT_PER_S": "0",
    "SANDBOX_FORWARD_CLOCK": "false",
}
_UNDER_WAY: Final = text("""
SELECT (SELECT count(*) FROM provider_events WHERE state = 'pending' AND next_at <= duka_now())
    + (SELECT count(*) FROM outbound_send WHERE state = 'leased' OR state = 'queued' AND next_at <= duka_now())
    + (SELECT count(*) FROM sla_timer WHERE state = 'pending' AND due_at <= duka_now())
    + (SELECT count(*) FROM consumer_cursor c JOIN outbox o ON o.part = c.part AND (o.xid, o.pos) > (c.xid, c.pos))
""")
_ENDS: Final = text("SELECT state, count(*) AS many FROM orders GROUP BY state ORDER BY state")


@dataclass(frozen=True, slots=True)
class Size:
    """How much of it.

    Attributes:
        kills: Processes that are killed.
        restarts: Times that the database is ended, abruptly or not.
        at_once: Orders under way at any time.
        speed: How many times faster than real time the clock runs while blows fall.
        speed_afterwards: The same, once nothing falls any more.
        troubled: Whether providers and their webhooks fail too.
    """

    kills: int
    restarts: int
    at_once: int = 60
    speed: float = 12.0
    speed_afterwards: float = 60.0
    troubled: bool = True


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened, and what is not as it must be."""

    orders: int
    turned_away: int
    kills: int
    restarts: int
    troubles: int
    done: dict[str, int]
    ends: dict[str, int]
    faults: tuple[str, ...]
    took_s: float

    def told(self) -> str:
        """Return the figures, for one line."""
        asked = ", ".join(f"{count} asked of {provider}" for provider, count in self.done.items())
        ends = ", ".join(f"{count} {state}" for state, count in self.ends.items())
        return (
            f"orders {self.orders} ({ends}; {self.turned_away} turned away), kills {self.kills},"
            f" restarts {self.restarts}, troubles of providers {self.troubles}, {asked},"
            f" faults {len(self.faults)}, {self.took_s:.0f} s"
        )


async def run(console: Console, seed: int, size: Size) -> Outcome:
    """Run one town on fresh stores and free ports."""
    with tempfile.TemporaryDirectory(prefix="duka-torture-") as folder:
        settings = RuntimeSettings(
            data_dir=Path(folder),
            model=Path("none"),
            port_backend=0,
            port_sandbox=0,
            port_rasa=0,
            port_actions=0,
            port_postgres=0,
            port_redis=0,
        )
        environment = {**inherited_environment(), **_WIDE}
        progress = Progress(console)
        async with running(settings, progress, quiet=True, environment=environment, choose=_processes) as opened:
            outcome = await _Run(console, opened, Dice(seed), size).whole()
            if outcome.faults:
                _show_logs(console, settings.data_dir / "logs")
            return outcome


def _processes(stack: Stack, model: Path) -> Sequence[ProcessSpec]:
    """Return the simulators, and a nursery with two workers and the backend."""
    by_name = {spec.name: spec for spec in stack.services(model)}
    children = (
        nursery.Child("worker-1", "backend.worker", "main", needs=_LATE_IMPORTS),
        nursery.Child("worker-2", "backend.worker", "main"),
        nursery.Child("backend", "uvicorn", "run", uvicorn_arguments(stack.ports.backend), ("backend.app",)),
    )
    command = nursery.command(_nursery(stack), *children)
    ready = answers(stack.ports.backend, "/readyz")
    return [by_name["sandbox"], ProcessSpec("nursery", command, stack.environment(), by_name["worker"].folder, ready)]


def _nursery(stack: Stack) -> Path:
    return stack.settings.data_dir.absolute() / "nursery"


class _Run:
    """One town from its opening to the verdict."""

    def __init__(self, console: Console, opened: Running, dice: Dice, size: Size) -> None:
        self._console, self._opened, self._dice, self._size = console, opened, dice, size
        ports = opened.stack.ports
        self._built: Built = build(PlatformSettings(), application="torture")
        self._database = self._built.registry.get(Database)
        self._sandbox = Sandbox(f"http://127.0.0.1:{ports.sandbox}")
        self._api = Api(f"http://127.0.0.1:{ports.backend}", self._built.registry.get(TokenIssuer))
        self._pace = Pace(self._database, self._sandbox, size.speed)
        self._standing = Standing(self._database, self._pace)
        self._town, self._tally = Town(), Tally()
        self._trade = Trade(self._town, self._sandbox, self._api, self._standing, self._pace)
        self._reaper = Reaper(opened.services, opened.stores, _nursery(opened.stack))
        self._troubles = 0
        self._ends: dict[str, int] = {}

    async def whole(self) -> Outcome:
        """Open, torture, rest, judge."""
        began = monotonic()
        try:
            await self._town.open(self._built, self._sandbox, self._dice)
            async with _beside(self._pace.follow(), self._standing.follow(), self._count(), self._tell()):
                await self._torture()
                await self._pace.sleep(_AFTERWARDS_S)
            faults = await self._rest()
            faults += await self._judge()
        finally:
            await asyncio.gather(self._sandbox.close(), self._api.close(), self._built.close())
        restarts = self._reaper.done["postgres"]
        return Outcome(
            orders=len(self._trade.acknowledged),
            turned_away=self._trade.turned_away,
            kills=self._reaper.done.total() - restarts,
            restarts=restarts,
            troubles=self._troubles,
            done={provider: names.total() for provider, names in self._tally.by.items()},
            ends=self._ends,
            faults=tuple(faults),
            took_s=monotonic() - began,
        )

    async def _torture(self) -> None:
        """Trade until all blows have fallen; then let the orders under way come to their end, unharmed."""
        stop = asyncio.Event()
        blows = self._dice.blows(self._size.kills, self._size.restarts, _TARGETS)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._trade.run(self._dice.wishes(), self._size.at_once, stop))
            async with _beside(*([self._trouble()] if self._size.troubled else [])):
                await self._reaper.deal(blows)
            await self._heal()
            self._pace.speed = self._size.speed_afterwards
            stop.set()

    async def _trouble(self) -> None:
        for after_s, path, body in self._dice.troubles():
            await asyncio.sleep(after_s)
            await self._sandbox.control(path, body)
            self._troubles += 1

    async def _heal(self) -> None:
        for path in ("/faults", "/webhooks/accidents"):
            await self._sandbox.control(path, method="DELETE")
        await self._sandbox.control("/webhooks/release", {"order": "fifo"})

    async def _count(self) -> None:
        while True:
            await asyncio.sleep(_COUNT_EVERY_S)
            await self._tally.count(self._sandbox)

    async def _tell(self) -> None:
        began = monotonic()
        while True:
            await asyncio.sleep(_TELL_EVERY_S)
            done, size = self._reaper.done, self._size
            killed = done.total() - done["postgres"]
            self._console.print(
                f"  {monotonic() - began:6.0f} s: {len(self._trade.acknowledged)} orders,"
                f" {killed}/{size.kills} kills, {done['postgres']}/{size.restarts} restarts",
                highlight=False,
            )

    async def _rest(self) -> list[str]:
        """Wait until nothing is left to do; the bound is of liveness, not of speed."""
        quiet, ends = 0, monotonic() + _REST_S
        while quiet < 3:  # noqa: PLR2004 - looks in a row
            if monotonic() > ends:
                return [f"it did not come to rest within {_REST_S:.0f} s"]
            await self._sandbox.control("/webhooks/flush")
            async with self._database.transaction() as session:
                quiet = 0 if await session.scalar(_UNDER_WAY) else quiet + 1
            await asyncio.sleep(0.3)
        return []

    async def _judge(self) -> list[str]:
        await self._tally.count(self._sandbox)
        stack = self._opened.stack
        async with self._database.transaction() as session:
            self._ends = {row.state: row.many for row in await session.execute(_ENDS)}
            return await judge(
                session, self._trade.acknowledged, self._tally, stack.settings.data_dir / "logs", stack.secrets
            )


@asynccontextmanager
async def _beside(*forever: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run these for the length of a block."""
    tasks = [asyncio.create_task(one) for one in forever]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(result, Exception):
                raise result


def _show_logs(console: Console, folder: Path) -> None:
    for log in sorted(folder.glob("*.log")):
        rows = [line for line in log.read_text(errors="replace").splitlines() if "error" in line.casefold()]
        for line in rows[-8:]:
            console.print(f"[dim]{log.stem}: {line[:300]}[/dim]", markup=False)
