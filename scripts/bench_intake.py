"""Times webhooks: verified, deduplicated and committed before the answer, on two processes of the shop's application.

    .venv/bin/python scripts/bench_intake.py [--seconds 10] [--kills 200]

Beside it, in the same run on the same Postgres: the same webhook with a look-up and an insert through the ORM, and
`pgbench` inserting single rows of the same kind over 32 connections. The last line holds the figures; the command fails
where a bar is missed.
"""

import argparse
import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx
import psutil
from bench_intake_load import POISON, SECRET
from bench_kit import Bar, BenchPostgres, bench_postgres, conclude, execute, rows, say, spawned

from backend.platform.db.embedded import free_port
from backend.runtime.settings import inherited_environment

_CONNECTIONS: Final = 32
_WARM_S: Final = 2
_KILL_EVERY_S: Final = (0.1, 0.3)
_INSERT: Final = r"""
\set n random(1, 1000000000000)
INSERT INTO bench_single (provider, external_id, kind, body)
VALUES ('whatsapp', 'wamid.' || :n, 'message', '{"from": "919900000011", "text": {"body": "2 poha aur ek chai"}}')
ON CONFLICT DO NOTHING;
"""
_SINGLE: Final = """
CREATE TABLE bench_single (id bigserial PRIMARY KEY, provider text, external_id text, kind text, body jsonb,
    received_at timestamptz DEFAULT now(), UNIQUE (provider, external_id))
"""
_ORM: Final = """
CREATE TABLE bench_event (id serial PRIMARY KEY, provider text, external_id text, kind text, body bytea,
    UNIQUE (provider, external_id))
"""
_REFUSE: Final = f"""
ALTER TABLE provider_events ADD CONSTRAINT bench_refuses CHECK (external_id NOT LIKE '%{POISON}')
"""  # What Postgres may refuse and is foreseen is turned away before; this stands for what nobody foresaw.
_STORED: Final = "SELECT external_id FROM provider_events"


@contextmanager
def serving(kind: str, url: str) -> Iterator[tuple[int, int]]:
    """Serve for the length of a block; give the port, and the id of the process that keeps two others."""
    port = free_port()
    environment = {
        **inherited_environment(),
        "DATABASE_URL": url,
        "WA_WEBHOOK_SECRET": SECRET,
        "DUKA_LOG_LEVEL": "CRITICAL",  # Each poisoned one is an error, and is meant to be.
        "REDIS_URL": "",
    }
    command = [sys.executable, "scripts/bench_intake_server.py", kind, url, str(port)]
    with spawned(*command, environment=environment) as process:
        _wait_listening(port)
        yield port, process.pid


def _wait_listening(port: int) -> None:
    last = time.monotonic() + 60
    while time.monotonic() < last:
        try:
            httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=2)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    sys.exit("the server did not start within a minute")


def load_command(port: int, seconds: float, prefix: str, file: str, *more: str) -> list[str]:
    """Return the command of the load."""
    script = "scripts/bench_intake_load.py"
    return [sys.executable, script, str(port), str(seconds), str(_CONNECTIONS), prefix, file, *more]


def load(port: int, seconds: float, prefix: str, *more: str) -> Mapping[str, Any]:
    """Post webhooks for so long; return the figures."""
    with tempfile.TemporaryDirectory() as folder:
        command = load_command(port, seconds, prefix, f"{folder}/acknowledged", *more)
        told = subprocess.run(command, check=True, capture_output=True, text=True, timeout=seconds + 60)
    figures: Mapping[str, Any] = json.loads(told.stdout)
    return figures


def throughput(kind: str, url: str, seconds: int) -> Mapping[str, Any]:
    """Return what one server manages, once it is warm."""
    with serving(kind, url) as (port, _):
        load(port, _WARM_S, "warm")
        figures = load(port, seconds, "run")
    say(f"{kind}: {figures['per_s']:,.0f}/s, p50 {figures['p50_ms']:.1f} ms, p99 {figures['p99_ms']:.1f} ms")
    return figures


def poisoned(url: str) -> tuple[int, int]:
    """Mix in webhooks that Postgres refuses; return how many good ones were refused, and how many bad were taken."""
    execute(url, _REFUSE)
    with serving("duka", url) as (port, _):
        figures = load(port, 3, "poison", "poison")
    good, bad = ({int(status): count for status, count in figures[name].items()} for name in ("statuses", "poison"))
    say(f"{sum(bad.values())} poisoned among {sum(good.values()):,}")
    return sum(good.values()) - good.get(200, 0), bad.get(200, 0)


def pgbench_per_s(url: str, seconds: int) -> float:
    """Return the single inserts a second that `pgbench` does over 32 connections."""
    execute(url, _SINGLE)
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(_INSERT)
        script.flush()
        options = ["-n", "-c", str(_CONNECTIONS), "-j", "2", "-T", str(seconds), "-f", script.name]
        told = subprocess.run(["pgbench", *options, url], check=True, capture_output=True, text=True)
    found = re.search(r"tps = ([\d.]+)", told.stdout)
    if found is None:
        sys.exit(f"pgbench said: {told.stdout}")
    say(f"pgbench: {float(found[1]):,.0f}/s")
    return float(found[1])


def lost_over_kills(url: str, kills: int) -> tuple[int, int]:
    """Kill a serving process so many times under load; return what was acknowledged, and what of it is not stored."""
    dice = random.Random(kills)  # noqa: S311 - a bench's dice
    seconds = kills * sum(_KILL_EVERY_S) / 2 + 2
    with serving("duka", url) as (port, keeper), tempfile.TemporaryDirectory() as folder:
        file = f"{folder}/acknowledged"
        with spawned(*load_command(port, seconds, "kill", file)) as posting:
            for _ in range(kills):
                time.sleep(dice.uniform(*_KILL_EVERY_S))
                dice.choice(psutil.Process(keeper).children()).kill()
            posting.wait(timeout=seconds + 60)
        acknowledged = set(Path(file).read_text(encoding="utf-8").splitlines())
    stored = {str(row[0]).removeprefix("message:") for row in rows(url, _STORED)}
    say(f"{kills} kills: {len(acknowledged):,} acknowledged")
    return len(acknowledged), len(acknowledged - stored)


def measure(postgres: BenchPostgres, options: argparse.Namespace) -> int:
    """Run everything and conclude."""
    own = throughput("duka", postgres.fresh(), options.seconds)
    orm_url = postgres.bare()
    execute(orm_url, _ORM)
    orm = throughput("orm", orm_url, options.seconds)
    single_per_s = pgbench_per_s(postgres.bare(), options.seconds)
    refused, taken = poisoned(postgres.fresh())
    acknowledged, lost = lost_over_kills(postgres.fresh(), options.kills)
    bars = [
        Bar("requests/s", own["per_s"], 2_500),
        Bar("p99 ms", own["p99_ms"], 30 if options.quiet else 90, at_least=False),
        Bar("to the ORM", own["per_s"] / orm["per_s"], 5),
        Bar("to pgbench", own["per_s"] / single_per_s, 0.45),
        Bar(f"lost of {acknowledged:,} over {options.kills} kills", lost, 0, at_least=False),
        Bar("good ones refused beside poisoned", refused, 0, at_least=False),
        Bar("poisoned acknowledged", taken, 0, at_least=False),
    ]
    return conclude("bench-intake", bars, [f"p50 ms {own['p50_ms']:.1f}", f"ORM/s {orm['per_s']:,.0f}"])


def main() -> int:
    """Run the bench; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--quiet", action="store_true", help="Hold p99 to the bar of a machine with nothing else.")
    options = parser.parse_args()
    if shutil.which("pgbench") is None:
        sys.exit("pgbench is not on the path; install the postgresql-client package")
    with bench_postgres() as postgres:
        return measure(postgres, options)


if __name__ == "__main__":
    sys.exit(main())
