"""Signed names of calls, for providers that sign nothing themselves."""

import hashlib
import hmac
from typing import Final

_TAG_LENGTH: Final = 24  # 96 bits in hex; the custom field of Exotel holds 128 characters


class ContextSigner:
    """Signs a call's id into the context that a provider hands back, so that a digit can act on that call alone."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def sign(self, call_id: str) -> str:
        """Return the context of a call."""
        tag = hmac.new(self._secret.encode(), call_id.encode(), hashlib.sha256).hexdigest()[:_TAG_LENGTH]
        return f"{call_id}.{tag}"

    def call_of(self, context: str) -> str | None:
        """Return the call of a context; None where we did not make it."""
        call_id, _, _ = context.partition(".")
        return call_id if hmac.compare_digest(self.sign(call_id).encode(), context.encode()) else None
