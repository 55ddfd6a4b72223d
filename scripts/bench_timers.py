"""Times the timer engine on a Postgres that syncs every commit, beside other engines on the same server.

    .venv/bin/python scripts/bench_timers.py [--seconds 20] [--pending 1000000] [--no-baselines]

The lag of a timer is the commit time of its effect less its due time, both by the database's clock. Workers are
processes of their own. The last line holds the figures; the command fails where a bar is missed.
"""

import argparse
import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Final

import psycopg
from bench_kit import (
    Bar,
    BenchPostgres,
    baseline_python,
    bench_postgres,
    conclude,
    execute,
    number,
    percentile,
    process_cpu_s,
    rows,
    say,
    spawned,
    wait_for,
)
from bench_orders import add_orders, arm_far_timers, arm_timers

from backend.platform.db.session import Database
from backend.platform.timers import NewTimer, TimerKind, arm_many, cancel

PER_S: Final = 1_000
_LEAD_S: Final = 2.0
_START_S: Final = 60
_ROUNDS: Final = 2
_BURST: Final = 40_000
_PRODUCT_BURST: Final = 20_000
_ENGINES: Final = ("procrastinate>=3.10", "dbos>=3.4", "pgqueuer>=1.6", "asyncpg", "psycopg[binary,pool]")
_EFFECTS: Final = "CREATE TABLE bench_effect (timer_id bigint, due_at timestamptz)"
_LAGS: Final = "SELECT extract(epoch FROM pg_xact_commit_timestamp(xmin) - due_at)::float8 FROM bench_effect"
_STEPS_SPAN: Final = """
SELECT extract(epoch FROM max(pg_xact_commit_timestamp(xmin)) - min(due_at))::float8
FROM sla_timer WHERE state = 'fired'
"""
_CONNECTED: Final = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'bench-worker'
"""
_FIRED: Final = "SELECT count(*) FROM sla_timer WHERE state = 'fired'"


@dataclass(frozen=True, slots=True)
class Lag:
    """How late the effects of one run were, and what each cost."""

    effects: int
    distinct: int
    p50_ms: float
    p99_ms: float
    worst_ms: float
    cpu_ms: float

    def __str__(self) -> str:
        return f"{self.effects} effects of {self.distinct} timers, p50 {self.p50_ms:.1f} ms, p99 {self.p99_ms:.1f} ms"


def worker(url: str, handler: str) -> list[str]:
    """Return the command of one engine with the handler named."""
    return [sys.executable, "scripts/bench_timer_worker.py", url, handler]


@contextmanager
def working(url: str, handler: str, count: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Run so many engines for the length of a block, which begins once all of them look for timers."""
    with ExitStack() as stack:
        processes = [stack.enter_context(spawned(*worker(url, handler))) for _ in range(count)]
        wait_for(url, _CONNECTED, count, _START_S)
        yield processes


def read_lag(url: str, cpu_s: float = 0.0) -> Lag:
    """Read how late the effects were."""
    lags = [1000 * float(str(row[0])) for row in rows(url, _LAGS)]
    distinct = int(number(url, "SELECT count(DISTINCT timer_id) FROM bench_effect"))
    cpu_ms = 1000 * cpu_s / max(len(lags), 1)
    return Lag(len(lags), distinct, median(lags), percentile(lags, 99), max(lags), cpu_ms)


def prepared(postgres: BenchPostgres, count: int, pending: int = 0) -> str:
    """Return a database with so many orders, and with so many timers of theirs that are due tomorrow or later."""
    url = postgres.fresh()
    execute(url, _EFFECTS)
    add_orders(url, count)
    if pending:
        arm_far_timers(url, pending // count)
    _settle(url)
    return url


def steady(postgres: BenchPostgres, url: str, count: int) -> Lag:
    """Let a thousand timers a second come due, one of each order."""
    execute(url, "TRUNCATE bench_effect")
    with working(url, "effect", 1) as (process,):
        arm_timers(url, count, first_s=_LEAD_S, per_s=PER_S)
        before_s = postgres.cpu_s() + process_cpu_s(process.pid)
        wait_for(url, "SELECT count(*) FROM bench_effect", count, count / PER_S + 60)
        cpu_s = postgres.cpu_s() + process_cpu_s(process.pid) - before_s
    return read_lag(url, cpu_s)


def rounds(postgres: BenchPostgres, urls: Sequence[str], count: int) -> list[Lag]:
    """Take each database in turn, twice; return the better run of each, since noise can only make one worse."""
    runs = [[steady(postgres, url, count) for url in urls] for _ in range(_ROUNDS)]
    return [min(of_one, key=lambda lag: lag.p99_ms) for of_one in zip(*runs, strict=True)]


def _settle(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")


def burst(postgres: BenchPostgres, handler: str, count: int, step: int = 1) -> float:
    """Let the same step of many ladders come due at once before two workers; return the steps done a second."""
    url = prepared(postgres, count)
    with working(url, handler, 2):
        arm_timers(url, count, first_s=_LEAD_S, per_s=1e9, step=step)
        done = wait_for(url, _FIRED, count, 120)
    return done / number(url, _STEPS_SPAN)


def best_burst(postgres: BenchPostgres, step: int) -> float:
    """Let a step of the shop's own ladders come due at once; return the better rate of the rounds, as for the lag."""
    return max(burst(postgres, "product", _PRODUCT_BURST, step) for _ in range(_ROUNDS))


def killed(postgres: BenchPostgres) -> Lag:
    """Kill one of two workers in the middle of six seconds of timers."""
    count = PER_S * 6
    url = prepared(postgres, count)
    with working(url, "effect", 2) as (victim, _):
        arm_timers(url, count, first_s=_LEAD_S, per_s=PER_S)
        wait_for(url, "SELECT count(*) FROM bench_effect", count // 2, 60)
        victim.kill()
        wait_for(url, "SELECT count(*) FROM bench_effect", count, 30)
    return read_lag(url)


async def cancel_ms(url: str, tries: int = 300) -> float:
    """Return the median time of cancelling an order's four timers, inside the caller's transaction."""
    database, times = Database(url, pool_size=1), []
    for order_id in (f"MW-{number_ + 1:07}" for number_ in range(tries)):
        async with database.transaction() as session:
            await arm_many(session, [NewTimer(TimerKind.VENDOR_ACCEPT, order_id, 3600, step) for step in range(4)])
        async with database.transaction() as session:
            await session.connection()
            started = time.perf_counter()
            assert await cancel(session, order_id, by="bench") == 4  # noqa: S101, PLR2004 - the bench proves its own work
            times.append(1000 * (time.perf_counter() - started))
    await database.close()
    return median(times)


def cancelling(postgres: BenchPostgres) -> float:
    """Time the cancelling beside a hundred thousand pending timers."""
    url = prepared(postgres, 10_000, 100_000)
    execute(url, "DELETE FROM sla_timer WHERE order_id <= 'MW-0000300'")  # Those measured have their four alone.
    return asyncio.run(cancel_ms(url))


@dataclass(frozen=True, slots=True)
class Others:
    """What other engines did on the same server in the same run."""

    pgqueuer: Lag
    procrastinate_per_s: float
    dbos_per_s: float


def others(postgres: BenchPostgres, seconds: int) -> Others:
    """Run the baselines."""
    with baseline_python(*_ENGINES) as python:
        lag_url = postgres.bare()
        execute(lag_url, _EFFECTS)
        _baseline(python, "pgqueuer", lag_url, PER_S * seconds)
        return Others(
            read_lag(lag_url),
            _baseline(python, "procrastinate", postgres.bare(), 1_500),
            _baseline(python, "dbos", postgres.bare(), 600),
        )


def _baseline(python: str, engine: str, url: str, jobs: int) -> float:
    command = [python, "scripts/baseline_timers.py", engine, url, str(jobs), str(PER_S)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=400)
    figure = float(done.stdout.strip().splitlines()[-1])
    say(f"{engine}: {figure:,.0f}")
    return figure


def measure(postgres: BenchPostgres, options: argparse.Namespace) -> tuple[list[Bar], list[str]]:
    """Run everything; return the bars and the figures without one."""
    count = PER_S * options.seconds
    urls = [prepared(postgres, count), prepared(postgres, count, options.pending)]
    empty, full = rounds(postgres, urls, count)
    say(f"no other timers: {empty}, {empty.cpu_ms:.2f} ms CPU each")
    say(f"{options.pending:,} pending: {full}, {full.cpu_ms:.2f} ms CPU each")
    steps_per_s = burst(postgres, "step", _BURST)
    say(f"ladder steps: {steps_per_s:,.0f}/s")
    messages_per_s, rings_per_s = (best_burst(postgres, step) for step in (0, 1))
    say(f"messages of the shop's own ladders: {messages_per_s:,.0f}/s, rings: {rings_per_s:,.0f}/s")
    kill = killed(postgres)
    say(f"one of two workers killed: {kill}, worst {kill.worst_ms:.0f} ms")
    exactly = all(lag.effects == lag.distinct for lag in (empty, full, kill)) and kill.effects == PER_S * 6
    bars = [
        Bar("lag p99 ms", empty.p99_ms, 25 if options.quiet else 100, at_least=False),
        Bar("1M pending p99 ratio", full.p99_ms / empty.p99_ms, 1.25, at_least=False),
        Bar("1M pending CPU ratio", full.cpu_ms / empty.cpu_ms, 1.25, at_least=False),
        Bar("ladder steps/s", steps_per_s, 8_000),
        Bar("shop's ladder rings/s", rings_per_s, 8_000),
        Bar("cancel ms", cancelling(postgres), 1, at_least=False),
        Bar("takeover worst lag ms", kill.worst_ms, 1_000, at_least=False),
        Bar("exactly once", float(exactly), 1),
    ]
    if options.baselines:
        bars += _against(empty, steps_per_s, others(postgres, options.seconds))
    also = [f"lag p50 ms {empty.p50_ms:.1f}", f"CPU ms/timer {empty.cpu_ms:.2f}"]
    return bars, [*also, f"shop's ladder messages/s {messages_per_s:,.0f} (a step and a rendered, sealed send each)"]


def _against(own: Lag, steps_per_s: float, other: Others) -> list[Bar]:
    say(f"pgqueuer: {other.pgqueuer}")
    return [
        Bar("p99 of pgqueuer's", own.p99_ms / other.pgqueuer.p99_ms, 0.25, at_least=False),
        Bar("steps to procrastinate's no-ops", steps_per_s / other.procrastinate_per_s, 20),
        Bar("steps to DBOS's no-ops", steps_per_s / other.dbos_per_s, 30),
    ]


def main() -> int:
    """Run the bench; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--pending", type=int, default=1_000_000)
    parser.add_argument("--quiet", action="store_true", help="Hold the lag to the bar of a machine with nothing else.")
    parser.add_argument("--no-baselines", dest="baselines", action="store_false")
    options = parser.parse_args()
    with bench_postgres() as postgres:
        bars, also = measure(postgres, options)
    return conclude("bench-timers", bars, also)


if __name__ == "__main__":
    sys.exit(main())
