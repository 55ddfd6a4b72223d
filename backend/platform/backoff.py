"""Pauses between tries: they double, are capped, and are spread so that failures do not return in step."""

import random


def pause_s(attempt: int, *, base_s: float, cap_s: float) -> float:
    """Return the pause after the `attempt`th failure, counted from 1: between half of the full pause and all of it."""
    full = min(cap_s, base_s * 2.0 ** (attempt - 1))
    return full * random.uniform(0.5, 1.0)  # noqa: S311 - spreading load needs no cryptography
