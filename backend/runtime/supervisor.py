"""Starts processes in order, watches them, restarts those that fall, and leaves none behind."""

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path
from typing import Final

from backend.platform.observability.logging import get_logger

log = get_logger(__name__)

_BACKOFF_S: Final = (0.5, 1, 2, 4, 8, 15, 30)
_STABLE_S: Final = 30.0
_STOP_S: Final = 12.0
_POLL_S: Final = 0.1
# A process that has been ready and then gives no sign of life so often in a row is ended, and so started again.
_LOOK_EVERY_S: Final = 5.0
_MISSES: Final = 6
_PR_SET_PDEATHSIG: Final = 1
_COLOURS: Final = (36, 33, 32, 35, 34, 31)


type Probe = Callable[[], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class ProcessSpec:
    """One process to keep running.

    Attributes:
        ready: Returns True once the process serves; None where starting is enough.
        alive: Returns True as long as the process, once ready, gives a sign of life; None where nobody looks. It asks
            after the process alone, lest it is ended for what others lack.
        after: Processes that must be ready first.
        user: System user to run as; None for the caller's own.
        start_timeout_s: How long it may take to become ready.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    ready: Probe | None = None
    after: tuple[str, ...] = ()
    user: str | None = None
    start_timeout_s: float = 90.0
    alive: Probe | None = None


@dataclass(slots=True)
class _Running:
    spec: ProcessSpec
    process: asyncio.subprocess.Process | None = None
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    restarts: int = 0
    tail: deque[str] = field(default_factory=lambda: deque(maxlen=12))


class StartError(RuntimeError):
    """A process did not become ready in time."""


def _die_with_parent() -> None:
    """Ask the kernel to end this process when its parent dies, so that none is orphaned."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Supervisor:
    """Keeps a set of processes alive until told to stop."""

    def __init__(self, specs: Sequence[ProcessSpec], *, quiet: bool = False, log_folder: Path | None = None) -> None:
        """Prepare.

        Args:
            specs: What to run; named in log lines.
            quiet: Keep the processes' output out of the terminal.
            log_folder: Where each process's output is also kept, a file a process.
        """
        self._all = {spec.name: _Running(spec) for spec in specs}
        self._quiet = quiet
        self._log_folder = log_folder
        self._stopping = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._printing: set[asyncio.Task[None]] = set()

    async def start(self, progress: Callable[[str], None]) -> None:
        """Start everything in order and return once all are ready.

        Raises:
            StartError: A process was not ready in time.
        """
        self._tasks = [
            asyncio.create_task(self._keep(running), name=running.spec.name) for running in self._all.values()
        ]
        async with asyncio.TaskGroup() as group:
            for running in self._all.values():
                group.create_task(self._report_ready(running, progress))

    async def _report_ready(self, running: _Running, progress: Callable[[str], None]) -> None:
        try:
            await asyncio.wait_for(running.ready.wait(), running.spec.start_timeout_s)
        except TimeoutError:
            said = "".join(running.tail) or "nothing"
            message = f"{running.spec.name} was not ready within {running.spec.start_timeout_s:.0f} s; it said:\n{said}"
            raise StartError(message) from None
        progress(running.spec.name)

    async def wait(self) -> None:
        """Return when told to stop."""
        await self._stopping.wait()

    def request_stop(self) -> None:
        """Tell the supervisor to stop."""
        self._stopping.set()

    def pid(self, name: str) -> int | None:
        """Return the process id, or None while it is down."""
        process = self._all[name].process
        return process.pid if process and process.returncode is None else None

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Kill a process and its own; it is restarted as after a first crash, since this says nothing against it."""
        pid = self.pid(name)
        if pid is not None:
            self._all[name].ready.clear()
            self._all[name].restarts = 0
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, number)

    async def wait_ready(self, name: str) -> None:
        """Return once the process is ready again."""
        await self._all[name].ready.wait()

    async def stop(self) -> None:
        """End all processes, the last started first."""
        self._stopping.set()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for layer in reversed(self._layers()):
            await asyncio.gather(*(self._end(running) for running in layer))
        await asyncio.gather(*self._printing, return_exceptions=True)

    def _layers(self) -> list[list[_Running]]:
        """Group the processes so that each comes after those that it needs."""
        depth: dict[str, int] = {}

        def depth_of(name: str) -> int:
            if name not in depth:
                depth[name] = 1 + max((depth_of(other) for other in self._all[name].spec.after), default=-1)
            return depth[name]

        layers: dict[int, list[_Running]] = {}
        for name, running in self._all.items():
            layers.setdefault(depth_of(name), []).append(running)
        return [layers[level] for level in sorted(layers)]

    async def _end(self, running: _Running) -> None:
        process = running.process
        if process is None or process.returncode is not None:
            return
        for number in (signal.SIGINT if running.spec.name == "postgres" else signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), _STOP_S)
                return

    async def _keep(self, running: _Running) -> None:
        for name in running.spec.after:
            await self._all[name].ready.wait()
        while not self._stopping.is_set():
            started = asyncio.get_running_loop().time()
            await self._run_once(running)
            if self._stopping.is_set():
                return
            lived = asyncio.get_running_loop().time() - started
            running.restarts = 0 if lived > _STABLE_S else running.restarts + 1
            pause = _BACKOFF_S[min(running.restarts, len(_BACKOFF_S) - 1)]
            log.warning("process.fell", name=running.spec.name, lived_s=round(lived, 1), restart_in_s=pause)
            await asyncio.sleep(pause)

    async def _run_once(self, running: _Running) -> None:
        spec = running.spec
        running.process = process = await asyncio.create_subprocess_exec(
            *spec.command,
            env=dict(spec.environment),
            cwd=spec.folder,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            user=spec.user,
            preexec_fn=_die_with_parent,
        )
        printing = asyncio.create_task(self._print(running, process))
        self._printing.add(printing)
        printing.add_done_callback(self._printing.discard)
        probing = asyncio.create_task(self._probe(running, process))
        try:
            await process.wait()
        finally:
            probing.cancel()
            running.ready.clear()

    async def _probe(self, running: _Running, process: asyncio.subprocess.Process) -> None:
        """Set `ready` once the process serves; then look whether it lives, and end it once it has long been dumb."""
        ready = running.spec.ready
        while process.returncode is None:
            if ready is None or await ready():
                break
            await asyncio.sleep(_POLL_S)
        running.ready.set()
        if running.spec.alive is not None:
            await _until_dumb(running.spec.alive)
            log.error("process.hangs", name=running.spec.name, looked=_MISSES, every_s=_LOOK_EVERY_S)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

    async def _print(self, running: _Running, process: asyncio.subprocess.Process) -> None:
        """Copy the process's output, each line under its name."""
        stream = process.stdout
        if stream is None:
            return
        colour = _COLOURS[list(self._all).index(running.spec.name) % len(_COLOURS)]
        prefix = f"\x1b[{colour}m{running.spec.name:>9}\x1b[0m | "
        with self._open_log(running.spec.name) as kept:
            async for line in _lines(stream):
                kept.write(line)
                running.tail.append(line.decode("utf-8", "replace"))
                if not self._quiet:
                    sys.stdout.write(prefix + line.decode("utf-8", "replace"))
                    sys.stdout.flush()

    def _open_log(self, name: str) -> FileIO:
        if self._log_folder is None:
            return FileIO(os.devnull, "wb")
        self._log_folder.mkdir(parents=True, exist_ok=True)
        return FileIO(self._log_folder / f"{name}.log", "ab")


async def _until_dumb(alive: Probe) -> None:
    """Return once the probe has failed so often in a row that the process must hang."""
    misses = 0
    while misses < _MISSES:
        await asyncio.sleep(_LOOK_EVERY_S)
        misses = 0 if await alive() else misses + 1


async def _lines(stream: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """Yield lines; one that is longer than the buffer comes in pieces."""
    while True:
        try:
            line = await stream.readline()
        except ValueError:
            line = await stream.read(65_536)
        if not line:
            return
        yield line
