"""Scores the reading on labelled cases: the scorer's tables, a reliability table, and the bars."""

import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from backend.catalog.linking.catalogue import load_catalogue
from backend.conversations.reading.bot_process import BotProcess
from backend.conversations.reading.cases import Case, load_cases, read_cases
from backend.conversations.reading.types import OrderReading, Thresholds

Say = Callable[[str], object]
_BINS: Final = 10
_LANGUAGE_BAR: Final = 0.85
_SILENT_BAR: Final = 0.005
_NEEDLESS_BAR: Final = 0.02
_COVERAGE_BAR: Final = 0.90
_BARS: Final = {
    "intent_accuracy": 0.95,
    "intent_macro_f1": 0.93,
    "line_f1": 0.95,
    "exact_order": 0.92,
    "decision_accuracy": 0.90,
    "address": 0.90,
    "phone": 0.98,
    "payment": 0.95,
}


@dataclass(frozen=True, slots=True)
class Bar:
    """A figure with what it has to reach; `least` is False where it may not exceed the bar."""

    name: str
    figure: float
    bar: float
    least: bool = True

    @property
    def met(self) -> bool:
        """Whether the figure is on the right side of its bar."""
        return self.figure >= self.bar if self.least else self.figure <= self.bar


@dataclass(frozen=True, slots=True)
class Measured:
    """What the scorer says of a labelled file.

    Attributes:
        tables: The scorer's tables as text.
        scores: The same as data.
        bars: The figures that have a bar.
        pairs: For each case its confidence and whether lines and decision came out right.
    """

    tables: str
    scores: Mapping[str, Any]
    bars: Sequence[Bar]
    pairs: Sequence[tuple[float, bool]]


def measure(gold: Path) -> Measured:
    """Read all cases of a labelled file and score them; `catalogs/<merchant>.csv` and `score.py` stand beside it."""
    return measured_of(gold, read_all(gold, None))


def measured_of(gold: Path, results: Sequence[tuple[Case, OrderReading]]) -> Measured:
    """Score readings that are at hand; the cases are read once more, for the whole curve."""
    tables, scores = scored(gold, results)
    whole = scored(gold, read_all(gold, Thresholds(accept=0.0)))[1]
    return Measured(tables, scores, bars_of(scores, whole), _right(gold, results))


def evaluate(gold: Path, say: Say) -> bool:
    """Print the scores of a labelled file; return whether every bar is met."""
    measured = measure(gold)
    say(measured.tables)
    for line in reliability(measured.pairs):
        say(line)
    say("  ".join(f"{bar.name}={bar.figure:.3f}{'' if bar.met else '(!)'}" for bar in measured.bars))
    return all(bar.met for bar in measured.bars)


def read_all(
    gold: Path, thresholds: Thresholds | None, *, change: Callable[[Case], Case] = lambda case: case
) -> list[tuple[Case, OrderReading]]:
    """Read the cases of every merchant against its own catalogue, each as `change` leaves it."""
    by_merchant: dict[str, list[Case]] = defaultdict(list)
    for case in load_cases(gold):
        by_merchant[case.merchant or ""].append(change(case))
    results: list[tuple[Case, OrderReading]] = []
    for merchant, cases in sorted(by_merchant.items()):
        catalogue = load_catalogue(gold.parent / "catalogs" / f"{merchant}.csv")
        with BotProcess() as bot:
            results.extend(read_cases(cases, catalogue, bot, thresholds))
    return results


def scored(gold: Path, results: Iterable[tuple[Case, OrderReading]]) -> tuple[str, dict[str, Any]]:
    """The scorer's tables and its scores as data."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
        for case, result in results:
            file.write(json.dumps({"id": case.id, **result.to_json()}, ensure_ascii=False) + "\n")
        file.flush()
        command = [sys.executable, str(gold.parent / "score.py"), str(gold), file.name]
        tables = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own paths
        scores = subprocess.run([*command, "--json"], capture_output=True, text=True, check=True)  # noqa: S603
    return tables.stdout, json.loads(scores.stdout)


def bars_of(scores: Mapping[str, Any], whole_curve: Mapping[str, Any]) -> list[Bar]:
    """The bars of the reading; coverage is read off the curve at threshold 0."""
    overall, slots = scores["overall"], scores["slots"]
    figures = {**overall, **{name: slot["accuracy"] or 0.0 for name, slot in slots.items()}}
    orders = sum(scores["per_intent"][name]["n"] for name in ("place_order", "modify_order"))
    languages = [one["exact_order"] for one in scores["per_lang"].values() if one["exact_order"] is not None]
    curve = whole_curve["risk_coverage"]
    best = curve["best"]["0.005"]
    return [
        *(Bar(name, figures[name], bar) for name, bar in _BARS.items()),
        Bar("worst_language", min(languages), _LANGUAGE_BAR),
        Bar("silent", overall["silent_errors"] / orders, _SILENT_BAR, least=False),
        Bar("needless", overall["needless_handoffs"] / overall["accept_cases"], _NEEDLESS_BAR, least=False),
        Bar("coverage", (best["coverage"] if best else 0.0) / curve["ceiling"], _COVERAGE_BAR),
    ]


def _right(gold: Path, results: Iterable[tuple[Case, OrderReading]]) -> list[tuple[float, bool]]:
    """For every case its confidence and whether lines and decision came out right; this scores and never reads."""
    labels = {raw["id"]: raw for raw in map(json.loads, gold.read_text("utf-8-sig").splitlines()) if raw}
    return [(result.confidence, is_right(labels[case.id], result)) for case, result in results]


def is_right(label: Mapping[str, Any], result: OrderReading) -> bool:
    """Whether a reading has the label's lines, removals and decision."""
    said: dict[str, float] = defaultdict(float)
    for line in label.get("lines") or ():
        said[line["sku"]] += line["qty"]
    read = {line.sku: round(float(line.quantity), 3) for line in result.lines}
    same = {sku: round(quantity, 3) for sku, quantity in said.items()} == read
    return same and set(label.get("removed") or ()) == set(result.removed) and label["expect"] == result.decision


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Readings of about one confidence: their count and share, what was claimed on average, what came true."""

    number: int
    count: int
    share: float
    claimed: float
    came: float


def bins(pairs: Sequence[tuple[float, bool]]) -> list[ReliabilityBin]:
    """Sort readings into ten bins of equal width; empty ones are left out."""
    inside: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for confidence, right in pairs:
        inside[min(int(confidence * _BINS), _BINS - 1)].append((confidence, right))
    return [
        ReliabilityBin(
            number,
            len(found),
            len(found) / len(pairs),
            sum(confidence for confidence, _ in found) / len(found),
            sum(right for _, right in found) / len(found),
        )
        for number, found in sorted(inside.items())
    ]


def calibration_error(pairs: Sequence[tuple[float, bool]]) -> float:
    """The expected calibration error over the bins."""
    return sum(abs(one.claimed - one.came) * one.share for one in bins(pairs))


def reliability(pairs: Sequence[tuple[float, bool]]) -> list[str]:
    """A reliability diagram in lines of text: what was claimed in each bin, and what came true; then the ECE."""
    lines = ["confidence      n   claimed   came true"]
    for one in bins(pairs):
        low, high, bar = one.number / _BINS, (one.number + 1) / _BINS, "#" * round(one.came * 20)
        lines.append(f"{low:.1f}-{high:.1f}  {one.count:6d}    {one.claimed:.3f}      {one.came:.3f}  {bar}")
    return [*lines, f"expected calibration error {calibration_error(pairs):.3f}"]
