"""The bearer token of the action server: the one it was given, or short-lived ones that it signs."""

import hashlib
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jwt
from joserfc.jwk import OKPKey

if TYPE_CHECKING:
    from actions.settings import ActionSettings

SUBJECT: Final = "bot:actions"
_ALGORITHM: Final = "Ed25519"
_LIFE_S: Final = 600
_RENEW_S: Final = 60


class TokenSource:
    """Gives a token that is valid for at least a minute."""

    def __init__(self, settings: "ActionSettings", now: Callable[[], float] = time.time) -> None:
        self._given = settings.token.get_secret_value() if settings.token else None
        self._now = now
        self._key = None if self._given else _key(settings.signing_secret.get_secret_value())
        self._token, self._expires_at = "", 0.0

    def token(self) -> str:
        """Return the token to send."""
        if self._given is not None:
            return self._given
        if self._now() > self._expires_at - _RENEW_S:
            self._token, self._expires_at = self._signed()
        return self._token

    def _signed(self) -> tuple[str, float]:
        issued_at = int(self._now())
        claims = {
            "iss": "duka",
            "aud": "duka-api",
            "sub": SUBJECT,
            "roles": ["bot"],
            "cities": ["*"],
            "iat": issued_at,
            "exp": issued_at + _LIFE_S,
        }
        key = self._key or _key("")
        token = jwt.encode({"alg": _ALGORITHM, "kid": key.kid}, claims, key, algorithms=[_ALGORITHM])
        return token, float(issued_at + _LIFE_S)


def _key(secret: str) -> OKPKey:
    """The backend's signing key, derived as the backend derives it."""
    private = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"duka-jwt:" + secret.encode()).digest())
    key = OKPKey.import_key(
        {
            "kty": "OKP",
            "crv": "Ed25519",
            "alg": _ALGORITHM,
            "d": _encoded(private.private_bytes_raw()),
            "x": _encoded(private.public_key().public_bytes_raw()),
        }
    )
    key.ensure_kid()
    return key


def _encoded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
