"""How a call ended, by its length and the network's cause."""

import pytest

from backend.comms.ports import CallState
from backend.comms.providers.africastalking.mapping import CAUSES, state_at_the_end


@pytest.mark.parametrize(
    ("cause", "seconds", "state"),
    [
        ("NORMAL_CLEARING", "12", CallState.COMPLETED),
        ("", "1", CallState.COMPLETED),
        ("NORMAL_CLEARING", "0", CallState.NO_ANSWER),
        ("USER_BUSY", "0", CallState.BUSY),
        ("CALL_REJECTED", "", CallState.BUSY),
        ("NO_ANSWER", "0", CallState.NO_ANSWER),
        ("ORIGINATOR_CANCEL", "0", CallState.CANCELLED),
        ("UNALLOCATED_NUMBER", "0", CallState.FAILED),
        ("SOMETHING_NEW", "0", CallState.FAILED),
        ("SOMETHING_NEW", "x", CallState.FAILED),
    ],
)
def test_the_end_of_a_call(cause: str, seconds: str, state: CallState) -> None:
    """It did end, so a cause that nobody knows is a failure and not unknown."""
    assert state_at_the_end(cause, seconds) is state


def test_every_cause_is_an_end() -> None:
    assert set(CAUSES.values()) <= {CallState.NO_ANSWER, CallState.BUSY, CallState.CANCELLED, CallState.FAILED}
