"""Checks and reads the UPI link provider's webhooks."""

import hashlib
import hmac
from collections.abc import Sequence

import orjson

from backend.payments.ports import AttemptNews, News
from backend.payments.providers.upi.mapping import event_of_webhook, taken_back_by_webhook


class UpiCallbacks:
    """Signed webhooks at one fixed address; two secrets are live during a rotation."""

    provider = "upi"
    rail = "upi"
    currency = "INR"
    kinds = frozenset({"link"})

    def __init__(self, secrets: Sequence[str]) -> None:
        self._secrets = tuple(secrets)

    def address(self, kind: str, subject_id: str) -> str:
        """The provider's address is set in its dashboard, not by request."""
        del kind, subject_id
        return ""

    def subject_of(self, token: str) -> str | None:
        """No path tokens here."""
        del token
        return None

    def is_genuine(self, body: bytes, signature: str) -> bool:
        """True where the signature over the raw body is of one of the secrets."""
        expected = [hmac.new(secret.encode(), body, hashlib.sha256).hexdigest() for secret in self._secrets]
        return any(hmac.compare_digest(signature.strip().lower().encode(), known.encode()) for known in expected)

    def event_id(self, kind: str, body: bytes, header_id: str) -> str:
        """Return the provider's event id, which comes in a header."""
        del kind
        if not header_id or _news(body) is None:
            message = "not an event about a link, a code or a payment of ours"
            raise ValueError(message)
        return header_id

    def read(self, kind: str, subject: str, body: bytes) -> News | None:
        """Read what became of a link or code, or of a payment afterwards."""
        del kind, subject
        return _news(body)


def _news(body: bytes) -> News | None:
    told = orjson.loads(body)
    event = event_of_webhook(told)
    return AttemptNews(event.result, provider_ref=event.ref) if event else taken_back_by_webhook(told)
