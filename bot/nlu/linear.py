"""A linear classifier over hashed n-grams, its weights plain arrays: trained by scikit-learn, run by numpy alone."""

import json
import zlib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

BITS = 17
_MASK = (1 << BITS) - 1
Columns = npt.NDArray[np.int64]


class Features(NamedTuple):
    """What is true of a message: the column of each feature, as often as it holds, and what it weighs."""

    columns: Columns
    values: npt.NDArray[np.float32]


class Ranked(NamedTuple):
    """A label and its probability."""

    name: str
    p: float


class LinearModel:
    """One linear margin a label; `temperature` makes the softmax over margins mean what it says."""

    def __init__(
        self,
        labels: Sequence[str],
        weights: npt.NDArray[np.float16] | npt.NDArray[np.float32],
        bias: npt.NDArray[np.float32],
        temperature: float = 1.0,
    ) -> None:
        self.labels = list(labels)
        self._weights = np.asarray(weights, np.float32)  # To turn each row as it is used took longer than all the rest.
        self._bias = bias
        self.temperature = temperature

    @classmethod
    def train(cls, rows: Sequence[tuple[Features, str, float]], strength: float = 0.6) -> "LinearModel":
        """Fit on (features, label, weight) rows; `strength` is scikit-learn's C."""
        from scipy.sparse import csr_matrix
        from sklearn.svm import LinearSVC

        pointers = np.cumsum([0, *(len(features.columns) for features, _, _ in rows)])
        columns = np.concatenate([features.columns for features, _, _ in rows])
        values = np.concatenate([features.values for features, _, _ in rows])
        matrix = csr_matrix((values, columns, pointers), shape=(len(rows), _MASK + 1))
        matrix.sum_duplicates()
        used = np.unique(columns)
        fitted = LinearSVC(C=strength, dual=True, random_state=7, tol=1e-3)
        fitted.fit(matrix[:, used], [label for _, label, _ in rows], sample_weight=[weight for _, _, weight in rows])
        one = len(fitted.coef_) == 1  # Two labels share one margin.
        coefficients = np.vstack([-fitted.coef_, fitted.coef_]) if one else fitted.coef_
        bias = np.array([-fitted.intercept_[0], fitted.intercept_[0]]) if one else fitted.intercept_
        weights = np.zeros((_MASK + 1, len(fitted.classes_)), dtype=np.float16)
        weights[used] = coefficients.T
        return cls([str(label) for label in fitted.classes_], weights, bias.astype(np.float32))

    def scores(self, features: Features) -> npt.NDArray[np.float32]:
        """Return one uncalibrated score a label."""
        found: npt.NDArray[np.float32] = features.values @ self._weights.take(features.columns, axis=0) + self._bias
        return found

    def rank(self, features: Features) -> list[Ranked]:
        """Return the labels, likeliest first, with calibrated probabilities."""
        p = softmax(self.scores(features) / self.temperature)
        return [
            Ranked(*pair) for pair in sorted(zip(self.labels, p.tolist(), strict=True), key=itemgetter(1), reverse=True)
        ]

    def save(self, folder: Path, name: str) -> None:
        """Write the model; only rows that carry weight are kept."""
        used = np.flatnonzero(np.any(self._weights != 0, axis=1)).astype(np.int32)
        np.savez(folder / f"{name}.npz", used=used, weights=self._weights[used].astype(np.float16), bias=self._bias)
        (folder / f"{name}.json").write_text(
            json.dumps({"labels": self.labels, "temperature": self.temperature}), "utf-8"
        )

    @classmethod
    def load(cls, folder: Path, name: str) -> "LinearModel":
        """Read a model."""
        about = json.loads((folder / f"{name}.json").read_text("utf-8"))
        with np.load(folder / f"{name}.npz") as stored:
            weights = np.zeros((_MASK + 1, len(about["labels"])), dtype=np.float32)
            weights[stored["used"]] = stored["weights"]
            return cls(about["labels"], weights, stored["bias"], about["temperature"])


def softmax(scores: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Turn scores into probabilities."""
    risen = np.exp(scores - scores.max())
    found: npt.NDArray[np.float32] = risen / risen.sum()
    return found


def hashed(names: Iterable[str]) -> Columns:
    """Hash feature names to columns; several names may meet in one."""
    return np.fromiter(map(zlib.crc32, map(str.encode, names)), np.int64) & _MASK


def in_blocks(blocks: Iterable[tuple[float, Sequence[Columns]]]) -> Features:
    """Join blocks of features; each is as long as its weight, however many features it has."""
    columns: list[Columns] = [np.empty(0, np.int64)]  # nothing at all may be said
    weights: list[float] = []
    sizes: list[int] = []
    for weight, parts in blocks:
        size = sum(map(len, parts))
        columns += parts
        weights.append(weight / (size or 1) ** 0.5)
        sizes.append(size)
    return Features(np.concatenate(columns), np.repeat(np.array(weights, np.float32), sizes))


def lettered(prefix: str, text: str, low: int, high: int, *others: str) -> Columns:
    """Hash the character n-grams of a text behind a prefix, its edges marked by blanks, and other features before them.

    They are what `hashed` makes of each n-gram behind the prefix, the prefix worked out once.
    """
    begun, padded = zlib.crc32(prefix.encode()), f" {text} "
    if padded.isascii():
        signs = padded.encode()
        grams = [zlib.crc32(signs[at:end], begun) for at, end in _runs(len(signs), low, high)]
    else:
        grams = [zlib.crc32(padded[at:end].encode(), begun) for at, end in _runs(len(padded), low, high)]
    return np.array([*(zlib.crc32(other.encode()) for other in others), *grams], np.int64) & _MASK


@lru_cache(maxsize=256)
def _runs(length: int, low: int, high: int) -> tuple[tuple[int, int], ...]:
    """Where the n-grams of so many signs begin and end."""
    return tuple((at, at + size) for size in range(low, high + 1) for at in range(length - size + 1))
