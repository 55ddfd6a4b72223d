"""From Africa's Talking's words to ours; pure."""

from collections.abc import Mapping
from typing import Final

from backend.comms.ports import CallState

# Causes are those of telephone networks; the first says only that somebody hung up, so the length decides.
CAUSES: Final[Mapping[str, CallState]] = {
    "NORMAL_CLEARING": CallState.NO_ANSWER,
    "USER_BUSY": CallState.BUSY,
    "CALL_REJECTED": CallState.BUSY,
    "NO_ANSWER": CallState.NO_ANSWER,
    "NO_USER_RESPONSE": CallState.NO_ANSWER,
    "SUBSCRIBER_ABSENT": CallState.NO_ANSWER,
    "RECOVERY_ON_TIMER_EXPIRE": CallState.NO_ANSWER,
    "ALLOTTED_TIMEOUT": CallState.NO_ANSWER,
    "ORIGINATOR_CANCEL": CallState.CANCELLED,
    "UNALLOCATED_NUMBER": CallState.FAILED,
    "USER_NOT_REGISTERED": CallState.FAILED,
    "SERVICE_UNAVAILABLE": CallState.FAILED,
    "NORMAL_TEMPORARY_FAILURE": CallState.FAILED,
    "UNSPECIFIED": CallState.FAILED,
    "LOSE_RACE": CallState.FAILED,
}


def state_at_the_end(cause: str, seconds: str) -> CallState:
    """Return how a call ended; one that was talked on is completed, and a new cause is a failure, since it did end."""
    if seconds.isdecimal() and int(seconds) > 0:
        return CallState.COMPLETED
    return CAUSES.get(cause, CallState.FAILED)
