"""What the benches share: a durable Postgres of their own, processes, CPU times, baselines' environments, bars."""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import Final

import psutil
import psycopg

from backend.platform.db.embedded import EmbeddedPostgres, free_port
from backend.platform.db.migrate import upgrade

ROOT: Final = Path(__file__).parents[1]
_SETTINGS: Final = (
    "track_commit_timestamp = on\nshared_buffers = 512MB\nmax_wal_size = 4GB\ncheckpoint_timeout = 15min\n"
)
_TEMPLATE: Final = "bench_template"


@dataclass(frozen=True, slots=True)
class Bar:
    """A figure with its bound; `at_least` tells the direction."""

    name: str
    value: float
    bound: float
    at_least: bool = True

    @property
    def met(self) -> bool:
        """Whether the figure is within its bound."""
        return self.value >= self.bound if self.at_least else self.value <= self.bound

    def __str__(self) -> str:
        sign = ">=" if self.at_least else "<="
        return f"{self.name} {self.value:,.4g} ({'met' if self.met else 'MISSED'}: {sign} {self.bound:,g})"


def conclude(title: str, bars: Sequence[Bar], also: Sequence[str] = ()) -> int:
    """Print every figure in one line, the last; return the exit code, 1 where a bar was missed."""
    print(f"{title}: " + " | ".join([*map(str, bars), *also]), flush=True)
    return 0 if all(bar.met for bar in bars) else 1


def say(words: str) -> None:
    """Print how far the bench has come."""
    print(f"  {words}", flush=True)


def percentile(values: Sequence[float], percent: int) -> float:
    """Return a percentile of at least two values."""
    return quantiles(values, n=100, method="inclusive")[percent - 1]


class BenchPostgres:
    """A throw-away server with `fsync` on, which tells when each transaction was committed."""

    def __init__(self, server: EmbeddedPostgres) -> None:
        self._server = server
        self._made = 0

    def fresh(self) -> str:
        """Return the URL of a new, migrated, empty database."""
        self._made += 1
        return self._server.create_database(f"bench_{self._made}", _TEMPLATE)

    def bare(self) -> str:
        """Return the URL of a new database without our tables."""
        self._made += 1
        return self._server.create_database(f"bench_{self._made}")

    def cpu_s(self) -> float:
        """Return the CPU seconds that all of the server's processes have used, those that ended included."""
        return process_cpu_s(_listening_pid(self._server.port))


@contextmanager
def bench_postgres() -> Iterator[BenchPostgres]:
    """Serve a fresh cluster for the length of a block."""
    folder = Path(tempfile.mkdtemp(prefix="duka-bench-pg-"))
    server = EmbeddedPostgres(folder, free_port())
    try:
        server.prepare()
        with (folder / "postgresql.auto.conf").open("a", encoding="utf-8") as settings:
            settings.write(_SETTINGS)
        with server.running():
            upgrade(server.create_database(_TEMPLATE))
            yield BenchPostgres(server)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _listening_pid(port: int) -> int:
    return next(
        int(found.pid)
        for found in psutil.net_connections("tcp")
        if found.status == psutil.CONN_LISTEN and found.laddr.port == port and found.pid
    )


def process_cpu_s(pid: int) -> float:
    """Return the CPU seconds of a process and all its children, those that ended included."""
    total = 0.0
    parent = psutil.Process(pid)
    for process in (parent, *parent.children(recursive=True)):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


@contextmanager
def spawned(*command: str, environment: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program for the length of a block; it is ended with SIGKILL where it does not end by itself."""
    process = subprocess.Popen(command, cwd=ROOT, env=None if environment is None else dict(environment))
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def baseline_python(*packages: str) -> Iterator[str]:
    """Make a throw-away environment with the packages; give its interpreter, and remove it afterwards."""
    uv, folder = str(ROOT / ".tools" / "bin" / "uv"), tempfile.mkdtemp(prefix="duka-bench-env-")
    python = f"{folder}/bin/python"
    try:
        subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, "--clear", folder], check=True)
        subprocess.run([uv, "pip", "install", "--quiet", "--python", python, *packages], check=True)
        yield python
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def execute(url: str, statement: str, parameters: Mapping[str, object] | None = None) -> None:
    """Run one statement in a transaction of its own."""
    with psycopg.connect(url) as connection:
        connection.execute(statement.encode(), parameters)


def rows(url: str, query: str) -> list[tuple[object, ...]]:
    """Return what a query finds."""
    with psycopg.connect(url) as connection:
        return connection.execute(query.encode()).fetchall()


def number(url: str, query: str) -> float:
    """Return the one number that a query finds; nothing counts as 0."""
    found = rows(url, query)[0][0]
    return float(found) if isinstance(found, int | float) else 0.0


def wait_for(url: str, query: str, wanted: int, within_s: float) -> float:
    """Wait until a count is reached, or the time is over; return the count."""
    last = time.monotonic() + within_s
    while (count := number(url, query)) < wanted and time.monotonic() < last:
        time.sleep(0.25)
    return count
