"""Runs many long sequences of orders, money, stock, refunds and time, and says which invariant one of them breaks.

Hypothesis shrinks a sequence that breaks one to the shortest that still does, and prints it with the seed that finds it
again. Sequences come in parts, each with a seed and a database server of its own, spread over processes.
"""

import argparse
import multiprocessing
import shutil
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Final

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from backend.platform.db.embedded import EmbeddedPostgres, free_port
from backend.platform.db.migrate import upgrade
from backend.platform.observability.logging import configure_logging
from tests.support.machine import machine_on

SEQUENCES: Final = 2_000
COMMANDS: Final = 60
_EACH: Final = 50  # Sequences of one part; then another server and seed, and a line that says how far it has come.
_PHASES: Final = (Phase.explicit, Phase.generate, Phase.shrink)


def _run(url: str, number: int, sequences: int, commands: int) -> str:
    """Run some sequences; return what went wrong, or nothing."""
    many = settings(
        max_examples=sequences,
        stateful_step_count=commands,
        deadline=None,
        database=None,
        phases=_PHASES,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
    try:
        with machine_on(url) as machine:
            run_state_machine_as_test(seed(number)(machine), settings=many)
    except Exception:  # noqa: BLE001 - whatever a sequence brings to light is what we want to read
        return traceback.format_exc()
    return ""


def _part(job: tuple[int, int, int]) -> str:
    configure_logging("CRITICAL", as_json=False, process="machine")
    folder = Path(tempfile.mkdtemp(prefix="duka-machine-"))
    try:
        with EmbeddedPostgres(folder, free_port(), durable=False).running() as server:
            url = server.create_database("machine")
            upgrade(url)
            return _run(url, *job)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    """Run all sequences; return 1 where one broke an invariant."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sequences", type=int, default=SEQUENCES)
    parser.add_argument("--commands", type=int, default=COMMANDS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args()
    jobs = [
        (given.seed * 1_000 + place, min(_EACH, given.sequences - begun), given.commands)
        for place, begun in enumerate(range(0, given.sequences, _EACH))
    ]
    began, done, broken = time.monotonic(), 0, []
    with multiprocessing.get_context("spawn").Pool(given.processes) as pool:
        for (number, sequences, _), words in zip(jobs, pool.imap(_part, jobs), strict=True):
            done, broken = done + sequences, [*broken, words] if words else broken
            how = ": BROKEN" if words else ""
            print(f"  {done} of {given.sequences}, the last {sequences} by seed {number}{how}", flush=True)
    print(*broken, sep="\n", end="\n" if broken else "")
    took = time.monotonic() - began
    print(
        f"machine: {done} sequences of at most {given.commands} commands, seed {given.seed},"
        f" {took:,.0f} s, {'BROKEN' if broken else 'no invariant broken'}"
    )
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
