"""Stretches of a message that hold no goods, whatever the bot took their words for."""

from collections.abc import Mapping, Sequence
from typing import Any


def passed_over(reading: Mapping[str, Any], spans: Sequence[tuple[int, int]]) -> Mapping[str, Any]:
    """The reading without the mentions that reach into some spans, which stand under `passing` with those before."""
    mentions = [
        one
        for one in reading.get("mentions") or ()
        if not any(start < one["end"] and one["start"] < end for start, end in spans)
    ]
    return {**reading, "mentions": mentions, "passing": [*(reading.get("passing") or ()), *spans]}


def counting_nothing(reading: Mapping[str, Any], spans: Sequence[tuple[int, int]]) -> Mapping[str, Any]:
    """The reading with some spans passed over, without the amounts that begin in them as well."""
    amounts = reading.get("amounts") or ()
    kept = [one for one in amounts if not any(start <= one["start"] < end for start, end in spans)]
    return {**passed_over(reading, spans), "amounts": kept}
