"""Checks and reads Daraja's callbacks; unsigned, so their path carries a token that only we could have made."""

import hashlib
import hmac
from collections.abc import Callable
from typing import Final

from backend.payments.ports import AttemptNews, AttemptOutcome, HandNews, News, NoSuchPayment, PayoutNews, PayoutResult
from backend.payments.providers.daraja.mapping import (
    disproof,
    hand_payment,
    payout_result,
    payout_status,
    proven_receipt,
    result_of_callback,
)
from backend.payments.providers.daraja.wire import (
    AsyncResult,
    AsyncResultEnvelope,
    C2BConfirmation,
    StkCallbackEnvelope,
)

_TAG_LENGTH: Final = 40  # 160 bits in hex


_TIMED_OUT: Final = PayoutResult(AttemptOutcome.UNKNOWN, "timeout", "unknown")
_PAYOUTS: Final[dict[str, Callable[[AsyncResult], PayoutResult]]] = {
    "payout": payout_result,
    "payout-timeout": lambda _: _TIMED_OUT,
    "payout-status": lambda result: payout_status(result, "completed"),
    "reversal-status": lambda result: payout_status(result, "reversed"),
}


class DarajaCallbacks:
    """The addresses that we give to Daraja, and what arrives there."""

    provider = "daraja"
    rail = "mpesa"
    currency = "KES"
    kinds = frozenset({"stk", "c2b", "result", *_PAYOUTS})

    def __init__(self, public_base_url: str, secret: str) -> None:
        self._base = public_base_url.rstrip("/")
        self._secret = secret

    def address(self, kind: str, subject_id: str) -> str:
        """Return the address of one attempt's callback; its token authenticates and correlates."""
        return f"{self._base}/webhooks/daraja/{kind}/{self.token(subject_id)}"

    @property
    def paybill_addresses(self) -> tuple[str, str]:
        """Where payments by hand are to be confirmed, and before that validated; fixed, so that they are registered."""
        address = self.address("c2b", "paybill")
        return f"{address}/confirmation", f"{address}/validation"

    def token(self, subject_id: str) -> str:
        """Return an id with a keyed tag."""
        tag = hmac.new(self._secret.encode(), subject_id.encode(), hashlib.sha256).hexdigest()[:_TAG_LENGTH]
        return f"{subject_id}.{tag}"

    def subject_of(self, token: str) -> str | None:
        """Return the id that a token was made for, or None where we did not make it."""
        subject_id, _, _ = token.partition(".")
        genuine = hmac.compare_digest(self.token(subject_id).encode(), token.encode())
        return subject_id if genuine else None

    def is_genuine(self, body: bytes, signature: str) -> bool:
        """Daraja does not sign; the path token has been checked."""
        del body, signature
        return True

    def event_id(self, kind: str, body: bytes, header_id: str) -> str:
        """Return Daraja's id of what the body tells; a success and a late failure are two events."""
        del header_id
        if kind == "stk":
            callback = StkCallbackEnvelope.model_validate_json(body).body.callback
            return f"stk:{callback.checkout_request_id}:{callback.result_code}"
        if kind == "c2b":
            return f"c2b:{C2BConfirmation.model_validate_json(body).trans_id}"
        result = AsyncResultEnvelope.model_validate_json(body).result
        return f"{kind}:{result.conversation_id}"

    def read(self, kind: str, subject: str, body: bytes) -> News | None:
        """Read a prompt's result, a payment by hand, what became of a payout, or the result of a receipt look-up."""
        if kind == "stk":
            callback = StkCallbackEnvelope.model_validate_json(body).body.callback
            return AttemptNews(result_of_callback(callback), subject, callback.checkout_request_id)
        if kind == "c2b":
            return HandNews(hand_payment(C2BConfirmation.model_validate_json(body)))
        if kind in _PAYOUTS:
            return PayoutNews(_PAYOUTS[kind](AsyncResultEnvelope.model_validate_json(body).result), subject)
        result = AsyncResultEnvelope.model_validate_json(body).result
        proven, disproved = proven_receipt(result), disproof(result)
        if proven:
            return HandNews(proven, subject)
        return NoSuchPayment(subject, disproved) if disproved else None
