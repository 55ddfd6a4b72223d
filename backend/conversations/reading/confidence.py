"""One calibrated number about a whole reading: the chance that a careful clerk would have read the same."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, Final

from backend.conversations.reading.types import Decision

_RESOURCE: Final = "confidence.json"
_STEEPEST: Final = 30.0


@dataclass(frozen=True, slots=True)
class Logistic:
    """A logistic model over named features."""

    bias: float
    weights: Mapping[str, float]

    def probability(self, features: Mapping[str, float]) -> float:
        """The chance that the model gives; features that it does not know count for nothing."""
        total = self.bias + sum([weight * features.get(name, 0.0) for name, weight in self.weights.items()])
        return 1.0 / (1.0 + math.exp(-max(-_STEEPEST, min(_STEEPEST, total))))


@dataclass(frozen=True, slots=True)
class Calibration:
    """One model for orders that would be booked, one for everything else; `accept` is the default threshold."""

    booked: Logistic
    other: Logistic
    accept: float

    def model(self, decision: Decision, *, order: bool) -> Logistic:
        """The model that speaks for a reading."""
        return self.booked if order and decision is Decision.ACCEPT else self.other


@lru_cache(maxsize=1)
def calibration() -> Calibration:
    """The fitted parameters, written by `scripts/calibrate_reading.py`, which also says on what."""
    text = resources.files("backend.conversations.reading").joinpath(_RESOURCE).read_text("utf-8")
    raw: dict[str, Any] = json.loads(text)
    booked, other = (Logistic(float(raw[name]["bias"]), dict(raw[name]["weights"])) for name in ("booked", "other"))
    return Calibration(booked, other, float(raw["accept_threshold"]))
