"""Fits the confidence of a reading on our own labelled orders and writes `confidence.json`.

    PYTHONPATH=. .venv/bin/python scripts/calibrate_reading.py [--dry-run]

Each order of `data/orders` and `data/studied` is read as it stands and with characters left out, doubled, swapped or
mistyped, so that the model meets readings that go wrong. A shop is read by a bot that was trained without its messages,
as a new shop will be. Figures are out of fold, each trade left out in turn. The labels of the benchmark are never read
here.
"""

import argparse
import json
import random
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path

import bots_apart
import numpy as np
import yaml

from backend.catalog.linking.catalogue import Catalogue, catalogue_from_rows
from backend.conversations.reading.bot_process import BotProcess
from backend.conversations.reading.cases import Case, read_cases
from backend.conversations.reading.evaluation import is_right, reliability
from backend.conversations.reading.settings import ReadingSettings
from backend.conversations.reading.types import Decision, OrderReading, Thresholds

ROOT = Path(__file__).resolve().parents[1]
ORDERS = ROOT / "data" / "orders"
STUDIED = ROOT / "data" / "studied"
TARGET = ROOT / "backend" / "conversations" / "reading" / "confidence.json"
NOISE = (0.0, 0.01, 0.02, 0.05)
RIDGE = 2.0
# Where the data say little, a weight stays near what the feature was made for.
EXPECTED = {
    "unread": -3.0, "noted": -2.0, "guess_bare": -1.5, "uncounted": -1.5, "conflict": -1.5, "unmentioned": -1.0,
    "doubt": -1.0, "loose": -1.0, "strangers": -1.0, "guessed": -1.0, "inexact": -0.5, "unamounted": -0.5,
    "crowded": -0.3, "score": 1.0, "tag_p": 1.0, "mention_p": 0.5, "amount_p": 1.0, "intent_p": 1.0, "margin_p": 0.5,
    "slot_p": 0.5, "unmet": -1.5, "slips": -0.5, "beside": -1.0, "beside_unmet": -1.0, "unmet_change": -1.5,
}  # fmt: skip
RISK = 0.005
# Every booked order is read back before it is placed, where a wrong line is put right, so that an order is booked from
# 0.6 on at the latest. What is fitted meets slips that most messages don't have: at shops held out, all nine readings
# between 0.6 and 0.7 were right, and half of those between 0.5 and 0.6. A merchant who wants less risk sets the dial.
READ_BACK = 0.6
SEED = 20261122
LETTERS = "abcdefghijklmnopqrstuvwxyz"
ORDER_INTENTS = {"place_order", "modify_order"}


@dataclass(frozen=True)
class Sample:
    """One reading with its label: the trade, the features, whether it came out right and whether it would be booked."""

    trade: str
    features: dict[str, float]
    right: bool
    booked: bool


def trades() -> Iterator[tuple[str, Catalogue, list[dict]]]:
    """The labelled trades: name, catalogue and cases."""
    for path in (*sorted(ORDERS.glob("*.yml")), *sorted(STUDIED.glob("*.yml"))):
        raw = yaml.safe_load(path.read_text("utf-8"))
        rows = [{name: str(value) for name, value in row.items()} for row in raw["catalog"]]
        yield path.stem, catalogue_from_rows(rows), raw["cases"]


def noisy(text: str, rate: float, dice: random.Random) -> str:
    """A text with about `rate` of its letters left out, doubled, swapped or mistyped; digits stay."""
    out: list[str] = []
    for sign in text:
        if not sign.isalpha() or dice.random() >= rate:
            out.append(sign)
            continue
        kind = dice.randrange(4)
        if kind == 1:
            out.append(sign * 2)
        elif kind == 2 and out:  # noqa: PLR2004 - four kinds of slip
            out.insert(len(out) - 1, sign)
        elif kind == 3 and sign.isascii():  # noqa: PLR2004 - the same
            out.append(dice.choice(LETTERS))
    return "".join(out)


def samples() -> list[Sample]:
    """All readings with their labels, the noisy ones labelled as the clean ones are."""
    with (
        tempfile.TemporaryDirectory() as folder,
        ProcessPoolExecutor(bots_apart.PARTS) as pool,
    ):
        told = pool.map(partial(_samples_of, folder=Path(folder)), range(bots_apart.PARTS))
        return list(chain.from_iterable(told))


def _samples_of(part: int, folder: Path) -> list[Sample]:
    """The readings of a part of the shops, by a bot that was trained on the others."""
    print(f"  … part {part + 1} of {bots_apart.PARTS}: training a bot without these shops", flush=True)
    settings = ReadingSettings(bot_model=bots_apart.trained_without(part, folder))
    shops = [one for one in trades() if bots_apart.part_of(one[0]) == part]
    found: list[Sample] = []
    for number, (trade, catalogue, labels) in enumerate(shops, 1):
        print(f"  … part {part + 1}: {trade}, shop {number} of {len(shops)}", flush=True)
        found.extend(_samples_in(trade, catalogue, labels, settings))
    return found


def _samples_in(trade: str, catalogue: Catalogue, labels: list[dict], settings: ReadingSettings) -> Iterator[Sample]:
    dice = random.Random(f"{SEED}/{trade}")  # noqa: S311 - no secret hangs on it
    cases, by_id = [], {}
    for number, label in enumerate(labels):
        turns = tuple((turn["from"], str(turn["text"])) for turn in label.get("history") or ())
        for copy, rate in enumerate(NOISE if label["intent"] in ORDER_INTENTS else (0.0, 0.02)):
            case = Case(f"{number}-{copy}", noisy(str(label["text"]), rate, dice), turns)
            cases.append(case)
            by_id[case.id] = label
    with BotProcess(settings) as bot:
        results = list(read_cases(cases, catalogue, bot, Thresholds(accept=0.0)))
    return (sample(trade, by_id[case.id], result) for case, result in results)


def sample(trade: str, label: dict, result: OrderReading) -> Sample:
    """A reading and whether it came out as labelled, intent included."""
    booked = result.intent in ORDER_INTENTS and result.decision is Decision.ACCEPT
    right = is_right(label, result) and (booked or result.intent == label["intent"])
    return Sample(trade, dict(result.features), right, booked)


def fit(points: np.ndarray, right: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """The weights of a logistic regression, the bias last.

    A weight that turns against what its feature was made for has learnt our shops, not shops; it is left out.
    """
    expected = np.array([*(EXPECTED.get(name, 0.0) for name in names), 0.0])
    weights = _fitted(points, right, names)
    against = weights * expected < 0
    if not against.any():
        return weights
    out = np.zeros(len(names) + 1)
    kept = ~against[:-1]
    out[np.append(kept, True)] = fit(
        points[:, kept], right, [name for name, stays in zip(names, kept, strict=True) if stays]
    )
    return out


def _fitted(points: np.ndarray, right: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """Logistic regression by Newton's method, ridged towards EXPECTED; returns the weights, the bias last."""
    rows = np.hstack([points, np.ones((len(points), 1))])
    penalty = RIDGE * np.eye(rows.shape[1])
    penalty[-1, -1] = 1e-6
    expected = np.array([*(EXPECTED.get(name, 0.0) for name in names), 0.0])
    weights = np.zeros(rows.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-rows @ weights))
        slope = rows.T @ (chance - right) + penalty @ (weights - expected)
        curve = (rows * (chance * (1 - chance))[:, None]).T @ rows + penalty
        step = np.linalg.solve(curve, slope)
        weights -= step
        if np.abs(step).max() < 1e-8:  # noqa: PLR2004 - converged
            break
    return weights


def chances(weights: np.ndarray, points: np.ndarray) -> np.ndarray:
    """The model's chances for points, shape (n,)."""
    return 1 / (1 + np.exp(-(points @ weights[:-1] + weights[-1])))


def matrix(chosen: Sequence[Sample], names: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Features as an array of shape (n, d), and what came true."""
    return (
        np.array([[one.features.get(name, 0.0) for name in names] for one in chosen]),
        np.array([float(one.right) for one in chosen]),
    )


def out_of_fold(chosen: Sequence[Sample], names: Sequence[str]) -> list[tuple[float, bool]]:
    """What models that have not seen a sample's trade say of it."""
    by_trade: dict[str, list[Sample]] = defaultdict(list)
    for one in chosen:
        by_trade[one.trade].append(one)
    pairs: list[tuple[float, bool]] = []
    for trade, held in by_trade.items():
        weights = fit(*matrix([one for one in chosen if one.trade != trade], names), names)
        said = chances(weights, matrix(held, names)[0])
        pairs += [(float(chance), one.right) for chance, one in zip(said, held, strict=True)]
    return pairs


def kept_aside(found: Sequence[Sample]) -> list[tuple[float, bool]]:
    """What the models that have not seen a reading's trade say of all readings."""
    pairs: list[tuple[float, bool]] = []
    for booked in (True, False):
        chosen = [one for one in found if one.booked is booked]
        pairs += out_of_fold(chosen, sorted({feature for one in chosen for feature in one.features}))
    return pairs


def threshold(pairs: list[tuple[float, bool]]) -> float:
    """The default threshold: as low as the risk allows, and never above what a read-back is worth."""
    return min(least_risk(pairs), READ_BACK)


def least_risk(pairs: list[tuple[float, bool]]) -> float:
    """The least confidence above which no more than RISK of what is booked is wrong, out of fold."""
    best, wrong = 1.0, 0
    for taken, (chance, right) in enumerate(sorted(pairs, reverse=True), 1):
        wrong += not right
        if wrong <= RISK * taken:
            best = chance
    return best


def main() -> int:
    """Fit, print the out-of-fold figures, write the parameters."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dry-run", action="store_true", help="print the figures and write nothing")
    options = parser.parse_args()
    found = samples()
    out: dict[str, object] = {}
    for name, booked in (("booked", True), ("other", False)):
        chosen = [one for one in found if one.booked is booked]
        names = sorted({feature for one in chosen for feature in one.features})
        weights = fit(*matrix(chosen, names), names)
        pairs = out_of_fold(chosen, names)
        print(f"{name}: {len(chosen)} readings, {sum(one.right for one in chosen)} right")
        print("\n".join(reliability(pairs)))
        out[name] = {
            "bias": round(float(weights[-1]), 4),
            "weights": {name: round(float(weight), 4) for name, weight in zip(names, weights, strict=False)},
        }
        if booked:
            out["accept_threshold"] = round(threshold(pairs), 4)
    print("all, each by a model that has not seen its trade")
    print("\n".join(reliability(kept_aside(found))))
    print(f"accept from {out['accept_threshold']}")
    source = f"data/orders and data/studied, {len(found)} readings, each trade left out in turn; risk {RISK}"
    out = {"source": source, **out}
    if not options.dry_run:
        TARGET.write_text(json.dumps(out, indent=2, ensure_ascii=False) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
