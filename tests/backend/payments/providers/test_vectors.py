"""Signatures and codes of the providers, against fixed vectors and the table of result codes."""

import base64

import pytest

from backend.payments.ports import Advice, AttemptOutcome
from backend.payments.providers.daraja.client import DarajaClient
from backend.payments.providers.daraja.mapping import minor_units, result_of_query, row_for
from backend.payments.providers.daraja.webhook import DarajaCallbacks
from backend.payments.providers.upi.mapping import result_of_link
from backend.payments.providers.upi.webhook import UpiCallbacks
from backend.payments.settings import DarajaSettings
from backend.platform.http import HttpClient
from tests.support.clock import FixedClock

PAID, FAILED, PENDING, UNKNOWN = (
    AttemptOutcome.PAID,
    AttemptOutcome.FAILED,
    AttemptOutcome.PENDING,
    AttemptOutcome.UNKNOWN,
)


def test_the_upi_webhook_signature_is_the_fixed_vector() -> None:
    body = b'{"event":"payment_link.paid","created_at":1795357200}'
    signature = "1b3075e69d3da9294cf246402d934bf530cf419f6e676337d972bd161b8c93fd"
    assert UpiCallbacks(["another", "rzp-webhook-1"]).is_genuine(body, signature)
    assert not UpiCallbacks(["another"]).is_genuine(body, signature)
    assert not UpiCallbacks(["rzp-webhook-1"]).is_genuine(body + b" ", signature)
    assert not UpiCallbacks([]).is_genuine(body, "")


async def test_the_daraja_password_is_of_short_code_passkey_and_time_in_nairobi() -> None:
    settings = DarajaSettings(passkey="passkey-1", shortcode="600999")  # type: ignore[arg-type]
    http = HttpClient("http://daraja.test", name="daraja", app=object())
    signed = DarajaClient(settings, http, FixedClock())._signed()
    assert signed["Timestamp"] == "20261122172000"
    assert base64.b64decode(signed["Password"]) == b"600999passkey-120261122172000"
    await http.close()


def test_a_callback_token_is_good_for_its_attempt_alone() -> None:
    callbacks = DarajaCallbacks("https://pay.example.co.ke/", "a secret")
    token = callbacks.token("PA1")
    assert callbacks.address("stk", "PA1") == f"https://pay.example.co.ke/webhooks/daraja/stk/{token}"
    assert callbacks.subject_of(token) == "PA1"
    assert callbacks.subject_of(token.replace("PA1", "PA2")) is None
    assert callbacks.subject_of("PA1") is None
    assert len(token.partition(".")[2]) * 4 >= 128


@pytest.mark.parametrize(
    ("code", "outcome", "advice", "reason"),
    [
        ("0", PAID, Advice.WAIT, "paid"),
        ("1", FAILED, Advice.ASK_AGAIN, "insufficient_funds"),
        ("2", FAILED, Advice.CHANGE_METHOD, "amount_too_small"),
        ("3", FAILED, Advice.CHANGE_METHOD, "amount_too_large"),
        ("4", FAILED, Advice.CHANGE_METHOD, "daily_limit"),
        ("8", FAILED, Advice.PERSON, "receiver_limit"),
        ("17", FAILED, Advice.RETRY_LATER, "same_amount_too_soon"),
        ("26", FAILED, Advice.RETRY_LATER, "system_busy"),
        ("1001", FAILED, Advice.RETRY_LATER, "another_prompt_open"),
        ("1019", FAILED, Advice.ASK_AGAIN, "expired"),
        ("1025", FAILED, Advice.RETRY_LATER, "prompt_not_sent"),
        ("9999", FAILED, Advice.RETRY_LATER, "prompt_not_sent"),
        ("1032", FAILED, Advice.ASK_AGAIN, "cancelled"),
        ("1037", FAILED, Advice.ASK_AGAIN, "unreachable"),
        ("2001", FAILED, Advice.ASK_AGAIN, "wrong_pin"),
        ("2028", FAILED, Advice.PERSON, "not_permitted"),
        ("8006", FAILED, Advice.PERSON, "not_permitted"),
        ("SFC_IC0003", FAILED, Advice.PERSON, "not_permitted"),
        ("4999", PENDING, Advice.WAIT, "pending"),
        ("31337", UNKNOWN, Advice.WAIT, "unknown"),
        ("", UNKNOWN, Advice.WAIT, "unknown"),
    ],
)
def test_result_codes(code: str, outcome: AttemptOutcome, advice: Advice, reason: str) -> None:
    row = row_for(code)
    assert (row.outcome, row.advice, row.reason) == (outcome, advice, reason)


def test_still_processing_is_pending_whatever_the_code() -> None:
    assert result_of_query("1032", "The transaction is still under processing").outcome is PENDING
    assert result_of_query("0", "The service request is processed successfully.").outcome is PAID


@pytest.mark.parametrize(
    ("amount", "minor"),
    [(420, 42000), (420.0, 42000), ("420.00", 42000), ("5.5", 550), ("0.001", None), ("x", None), (None, None)],
)
def test_amounts_are_refused_rather_than_rounded(amount: object, minor: int | None) -> None:
    assert minor_units(amount) == minor


@pytest.mark.parametrize(
    ("entity", "outcome"),
    [
        ({"status": "created"}, PENDING),
        ({"status": "paid", "amount_paid": 100}, PAID),
        ({"status": "cancelled"}, FAILED),
        ({"status": "expired"}, FAILED),
        ({"status": "active", "payments_amount_received": 0}, PENDING),
        ({"status": "closed", "payments_amount_received": 0}, FAILED),
        ({"status": "closed", "payments_amount_received": 100}, PAID),
        ({"status": "brand new"}, UNKNOWN),
    ],
)
def test_states_of_links_and_codes(entity: dict[str, object], outcome: AttemptOutcome) -> None:
    assert result_of_link(entity).outcome is outcome
