"""Real small processes under the supervisor: in order, started again when they fall, none left behind."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic

import pytest
from sqlalchemy.engine import make_url

from backend.platform.db.embedded import EmbeddedPostgres
from backend.runtime.probes import answers, beats, port_open, postgres_answers, redis_answers
from backend.runtime.supervisor import ProcessSpec, StartError, Supervisor
from backend.worker import beat
from tests.support.sockets import served

ROOT = Path(__file__).parents[3]
# Says that it started, in a file that all write to, and then lives until it is ended.
_MEMBER = (
    "import sys, time; open(sys.argv[1], 'a').write(sys.argv[2] + '\\n'); print('here is', sys.argv[2], flush=True)"
)
_LIVES = f"{_MEMBER}; time.sleep(600)"
_FALLS = f"{_MEMBER}; sys.exit(3)"
# A supervisor of its own, whose child has a child: what a terminal's Ctrl-C meets.
_UP = """
import asyncio, signal, sys
from pathlib import Path
from backend.runtime.supervisor import ProcessSpec, Supervisor

NEST = "import subprocess, sys, time; p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])" \\
    "; print(p.pid, flush=True); time.sleep(600)"

async def main():
    folder = Path(sys.argv[1])
    spec = ProcessSpec("nest", [sys.executable, "-c", NEST], {}, folder)
    supervisor = Supervisor([spec], quiet=True, log_folder=folder)
    await supervisor.start(lambda name: None)
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, supervisor.request_stop)
    while not (folder / "nest.log").read_text().endswith("\\n"):
        await asyncio.sleep(0.02)
    print(supervisor.pid("nest"), flush=True)
    await supervisor.wait()
    await supervisor.stop()

asyncio.run(main())
"""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Where each process writes that it started."""
    return tmp_path / "book"


def _spec(
    book: Path,
    name: str,
    code: str = _LIVES,
    *,
    after: tuple[str, ...] = (),
    ready: Callable[[], Awaitable[bool]] | None = None,
    alive: Callable[[], Awaitable[bool]] | None = None,
    patience_s: float = 20,
) -> ProcessSpec:
    command = [sys.executable, "-c", code, str(book), name]
    return ProcessSpec(name, command, {}, book.parent, ready, after, start_timeout_s=patience_s, alive=alive)


@asynccontextmanager
async def _supervised(*specs: ProcessSpec) -> AsyncIterator[Supervisor]:
    supervisor = Supervisor(specs, quiet=True, log_folder=specs[0].folder / "logs")
    try:
        yield supervisor
    finally:
        await supervisor.stop()


async def _until(what: Callable[[], bool], patience_s: float = 20) -> None:
    ends = monotonic() + patience_s
    while not what():
        assert monotonic() < ends, "it did not happen"
        await asyncio.sleep(0.02)


def _started(book: Path) -> list[str]:
    return book.read_text().split() if book.exists() else []


def _lives(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits to be collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def test_each_starts_once_what_it_needs_is_ready(book: Path) -> None:
    """The last in the list starts first where the others need it, and only its readiness lets them go."""
    open_gate = asyncio.Event()
    reported: list[str] = []

    async def store_is_ready() -> bool:
        return open_gate.is_set()

    async def app_is_ready() -> bool:
        return "app" in _started(book)

    specs = (
        _spec(book, "app", after=("store",), ready=app_is_ready),
        _spec(book, "worker", after=("app",)),
        _spec(book, "store", ready=store_is_ready),
    )
    async with _supervised(*specs) as supervisor:
        starting = asyncio.create_task(supervisor.start(reported.append))
        await _until(lambda: _started(book) == ["store"])
        await asyncio.sleep(0.3)
        assert _started(book) == ["store"]
        open_gate.set()
        await starting
        await _until(lambda: len(_started(book)) == 3)
    assert _started(book) == ["store", "app", "worker"]
    assert sorted(reported) == ["app", "store", "worker"]


async def test_one_that_is_never_ready_is_named_with_its_last_words(book: Path) -> None:
    """The error is what a person sees at start-up."""

    async def never() -> bool:
        return False

    async with _supervised(_spec(book, "rasa", ready=never, patience_s=1.5)) as supervisor:
        with pytest.RaisesGroup(pytest.RaisesExc(StartError, match="rasa was not ready within 2 s")):
            await supervisor.start(lambda _: None)


async def test_a_killed_process_is_started_again_and_ready_again(book: Path) -> None:
    """SIGKILL is no end: a new process takes its place, after the first pause."""
    async with _supervised(_spec(book, "worker"), _spec(book, "app")) as supervisor:
        await supervisor.start(lambda _: None)
        await _until(lambda: len(_started(book)) == 2)
        first, neighbour = supervisor.pid("worker"), supervisor.pid("app")
        killed_at = monotonic()
        supervisor.kill("worker")
        await _until(lambda: supervisor.pid("worker") not in {first, None})
        await asyncio.wait_for(supervisor.wait_ready("worker"), 5)
        await _until(lambda: _started(book).count("worker") == 2)
        assert monotonic() - killed_at >= 1
        assert supervisor.pid("app") == neighbour
        assert not _lives(int(first or 0))


async def test_one_that_keeps_falling_is_started_at_growing_pauses(book: Path) -> None:
    """Not in a tight loop: one second later, and two seconds after that."""
    async with _supervised(_spec(book, "broken", _FALLS)) as supervisor:
        began = monotonic()
        await supervisor.start(lambda _: None)
        await _until(lambda: len(_started(book)) == 2)
        assert monotonic() - began >= 1
        await _until(lambda: len(_started(book)) == 3)
        assert monotonic() - began >= 1 + 2


async def test_one_that_hangs_once_it_was_ready_is_ended_and_started_again(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three signs missed with one in between are no reason; three in a row are. Its neighbour goes on."""
    monkeypatch.setattr("backend.runtime.supervisor._LOOK_EVERY_S", 0.02)
    monkeypatch.setattr("backend.runtime.supervisor._MISSES", 3)
    signs = [True, False, False, True, False, False, False]
    seen: list[tuple[bool, int | None]] = []

    async def alive() -> bool:
        sign = signs[len(seen)] if len(seen) < len(signs) else True
        seen.append((sign, supervisor.pid("worker")))
        return sign

    async with _supervised(_spec(book, "worker", alive=alive), _spec(book, "app")) as supervisor:
        await supervisor.start(lambda _: None)
        hung, neighbour = supervisor.pid("worker"), supervisor.pid("app")
        await _until(lambda: _started(book).count("worker") == 2)
        await _until(lambda: len(seen) > len(signs))
        assert not _lives(int(hung or 0))
        assert [pid for _, pid in seen[: len(signs)]] == [hung] * len(signs)
        assert supervisor.pid("worker") not in {hung, None}
        assert supervisor.pid("app") == neighbour


async def test_a_worker_that_hangs_lets_its_file_grow_old(tmp_path: Path) -> None:
    """The file is touched as long as the event loop turns, and no longer."""
    path, stop = tmp_path / "beat", asyncio.Event()
    fresh, long_ago = beats(path, 60), beats(path, -1)
    assert not await fresh()
    beating = asyncio.create_task(beat(path, stop, every_s=0.01))
    await _until(path.exists)
    assert await fresh()
    assert not await long_ago()
    os.utime(path, (0, 0))
    assert not await fresh()
    await _until(lambda: path.stat().st_mtime > 0)
    stop.set()
    await beating
    os.utime(path, (0, 0))
    assert not await fresh()


async def test_a_store_is_asked_and_not_only_its_port(postgres: EmbeddedPostgres) -> None:
    """A stopped process still has its port open; only an answer tells that it serves."""

    async def dumb(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async def redis(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"+PONG\r\n" if await reader.readline() == b"PING\r\n" else b"-ERR\r\n")
        writer.close()

    async with await asyncio.start_server(dumb, "127.0.0.1", 0) as hung:
        port = hung.sockets[0].getsockname()[1]
        assert await port_open(port)()
        assert not await redis_answers(port)()
        assert not await postgres_answers(port)()
    async with await asyncio.start_server(redis, "127.0.0.1", 0) as serving:
        assert await redis_answers(serving.sockets[0].getsockname()[1])()
    assert await postgres_answers(make_url(postgres.url()).port or 0)()


async def test_stop_ends_all_and_keeps_a_log_of_each(book: Path) -> None:
    """Afterwards no process is there, and what each said is in a file of its name."""
    async with _supervised(_spec(book, "app"), _spec(book, "worker", after=("app",))) as supervisor:
        await supervisor.start(lambda _: None)
        await _until(lambda: len(_started(book)) == 2)
        pids = [supervisor.pid("app"), supervisor.pid("worker")]
    assert not any(_lives(int(pid or 0)) for pid in pids)
    logs = {path.name: path.read_text() for path in (book.parent / "logs").iterdir()}
    assert logs == {"app.log": "here is app\n", "worker.log": "here is worker\n"}


async def test_one_that_ignores_the_request_to_end_is_killed(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopping takes no longer than the patience with the stubborn."""
    monkeypatch.setattr("backend.runtime.supervisor._STOP_S", 0.3)
    deaf = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {_LIVES}"
    async with _supervised(_spec(book, "deaf", deaf)) as supervisor:
        await supervisor.start(lambda _: None)
        await _until(lambda: bool(_started(book)))
        pid = int(supervisor.pid("deaf") or 0)
    assert not _lives(pid)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=["Ctrl-C", "kill -9"])
async def test_no_orphan_is_left(tmp_path: Path, number: signal.Signals) -> None:
    """Ctrl-C ends a process and the processes that it started; even a killed supervisor takes its own along."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}  # noqa: TID251 - a child inherits it
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _UP, str(tmp_path)), env=environment, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    child = int(await asyncio.wait_for(process.stdout.readline(), 30))
    grandchild = int((tmp_path / "nest.log").read_text())
    assert _lives(child)
    assert _lives(grandchild)
    process.send_signal(number)
    await asyncio.wait_for(process.wait(), 15)
    await _until(lambda: not _lives(child))
    if number == signal.SIGINT:
        assert process.returncode == 0
        await _until(lambda: not _lives(grandchild))
    elif _lives(grandchild):
        os.kill(grandchild, signal.SIGKILL)


async def test_probes_tell_what_serves() -> None:
    """A port that is open, a path that answers 200; anything else is not ready."""

    async def app(scope: object, _receive: object, send: Callable[[dict[str, object]], Awaitable[None]]) -> None:
        status = 200 if isinstance(scope, dict) and scope["path"] == "/readyz" else 503
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async with served(app) as url:
        port = int(url.rpartition(":")[2])
        assert await port_open(port)()
        assert await answers(port, "/readyz")()
        assert not await answers(port, "/healthz")()
    assert not await port_open(port)()
    assert not await answers(port, "/readyz")()
