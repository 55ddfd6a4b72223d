"""How an assignment moves, as rows."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class AssignmentState(StrEnum):
    """Where an assignment is."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    PICKED_UP = "picked_up"
    DELIVERED = "delivered"
    REJECTED = "rejected"
    EXPIRED = "expired"
    FAILED = "failed"
    RELEASED = "released"


class Step(StrEnum):
    """What may happen to an assignment."""

    ACCEPT = "accept"
    REJECT = "reject"
    EXPIRE = "expire"
    PICK_UP = "pick_up"
    DELIVER = "deliver"
    FAIL = "fail"
    RELEASE = "release"


S = AssignmentState


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the step, the states that it may come in, and where it leads."""

    step: Step
    sources: tuple[AssignmentState, ...]
    target: AssignmentState


ROWS: Final = (
    Row(Step.ACCEPT, (S.OFFERED,), S.ACCEPTED),
    Row(Step.REJECT, (S.OFFERED, S.ACCEPTED), S.REJECTED),
    Row(Step.EXPIRE, (S.OFFERED,), S.EXPIRED),
    Row(Step.PICK_UP, (S.OFFERED, S.ACCEPTED), S.PICKED_UP),
    Row(Step.DELIVER, (S.PICKED_UP,), S.DELIVERED),
    Row(Step.FAIL, (S.PICKED_UP,), S.FAILED),
    Row(Step.RELEASE, (S.OFFERED, S.ACCEPTED, S.PICKED_UP), S.RELEASED),
)
_TARGET: Final = {(row.step, source): row.target for row in ROWS for source in row.sources}


def after(state: AssignmentState, step: Step) -> AssignmentState | None:
    """Return the state after a step; None where it may not come now."""
    return _TARGET.get((step, state))
