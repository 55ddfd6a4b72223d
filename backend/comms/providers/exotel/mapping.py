"""From Exotel's words to ours; pure."""

from collections.abc import Mapping
from typing import Final

from backend.comms.ports import CallState

STATES: Final[Mapping[str, CallState]] = {
    "queued": CallState.DIALLED,
    "in-progress": CallState.DIALLED,
    "ringing": CallState.DIALLED,
    "answered": CallState.ANSWERED,
    "completed": CallState.COMPLETED,
    "failed": CallState.FAILED,
    "busy": CallState.BUSY,
    "no-answer": CallState.NO_ANSWER,
    "canceled": CallState.CANCELLED,
}
HUNG_UP: Final = frozenset({"client-hangup", "incomplete", "call-attempt"})


def state_of(word: str) -> CallState:
    """Return our state for a status word; a new word is unknown, never failed."""
    return STATES.get(word, CallState.UNKNOWN)


def digit_of(raw: str) -> str:
    """Return the digit of a `digits` parameter, which Exotel wraps in double quotes."""
    return raw.strip().strip('"').strip()
