"""Times the outbox with four consumers, beside the same consumers behind Redis Streams, fed from the same outbox.

    .venv/bin/python scripts/bench_events.py [--seconds 20] [--events 40000] [--rounds 5]

Each consumer is a process; Postgres and Redis sync every write. Both drain in turn, some rounds long, and the medians
of rates and ratios count: a drain takes a second or two, and the machine is never quite alone. A delay is the commit
time of an effect less that of its event, by the database's clock. The last line holds the figures; the command fails
where a bar is missed.
"""

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Final

from bench_event_worker import CONSUMERS, PER_S
from bench_kit import (
    Bar,
    BenchPostgres,
    bench_postgres,
    conclude,
    execute,
    number,
    percentile,
    rows,
    say,
    spawned,
    wait_for,
)

from backend.platform.db.embedded import free_port

_TABLES: Final = (
    "CREATE TABLE bench_effect (event_id text PRIMARY KEY, key text, seq int, place bigserial)",
    "CREATE TABLE bench_order (key text PRIMARY KEY, seq int)",
)
_FILL: Final = """
INSERT INTO outbox (event_id, topic, key, payload, actor, city, trace_id)
SELECT gen_random_uuid()::text, 'order.state.changed', 'MW-' || lpad((n %% 2000)::text, 7, '0'),
    jsonb_build_object('order_id', 'MW-' || lpad((n %% 2000)::text, 7, '0'), 'seq', n / 2000), 'system:bench', 'Nashik',
    'bench'
FROM generate_series(0, %(count)s - 1) n ORDER BY n
"""
_DONE: Final = "SELECT count(*) FROM bench_effect"
_CONNECTED: Final = """
SELECT count(DISTINCT client_port) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'bench-worker'
"""
_FIRST_S: Final = "SELECT extract(epoch FROM clock_timestamp())::float8"
_LAST_S: Final = "SELECT extract(epoch FROM max(pg_xact_commit_timestamp(xmin)))::float8 FROM bench_effect"
_DELAYS: Final = """
SELECT 1000 * extract(epoch FROM pg_xact_commit_timestamp(e.xmin) - pg_xact_commit_timestamp(o.xmin))::float8
FROM bench_effect e JOIN outbox o USING (event_id)
"""
_FAULTS: Final = """
SELECT count(*) FROM (
    SELECT seq, lag(seq, 1, -1) OVER (PARTITION BY key ORDER BY place) AS before FROM bench_effect
) walked WHERE seq <> before + 1
"""


def worker(role: str, url: str, redis_url: str, share: int = 0) -> list[str]:
    """Return the command of one process of the bench."""
    return [sys.executable, "scripts/bench_event_worker.py", role, url, redis_url, str(share)]


@contextmanager
def bench_redis() -> Iterator[str]:
    """Serve a throw-away Redis that syncs every write."""
    folder, port = tempfile.mkdtemp(prefix="duka-bench-redis-"), free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--logfile", "redis.log"]
    try:
        with spawned("redis-server", *options, "--appendonly", "yes", "--appendfsync", "always"):
            yield f"redis://127.0.0.1:{port}/0"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def fresh(postgres: BenchPostgres) -> str:
    """Return a new database with the effect's tables."""
    url = postgres.fresh()
    for statement in _TABLES:
        execute(url, statement)
    return url


def drain(url: str, commands: Sequence[Sequence[str]], count: int) -> tuple[float, float]:
    """Fill the outbox behind waiting consumers; return the events handled a second, and the faults of order."""
    with ExitStack() as stack:
        for command in commands:
            stack.enter_context(spawned(*command))
        wait_for(url, _CONNECTED, len(commands), 60)
        execute(url, _FILL, {"count": count})
        first_s = number(url, _FIRST_S)
        done = wait_for(url, _DONE, count, 120)
    return done / (number(url, _LAST_S) - first_s), number(url, _FAULTS) + count - done


def steady(url: str, redis_url: str, seconds: int) -> list[float]:
    """Commit 500 events a second before four consumers; return the delays of their effects in milliseconds."""
    with ExitStack() as stack:
        for _ in range(CONSUMERS):
            stack.enter_context(spawned(*worker("consume", url, redis_url)))
        wait_for(url, _CONNECTED, CONSUMERS, 60)
        time.sleep(1)
        subprocess.run(worker("produce", url, redis_url, PER_S * seconds), check=True, timeout=seconds + 60)
        wait_for(url, _DONE, PER_S * seconds, 30)
    return [float(str(row[0])) for row in rows(url, _DELAYS)]


def one_round(postgres: BenchPostgres, events: int) -> tuple[float, float, float]:
    """Drain ours, then Redis Streams; return both rates and our faults of order."""
    own_url, stream_url = fresh(postgres), fresh(postgres)
    with bench_redis() as redis_url:
        own_per_s, faults = drain(own_url, [worker("consume", own_url, redis_url)] * CONSUMERS, events)
        streams = [worker("stream", stream_url, redis_url, share) for share in range(CONSUMERS)]
        stream_per_s, _ = drain(stream_url, [worker("relay", stream_url, redis_url), *streams], events)
    say(f"outbox to four consumers {own_per_s:,.0f}/s, through Redis Streams {stream_per_s:,.0f}/s")
    return own_per_s, stream_per_s, faults


def measure(postgres: BenchPostgres, options: argparse.Namespace) -> int:
    """Run everything and conclude."""
    rounds = [one_round(postgres, options.events) for _ in range(options.rounds)]
    steady_url = fresh(postgres)
    with bench_redis() as redis_url:
        delays = steady(steady_url, redis_url, options.seconds)
    faults = number(steady_url, _FAULTS) + PER_S * options.seconds - len(delays) + sum(wrong for *_, wrong in rounds)
    p50_bar, p99_bar = (15, 60) if options.quiet else (45, 180)
    bars = [
        Bar("drain/s", statistics.median(own for own, *_ in rounds), 10_000),
        Bar("to Redis Streams", statistics.median(own / stream for own, stream, _ in rounds), 3),
        Bar("steady p50 ms", percentile(delays, 50), p50_bar, at_least=False),
        Bar("steady p99 ms", percentile(delays, 99), p99_bar, at_least=False),
        Bar("faults of order", faults, 0, at_least=False),
    ]
    return conclude("bench-events", bars, [f"rounds {options.rounds}", f"steady/s {PER_S}"])


def main() -> int:
    """Run the bench; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--events", type=int, default=40_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--quiet", action="store_true", help="Hold the delays to the bars of a machine with nothing else."
    )
    options = parser.parse_args()
    if shutil.which("redis-server") is None:
        sys.exit("redis-server is not on the path; install the redis-server package")
    with bench_postgres() as postgres:
        return measure(postgres, options)


if __name__ == "__main__":
    sys.exit(main())
