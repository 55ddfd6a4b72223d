"""What Daraja's results and statuses say of a payout, and which way and number a refund may take."""

from typing import Any

import pytest

from backend.payments.policies import PayoutWay, full_number, payout_way
from backend.payments.ports import AttemptOutcome
from backend.payments.providers.daraja.mapping import PAYOUT_CODES, payout_result, payout_status
from backend.payments.providers.daraja.wire import AsyncResult


def _result(code: str, **parameters: Any) -> AsyncResult:
    items = [{"Key": key, "Value": value} for key, value in parameters.items()]
    fields = {"ResultCode": code, "TransactionID": "UKM6", "ResultParameters": {"ResultParameter": items}}
    return AsyncResult.model_validate(fields)


@pytest.mark.parametrize("code", sorted(PAYOUT_CODES))
def test_every_code_of_a_payout_means_one_thing(code: str) -> None:
    assert payout_result(_result(code)).outcome is PAYOUT_CODES[code][0]


def test_a_code_that_nobody_knows_is_not_a_failure() -> None:
    assert payout_result(_result("4711")).outcome is AttemptOutcome.UNKNOWN


@pytest.mark.parametrize(
    ("paid_as", "code", "status", "outcome"),
    [
        ("completed", "0", "Completed", AttemptOutcome.PAID),
        ("completed", "0", "Failed", AttemptOutcome.FAILED),
        ("completed", "0", "Authorized", AttemptOutcome.UNKNOWN),
        ("completed", "R000002", None, AttemptOutcome.UNKNOWN),
        ("reversed", "0", "Reversed", AttemptOutcome.PAID),
        ("reversed", "0", "Completed", AttemptOutcome.UNKNOWN),
        ("reversed", "2001", None, AttemptOutcome.UNKNOWN),
    ],
)
def test_what_a_status_says_of_a_payout(paid_as: str, code: str, status: str | None, outcome: AttemptOutcome) -> None:
    """A payment that stands is no reversal, and one that is not found may be on its way."""
    assert payout_status(_result(code, TransactionStatus=status), paid_as).outcome is outcome


def test_only_what_fits_is_a_way() -> None:
    both = (PayoutWay.REVERSAL, PayoutWay.B2C)
    assert payout_way(both, is_whole=True, is_payee_known=True) == list(both)
    assert payout_way(both, is_whole=False, is_payee_known=True) == [PayoutWay.B2C]
    assert payout_way(both, is_whole=False, is_payee_known=False) == []
    assert payout_way((), is_whole=True, is_payee_known=True) == []


@pytest.mark.parametrize(
    ("told", "number"),
    [
        ("254711000221", "+254711000221"),
        ("711000221", "+254711000221"),
        ("0711000221", "+254711000221"),
        ("+254 110 000 221", "+254110000221"),
        ("2547 ***** 221", None),
        ("0" * 64, None),
        ("919900000011", None),
        ("", None),
    ],
)
def test_money_goes_only_to_a_whole_number(told: str, number: str | None) -> None:
    assert full_number(told) == number
