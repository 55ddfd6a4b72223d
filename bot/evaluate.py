"""Checks the reader against labelled messages: `python -m bot.evaluate GOLD.jsonl [--model MODEL] [--errors]`.

Prints intent accuracy and macro-F1, address, phone and payment accuracy, all by language. Linking to a catalogue and
deciding are the backend's; this looks at the reading alone.
"""

import argparse
import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from bot.model import load_reader, newest_model
from bot.nlu.calibrate import expected_error
from bot.nlu.normalise import fold
from bot.read import DEFAULT_MODELS

_REGIONS = {"KES": "KE", "INR": "IN"}
Row = Mapping[str, Any]


def rows_of(path: Path) -> list[Row]:
    """Read a file of labelled messages."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def region_of(row: Row, gold: Path) -> str | None:
    """Tell the merchant's country by the currency of the catalogue beside the gold file."""
    catalogue = gold.parent / "catalogs" / f"{row.get('merchant')}.csv"
    if not catalogue.exists():
        return None
    text = catalogue.read_text("utf-8-sig")
    return next((region for currency, region in _REGIONS.items() if f",{currency}," in text), None)


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m bot.evaluate")
    parser.add_argument("gold", type=Path)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--errors", action="store_true", help="print every wrong intent and slot")
    options = parser.parse_args()
    reader = load_reader(options.model or newest_model(DEFAULT_MODELS))
    rows = rows_of(options.gold)
    started = time.process_time()
    readings = [
        reader.read(row["text"], {"history": row.get("history"), "region": region_of(row, options.gold)})
        for row in rows
    ]
    each_ms = 1000 * (time.process_time() - started) / max(1, len(rows))
    marks = [_marks(row, reading) for row, reading in zip(rows, readings, strict=True)]
    _report(rows, readings, marks, each_ms)
    if options.errors:
        _print_errors(rows, readings, marks)
    return 0


def _marks(row: Row, reading: Mapping[str, Any]) -> dict[str, bool | None]:
    """Mark each field right, wrong, or not in question."""
    slots = reading["slots"]
    address = slots["address"]
    place = None if address is None or address["vague"] else address["text"]
    phone = slots["phone"]["e164"] if slots["phone"] else None
    payment = slots["payment"]["value"] if slots["payment"] else None
    return {
        "intent": reading["intent"]["name"] == row["intent"],
        "language": reading["language"]["lang"] == row["lang"],
        "address": None if not row["address"] and not place else _same_place(row["address"], place),
        "phone": None if not row["phone"] and not phone else row["phone"] == phone,
        "payment": None if not row["payment"] and not payment else row["payment"] == payment,
    }


def _same_place(gold: str | None, found: str | None) -> bool:
    """Compare two addresses by their words: few missing, few besides."""
    if not gold or not found:
        return False
    wanted, given = (set(fold(text).replace(",", " ").replace(".", " ").split()) for text in (gold, found))
    missing, besides = len(wanted - given) / len(wanted), len(given - wanted)
    return missing <= 0.15 and besides <= max(3, len(wanted) // 2)  # noqa: PLR2004 - the benchmark's own limits


def _report(
    rows: list[Row], readings: list[dict[str, Any]], marks: list[dict[str, bool | None]], each_ms: float
) -> None:
    out = sys.stdout.write
    out(f"messages {len(rows)}   intent macro-F1 {_macro_f1(rows, readings):.3f}   CPU {each_ms:.2f} ms a message\n")
    confidence = [reading["intent"]["confidence"] for reading in readings]
    out(f"intent calibration error {expected_error(confidence, [bool(mark['intent']) for mark in marks]):.3f}\n")
    groups: dict[str, list[dict[str, bool | None]]] = defaultdict(list)
    for row, mark in zip(rows, marks, strict=True):
        groups["all"].append(mark)
        groups[row["lang"]].append(mark)
    out(f"{'':10}" + "".join(f"{field:>16}" for field in marks[0]) + "\n")
    for name, group in groups.items():
        out(f"{name:10}" + "".join(f"{_share(mark[field] for mark in group):>16}" for field in marks[0]) + "\n")


def _share(marks: Iterable[bool | None]) -> str:
    counted = [mark for mark in marks if mark is not None]
    return f"{sum(counted) / len(counted):.3f} ({len(counted)})" if counted else "-"


def _macro_f1(rows: list[Row], readings: list[dict[str, Any]]) -> float:
    pairs = [(row["intent"], reading["intent"]["name"]) for row, reading in zip(rows, readings, strict=True)]
    scores = []
    for name in {gold for gold, _ in pairs}:
        both = sum(gold == found == name for gold, found in pairs)
        either = sum(gold == name for gold, _ in pairs) + sum(found == name for _, found in pairs)
        scores.append(2 * both / either if either else 0.0)
    return sum(scores) / len(scores)


def _print_errors(rows: list[Row], readings: list[dict[str, Any]], marks: list[dict[str, bool | None]]) -> None:
    for row, reading, mark in zip(rows, readings, marks, strict=True):
        for field in (field for field, right in mark.items() if right is False and field != "language"):
            found = reading["intent"] if field == "intent" else reading["slots"][field]
            sys.stdout.write(f"{field:8} {row['lang']:8} {row['text']!r} gold={row[field]!r} found={found}\n")


if __name__ == "__main__":
    sys.exit(main())
