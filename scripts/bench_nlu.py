"""Times the reading of a message beside the default `rasa init` pipeline, trained on the same hand-written data.

    PYTHONPATH=. .venv/bin/python scripts/bench_nlu.py [--gold ../shared/eval/dev.jsonl]

Ours is the whole reading: language, intent and spans in the bot's interpreter, then link and decision in the backend's.
The default pipeline gives an intent and entities alone. It gets an environment of its own, below `.duka/`, and its
model is kept there until the data changes. The last line holds the figures; the command fails where a bar is missed.
"""

import argparse
import hashlib
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
from typing import Any, Final

import baseline_bot

from backend.catalog.linking.catalogue import load_catalogue
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


@dataclass(frozen=True, slots=True)
class Figures:
    """What a reader takes: median wall of a message, memory held, CPU of a cold start, wall of its training."""

    median_ms: float
    resident_mb: float
    cold_cpu_s: float
    training_s: float


def stock(texts: Sequence[str]) -> Figures:
    """The default pipeline of Rasa on our hand-written messages."""
    baseline_bot.install()
    model = _stock_model()
    return _read("stock", baseline_bot.PYTHON, model, texts, float(model.with_suffix(".seconds").read_text("utf-8")))


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


def ours(texts: Sequence[str], gold: Path) -> Figures:
    """Our reading, link and decision included."""
    print("  … training ours", flush=True)
    with tempfile.TemporaryDirectory(prefix="duka-bench-nlu-") as folder:
        began = time.monotonic()
        model = Path(folder) / "bench.tar.gz"
        with (Path(folder) / "train.log").open("wb") as log:
            subprocess.run(training_command(OURS, model), cwd=ROOT, check=True, stdout=log, stderr=log)
        training_s = time.monotonic() - began
        read = _read("ours", OURS, model, texts, training_s)
    linked = median(_links_ms(gold))
    return Figures(read.median_ms + linked, read.resident_mb, read.cold_cpu_s, training_s)


def _read(kind: str, python: Path, model: Path, texts: Sequence[str], training_s: float) -> Figures:
    command = [str(python), "-W", "ignore", str(ROOT / "scripts" / "bench_nlu_child.py"), kind, str(model)]
    done = subprocess.run(command, input=json.dumps(list(texts)), capture_output=True, text=True, check=True)
    found: Mapping[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return Figures(median(found["walls_ms"]), found["resident_mb"], found["cold_cpu_s"], training_s)


def _links_ms(gold: Path) -> list[float]:
    """How long link and decision take, for each message, in a shop that has read others before but not this one."""
    walls = []
    for path in sorted((gold.parent / "catalogs").glob("*.csv")):
        cases: list[Case] = load_cases(gold, path.stem)
        with BotProcess() as bot:
            readings = bot.read_all(requests_of(cases, region_of(load_catalogue(path))))
        for half in (0, 1):  # What is kept between messages is filled by the others.
            catalogue = load_catalogue(path).prepared()
            for case in cases[half::2]:
                read_message(readings[case.id], catalogue, context_of(case, readings, None))
            for case in cases[1 - half :: 2]:
                context = context_of(case, readings, None)
                began = time.perf_counter()
                read_message(readings[case.id], catalogue, context)
                walls.append((time.perf_counter() - began) * 1000)
    return walls


def main() -> int:
    """Measure both in one run and judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, default=ROOT.parent / "shared" / "eval" / "dev.jsonl")
    options = parser.parse_args()
    texts = [case.text for case in load_cases(options.gold)]
    other, own = stock(texts), ours(texts, options.gold)
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
