"""Measures the reading: the benchmark's scores, calibration, typing errors, and messages that order nothing.

    PYTHONPATH=. .venv/bin/python scripts/evaluate_reading.py [--gold ../shared/eval/dev.jsonl] [--keep]

Prints the scorer's tables, a reliability diagram (also docs/images/reliability.png) and the curves, then each figure
beside the one kept in docs/evaluation.json, and fails where a bar is missed. `--keep` keeps today's figures, there and
in docs/evaluation.md.
"""

import argparse
import json
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from typing import Any, Final

import calibrate_reading
import evaluate_held_out
import matplotlib as mpl
import yaml
from matplotlib import pyplot as plt

from backend.catalog.linking.catalogue import Catalogue, load_catalogue
from backend.conversations.reading import evaluation
from backend.conversations.reading.bot_process import BotProcess, ReadRequest
from backend.conversations.reading.cases import Case
from backend.conversations.reading.reader import read_message
from backend.conversations.reading.types import Decision, OrderReading, ReadingContext

ROOT: Final = Path(__file__).resolve().parents[1]
NON_ORDERS: Final = ROOT / "data" / "non_orders" / "texts.yml"
KEPT: Final = ROOT / "docs" / "evaluation.json"
PAGE: Final = ROOT / "docs" / "evaluation.md"
PICTURE: Final = ROOT / "docs" / "images" / "reliability.png"
RATES: Final = (0.0, 0.025, 0.05, 0.075, 0.1)
HELD_RATE: Final = 0.05
HELD_SILENT: Final = 0.01
MESSAGES: Final = 2000
CARELESS: Final = 0.03
ECE_BAR: Final = 0.03
SEED: Final = 20261127
Pairs = Sequence[tuple[float, bool]]


def noise_curve(gold: Path) -> list[dict[str, float]]:
    """Exact orders and silent errors with more and more letters left out, doubled, swapped or mistyped."""
    curve = []
    for rate in RATES:
        dice = random.Random(SEED)  # noqa: S311 - no secret hangs on it
        results = evaluation.read_all(gold, None, change=lambda case, r=rate, d=dice: _mistyped(case, r, d))
        _, scores = evaluation.scored(gold, results)
        curve.append({"rate": rate, **_of_orders(scores)})
        print(f"  {rate:.1%} of the letters wrong: {_row(curve[-1])}", flush=True)
    return curve


def _mistyped(case: Case, rate: float, dice: random.Random) -> Case:
    return replace(case, text=calibrate_reading.noisy(case.text, rate, dice)) if rate else case


def _of_orders(scores: Mapping[str, Any]) -> dict[str, float]:
    orders = sum(scores["per_intent"][name]["n"] for name in ("place_order", "modify_order"))
    whole = scores["overall"]
    return {"exact": whole["exact_order"], "silent": whole["silent_errors"] / orders, "line_f1": whole["line_f1"]}


def _row(point: Mapping[str, float]) -> str:
    return f"exact orders {point['exact']:.3f}, line F1 {point['line_f1']:.3f}, silent errors {point['silent']:.2%}"


def non_orders(catalogues: Sequence[Catalogue]) -> list[tuple[str, OrderReading]]:
    """Read messages that order nothing, each in one shop; return those that booked something."""
    texts = list(_texts())
    with BotProcess() as bot:
        readings = bot.read_all(ReadRequest(str(number), text) for number, text in enumerate(texts))
    booked = []
    for number, (text, shop) in enumerate(zip(texts, cycle(catalogues), strict=False)):
        found = read_message(readings[str(number)], shop, ReadingContext(text=text))
        if found.decision is Decision.ACCEPT and (found.lines or found.removed):
            booked.append((text, found))
    return booked


def _texts() -> Iterator[str]:
    raw = yaml.safe_load(NON_ORDERS.read_text("utf-8"))
    bodies = [str(text) for kind in raw["bodies"].values() for text in kind]
    dice = random.Random(SEED)  # noqa: S311 - no secret hangs on it
    for number in range(MESSAGES):
        body = bodies[number % len(bodies)]
        opening = raw["openings"][(number // len(bodies)) % len(raw["openings"])]
        rate = CARELESS if number >= len(bodies) * len(raw["openings"]) or number % 3 == 2 else 0.0  # noqa: PLR2004
        yield calibrate_reading.noisy(opening + body, rate, dice)


def picture(kept_aside: Pairs, benchmark: Pairs) -> None:
    """Draw what was claimed against what came true."""
    mpl.use("Agg")
    figure, axes = plt.subplots(figsize=(5, 5), dpi=120)
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1, label="as claimed")
    for name, pairs, colour in (("trades kept aside", kept_aside, "tab:green"), ("benchmark", benchmark, "tab:blue")):
        points = evaluation.bins(pairs)
        claimed, came = [point.claimed for point in points], [point.came for point in points]
        axes.scatter(claimed, came, s=[10 + 200 * point.share for point in points], color=colour, alpha=0.7)
        axes.plot(claimed, came, color=colour, label=f"{name} (error {evaluation.calibration_error(pairs):.3f})")
    axes.set(xlabel="confidence claimed", ylabel="share that came true", xlim=(0, 1), ylim=(0, 1))
    axes.set_title("Does the confidence mean what it says?")
    axes.legend(loc="upper left", frameon=False)
    figure.tight_layout()
    figure.savefig(PICTURE, metadata={"Software": None})


def main() -> int:
    """Measure, compare, and judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, default=ROOT.parent / "shared" / "eval" / "dev.jsonl")
    parser.add_argument("--keep", action="store_true", help="keep today's figures")
    options = parser.parse_args()
    measured = evaluation.measure(options.gold)
    print(measured.tables)
    print("\n".join(evaluation.reliability(measured.pairs)))
    print("our own trades, each read by a confidence that was fitted without it", flush=True)
    kept_aside = calibrate_reading.kept_aside(calibrate_reading.samples())
    print("\n".join(evaluation.reliability(kept_aside)))
    picture(kept_aside, measured.pairs)
    print("typing errors", flush=True)
    curve = noise_curve(options.gold)
    shops = [load_catalogue(path) for path in sorted((options.gold.parent / "catalogs").glob("*.csv"))]
    shops += [catalogue for _, catalogue, _ in calibrate_reading.trades()]
    booked = non_orders(shops)
    for text, found in booked:
        print(f"  booked, though it orders nothing: {text!r} -> {[line.sku for line in found.lines]}")
    held = next(point["silent"] for point in curve if point["rate"] == HELD_RATE)
    bars = [
        *measured.bars,
        evaluation.Bar("calibration_error", evaluation.calibration_error(kept_aside), ECE_BAR, least=False),
        evaluation.Bar("silent_at_5%_noise", held, HELD_SILENT, least=False),
        evaluation.Bar("non_orders_booked", float(len(booked)), 0.0, least=False),
    ]
    before = json.loads(KEPT.read_text("utf-8")) if KEPT.exists() else {}
    print(*_compared(bars, before), sep="\n")
    if options.keep:
        _keep(bars, measured, curve, before)
    print("eval: " + "  ".join(f"{bar.name}={bar.figure:.3f}{'' if bar.met else '(!)'}" for bar in bars))
    return 0 if all(bar.met for bar in bars) else 1


def _compared(bars: Sequence[evaluation.Bar], before: Mapping[str, float]) -> Iterator[str]:
    yield f"{'figure':20} {'now':>8} {'kept':>8} {'bar':>8}"
    for bar in bars:
        kept = f"{before[bar.name]:8.3f}" if bar.name in before else f"{'-':>8}"
        yield f"{bar.name:20} {bar.figure:8.3f} {kept} {'>=' if bar.least else '<='}{bar.bar:6.3f}"


def _keep(
    bars: Sequence[evaluation.Bar],
    measured: evaluation.Measured,
    curve: Sequence[Mapping[str, float]],
    before: Mapping[str, float],
) -> None:
    KEPT.write_text(json.dumps({bar.name: round(bar.figure, 4) for bar in bars}, indent=1) + "\n", "utf-8")
    figures = [
        f"| {bar.name} | {bar.figure:.3f} | {before.get(bar.name, '-')} "
        f"| {'at least' if bar.least else 'at most'} {bar.bar:g} | {'met' if bar.met else 'missed'} |"
        for bar in bars
    ]
    languages = [
        f"| {name} | {one['n']} | {one['intent_accuracy']:.3f} | {one['line_f1']:.3f} | {one['exact_order']:.3f} "
        f"| {one['decision_accuracy']:.3f} |"
        for name, one in sorted(measured.scores["per_lang"].items())
    ]
    noise = [
        f"| {point['rate']:.1%} | {point['exact']:.3f} | {point['line_f1']:.3f} | {point['silent']:.2%} |"
        for point in curve
    ]
    text = PAGE_TEXT.format(figures="\n".join(figures), languages="\n".join(languages), noise="\n".join(noise))
    PAGE.write_text(text, "utf-8")
    evaluate_held_out.write_section()


PAGE_TEXT: Final = """# How well messages are read

Written by `make eval KEEP=1`; `make eval` prints the same figures beside these. The development benchmark has 420
messages to two shops. None of its text is in the training data, but its errors were studied, so it is not blind. The
calibration error is that of our own labelled trades (`data/orders`, `data/studied`), each read by a confidence that was
fitted without it. Two thousand messages that order nothing (`data/non_orders`) went to our shops and to the
benchmark's in turn.

| figure | now | before | bar | |
| --- | --- | --- | --- | --- |
{figures}

By language:

| language | messages | intent | line F1 | exact order | decision |
| --- | --- | --- | --- | --- | --- |
{languages}

With letters left out, doubled, swapped or mistyped, at the thresholds of clean text:

| letters wrong | exact order | line F1 | silent errors |
| --- | --- | --- | --- |
{noise}

![What the confidence claims, and what came true](images/reliability.png)
"""


if __name__ == "__main__":
    sys.exit(main())
