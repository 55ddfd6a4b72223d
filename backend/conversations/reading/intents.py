"""The intent of a reading: which it is, how sure the bot is of each, and the reading with another."""

from collections.abc import Mapping
from typing import Any, Final

TAKEN_FOR: Final = 0.63  # sure enough to be acted on, and no more


def intent_of(reading: Mapping[str, Any]) -> str:
    """The name of a reading's intent."""
    return str((reading.get("intent") or {}).get("name"))


def sureness(reading: Mapping[str, Any]) -> float:
    """How sure the bot is of a reading's intent."""
    return float((reading.get("intent") or {}).get("confidence", 1.0))


def ranked(reading: Mapping[str, Any]) -> Mapping[str, float]:
    """How sure the bot is of each intent."""
    return {one["name"]: float(one["confidence"]) for one in reading.get("intent_ranking") or ()}


def read_as(reading: Mapping[str, Any], intent: str, confidence: float) -> Mapping[str, Any]:
    """The reading with another intent."""
    return {**reading, "intent": {"name": intent, "confidence": confidence}}
