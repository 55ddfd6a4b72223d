"""One calibrated number about a whole reading: the chance that a careful clerk would have read the same."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, Final

_RESOURCE: Final = "confidence.json"


@dataclass(frozen=True, slots=True)
class Calibration:
    """A logistic model over named features; `accept` is the default threshold, with its source in the file."""

    bias: float
    weights: Mapping[str, float]
    accept: float

    def probability(self, features: Mapping[str, float]) -> float:
        """The calibrated chance that the lines and the decision are right."""
        total = self.bias + sum(weight * features.get(name, 0.0) for name, weight in self.weights.items())
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))


@lru_cache(maxsize=1)
def calibration() -> Calibration:
    """The fitted parameters, written by `scripts/calibrate_reading.py`."""
    text = resources.files("backend.conversations.reading").joinpath(_RESOURCE).read_text("utf-8")
    raw: dict[str, Any] = json.loads(text)
    return Calibration(float(raw["bias"]), dict(raw["weights"]), float(raw["accept_threshold"]))
