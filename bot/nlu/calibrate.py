"""Makes probabilities mean what they say."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

_GRID = tuple(float(step) for step in np.geomspace(0.2, 5.0, 61))


def temperature_of(scores: Sequence[npt.NDArray[np.float32]], truth: Sequence[int]) -> float:
    """Find the temperature whose softmax gives the truth the highest likelihood."""
    matrix = np.vstack(scores)
    at = np.arange(len(truth))
    return min(_GRID, key=lambda temperature: _loss(matrix / temperature, at, np.asarray(truth)))


def _loss(matrix: npt.NDArray[np.float32], at: npt.NDArray[np.int64], truth: npt.NDArray[np.int64]) -> float:
    shifted = matrix - matrix.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return float(-log_p[at, truth].mean())


def expected_error(confidence: Sequence[float], right: Sequence[bool], bins: int = 10) -> float:
    """Return the expected calibration error over equal-width bins."""
    p, hit = np.asarray(confidence), np.asarray(right, dtype=float)
    which = np.minimum((p * bins).astype(int), bins - 1)
    gaps = [
        abs(p[which == at].mean() - hit[which == at].mean()) * (which == at).mean()
        for at in range(bins)
        if (which == at).any()
    ]
    return float(sum(gaps))
