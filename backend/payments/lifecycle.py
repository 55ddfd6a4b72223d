"""What becomes of a receipt, as rows: it moves forward only, and never twice."""

from enum import StrEnum
from typing import Final


class ReceiptState(StrEnum):
    """Where a receipt stands.

    `suggested` waits for a person with candidates, `orphan` without. What `matched` counts for its order; `refund_due`
    is owed back, `refunded` was paid back, and `reversed` was taken back by the payer or the provider. What was taken
    apart, or away from its order, is `replaced` by its parts: it stands for nothing itself any more.
    """

    SUGGESTED = "suggested"
    ORPHAN = "orphan"
    MATCHED = "matched"
    REFUND_DUE = "refund_due"
    REFUNDED = "refunded"
    REVERSED = "reversed"
    REPLACED = "replaced"


_S = ReceiptState
OPEN: Final = frozenset({_S.SUGGESTED, _S.ORPHAN})
NEXT: Final = {
    _S.SUGGESTED: frozenset({_S.ORPHAN, _S.MATCHED, _S.REFUND_DUE, _S.REVERSED, _S.REPLACED}),
    _S.ORPHAN: frozenset({_S.SUGGESTED, _S.MATCHED, _S.REFUND_DUE, _S.REVERSED, _S.REPLACED}),
    _S.MATCHED: frozenset({_S.REFUND_DUE, _S.REFUNDED, _S.REVERSED, _S.REPLACED}),
    _S.REFUND_DUE: frozenset({_S.REFUNDED, _S.REVERSED, _S.REPLACED}),
    _S.REFUNDED: frozenset({_S.REVERSED}),
    _S.REVERSED: frozenset(),
    _S.REPLACED: frozenset(),
}


def may_become(state: str, target: ReceiptState) -> bool:
    """True where a receipt may move from one state to another."""
    return target in NEXT[ReceiptState(state)]
