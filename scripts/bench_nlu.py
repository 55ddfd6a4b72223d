"""Times the reading of a message beside the default `rasa init` pipeline, trained on the same hand-written data.

    PYTHONPATH=. .venv/bin/python scripts/bench_nlu.py [--gold ../shared/eval/dev.jsonl]

Ours is the whole reading: language, intent and spans in the bot's interpreter, then link and decision in the backend's.
The default pipeline gives an intent and entities alone. It gets an environment of its own, below `.duka/`, and its
model is kept there until the data changes. Both readers run all the while and take turns, a score of messages each, so
that what the machine does besides hits both. The last line holds the figures; the command fails where a bar is missed.
"""

import argparse
import gc
import hashlib
import itertools
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final, Self

import baseline_bot

from backend.catalog.linking.catalogue import Catalogue, load_catalogue
from backend.conversations.reading.bot_process import BotProcess
from backend.conversations.reading.cases import Case, context_of, load_cases, region_of, requests_of
from backend.conversations.reading.reader import read_message
from backend.runtime.model import training_command

ROOT: Final = Path(__file__).resolve().parents[1]
OURS: Final = ROOT / "bot" / ".venv" / "bin" / "python"
PROJECT: Final = baseline_bot.FOLDER / "nlu"
QUARTER: Final = 0.25
SIXTH: Final = 1 / 6
TRAINING_S: Final = 120.0
TURN: Final = 20


@dataclass(frozen=True, slots=True)
class Figures:
    """What a reader takes: median wall of a message, memory held, CPU of a cold start, wall of its training."""

    median_ms: float
    resident_mb: float
    cold_cpu_s: float
    training_s: float


def _stock_model() -> Path:
    """The default pipeline's model of the data as it stands; trained once, since that takes it about an hour."""
    sources = sorted((ROOT / "data" / "nlu").glob("*/*.yml"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:12]
    model = PROJECT / f"{digest}.tar.gz"
    if model.with_suffix(".seconds").exists():
        return model
    shutil.rmtree(PROJECT, ignore_errors=True)
    (PROJECT / "data").mkdir(parents=True)
    for path in sources:
        shutil.copy(path, PROJECT / "data" / f"{path.parent.name}_{path.name}")
    # What `rasa init` writes as a configuration: empty lists, which stand for the default pipeline.
    (PROJECT / "config.yml").write_text("recipe: default.v1\nassistant_id: stock\nlanguage: en\npipeline:\n", "utf-8")
    print("  … training the default pipeline on our messages (about an hour)", flush=True)
    began = time.monotonic()
    baseline_bot.run(str(baseline_bot.PYTHON), "-m", "rasa", "train", "nlu", "--nlu", "data", folder=PROJECT)
    seconds = time.monotonic() - began
    shutil.move(max((PROJECT / "models").glob("*.tar.gz")), model)
    model.with_suffix(".seconds").write_text(f"{seconds:.0f}\n", "utf-8")
    return model


def _trained(model: Path) -> float:
    """Train our model; return the seconds that it took."""
    print("  … training ours", flush=True)
    began = time.monotonic()
    with (model.parent / "train.log").open("wb") as log:
        subprocess.run(training_command(OURS, model), cwd=ROOT, check=True, stdout=log, stderr=log)
    return time.monotonic() - began


class Child:
    """A reader in a process of its own, started and ready for messages."""

    def __init__(self, kind: str, python: Path, model: Path, first: str) -> None:
        command = [str(python), "-W", "ignore", str(ROOT / "scripts" / "bench_nlu_child.py"), kind, str(model), first]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.cold_cpu_s = float(self._told()["cold_cpu_s"])
        self.resident_mb = 0.0

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(self, *error: object) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()

    def read(self, texts: Sequence[str]) -> list[float]:
        """Read messages; return how many milliseconds each took."""
        assert self._process.stdin is not None  # noqa: S101 - it was asked for
        self._process.stdin.write(json.dumps(list(texts)) + "\n")
        self._process.stdin.flush()
        told = self._told()
        self.resident_mb = float(told["resident_mb"])
        return [float(wall) for wall in told["walls_ms"]]

    def _told(self) -> Mapping[str, Any]:
        assert self._process.stdout is not None  # noqa: S101 - it was asked for
        for line in self._process.stdout:
            if line.startswith("{"):  # Rasa prints a line of its own now and then.
                found: Mapping[str, Any] = json.loads(line)
                return found
        message = "a reader has ended"
        raise RuntimeError(message)


def side_by_side(gold: Path, stock: Child, own: Child) -> tuple[list[float], list[float]]:
    """Read each message with both, in turns; return the milliseconds of the default's parse and of our whole reading.

    Link and decision are timed in shops that have read the other half of the messages before, but not this one.
    """
    paths = sorted((gold.parent / "catalogs").glob("*.csv"))
    cases = {path: load_cases(gold, path.stem) for path in paths}
    read = {path: _read(cases[path], load_catalogue(path)) for path in paths}
    theirs: list[float] = []
    ours: list[float] = []
    for path, half in itertools.product(paths, (0, 1)):
        catalogue = load_catalogue(path).prepared()
        gc.freeze()  # As the backend's processes do.
        for case in cases[path][1 - half :: 2]:
            _link_ms(case, read[path], catalogue)
        for turn in itertools.batched(cases[path][half::2], TURN, strict=False):
            theirs += stock.read([case.text for case in turn])
            tagged = own.read([case.text for case in turn])
            linked = [_link_ms(case, read[path], catalogue) for case in turn]
            ours += [sum(walls) for walls in zip(tagged, linked, strict=True)]
    return theirs, ours


def _read(cases: Sequence[Case], catalogue: Catalogue) -> Mapping[str, Any]:
    with BotProcess() as bot:
        return bot.read_all(requests_of(cases, region_of(catalogue)))


def _link_ms(case: Case, readings: Mapping[str, Any], catalogue: Catalogue) -> float:
    context = context_of(case, readings, None)
    began = time.perf_counter()
    read_message(readings[case.id], catalogue, context)
    return (time.perf_counter() - began) * 1000


def measured(gold: Path) -> tuple[Figures, Figures]:
    """Return the figures of the default pipeline and of ours."""
    baseline_bot.install()
    model = _stock_model()
    first = load_cases(gold)[0].text
    with tempfile.TemporaryDirectory(prefix="duka-bench-nlu-") as folder:
        own_model = Path(folder) / "bench.tar.gz"
        training_s = _trained(own_model)
        with Child("stock", baseline_bot.PYTHON, model, first) as stock, Child("ours", OURS, own_model, first) as own:
            theirs, ours = side_by_side(gold, stock, own)
            stock_training_s = float(model.with_suffix(".seconds").read_text("utf-8"))
            return (
                Figures(median(theirs), stock.resident_mb, stock.cold_cpu_s, stock_training_s),
                Figures(median(ours), own.resident_mb, own.cold_cpu_s, training_s),
            )


def main() -> int:
    """Measure both in one run and judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, default=ROOT.parent / "shared" / "eval" / "dev.jsonl")
    options = parser.parse_args()
    other, own = measured(options.gold)
    ratios = {
        "median": (own.median_ms / other.median_ms, QUARTER),
        "memory": (own.resident_mb / other.resident_mb, QUARTER),
        "cold start": (own.cold_cpu_s / other.cold_cpu_s, SIXTH),
        "training": (own.training_s / TRAINING_S, 1.0),
    }
    told = "; ".join(
        f"{name} {ratio:.2f} (bar {bar:.2f}){'' if ratio <= bar else '(!)'}" for name, (ratio, bar) in ratios.items()
    )
    print(
        f"bench-nlu: ours {own.median_ms:.1f} ms, {own.resident_mb:.0f} MB, {own.cold_cpu_s:.1f} s CPU to its first "
        f"answer, trained in {own.training_s:.0f} s; default {other.median_ms:.1f} ms, {other.resident_mb:.0f} MB, "
        f"{other.cold_cpu_s:.1f} s, trained in {other.training_s:.0f} s; ratios: {told}"
    )
    return 0 if all(ratio <= bar for ratio, bar in ratios.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
