"""JSON Web Tokens, signed with Ed25519; two keys may be live during a rotation."""

import hashlib
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey

from backend.platform.actors import Actor
from backend.platform.auth.principal import ALL_CITIES, Principal, Role
from backend.platform.clock import Clock
from backend.platform.errors import UnauthorizedError
from backend.platform.settings import PlatformSettings

ISSUER: Final = "duka"
API_AUDIENCE: Final = "duka-api"
_ALGORITHM: Final = "Ed25519"


def _key_from(secret: str) -> OKPKey:
    """Derive a signing key from a secret, named by its thumbprint."""
    private = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"duka-jwt:" + secret.encode()).digest())
    key = OKPKey.import_key(_as_jwk(private))
    key.ensure_kid()
    return key


def _as_jwk(private: Ed25519PrivateKey) -> dict[str, Any]:
    from base64 import urlsafe_b64encode

    def encode(raw: bytes) -> str:
        return urlsafe_b64encode(raw).rstrip(b"=").decode()

    return {
        "kty": "OKP",
        "crv": "Ed25519",
        "alg": _ALGORITHM,
        "d": encode(private.private_bytes_raw()),
        "x": encode(private.public_key().public_bytes_raw()),
    }


class TokenIssuer:
    """Issues and checks tokens; the current key signs, the previous one still verifies."""

    def __init__(self, settings: PlatformSettings, clock: Clock) -> None:
        self._clock = clock
        self._current = _key_from(settings.jwt_internal_secret.get_secret_value())
        previous = settings.jwt_previous_secret
        self._keys = KeySet([self._current, *([_key_from(previous.get_secret_value())] if previous else [])])

    def issue(
        self,
        actor: Actor,
        roles: Iterable[Role],
        *,
        cities: Iterable[str] = ALL_CITIES,
        merchant_id: str | None = None,
        ttl_s: int = 900,
        audience: str = API_AUDIENCE,
    ) -> str:
        """Issue a token for the actor; it expires after `ttl_s` seconds."""
        now = self._clock.now()
        claims = {
            "iss": ISSUER,
            "aud": audience,
            "sub": str(actor),
            "roles": sorted(roles),
            "cities": sorted(cities),
            "merchant": merchant_id,
            "iat": int(now.timestamp()),
            "exp": int((now + timedelta(seconds=ttl_s)).timestamp()),
        }
        header = {"alg": _ALGORITHM, "kid": self._current.kid}
        return jwt.encode(header, claims, self._current, algorithms=[_ALGORITHM])

    def verify(self, token: str, audience: str = API_AUDIENCE) -> Principal:
        """Check signature, issuer, audience and expiry; return the caller.

        Raises:
            UnauthorizedError: Any of them is wrong.
        """
        try:
            claims = jwt.decode(token, self._keys, algorithms=[_ALGORITHM]).claims
            self._check(claims, audience)
            return Principal(
                actor=Actor.parse(claims["sub"]),
                roles=frozenset(Role(role) for role in claims["roles"]),
                cities=frozenset(claims["cities"]),
                merchant_id=claims.get("merchant"),
            )
        except (JoseError, ValueError, KeyError, TypeError) as error:
            message = "The token is not valid; get a new one."
            raise UnauthorizedError(message) from error

    def _check(self, claims: dict[str, Any], audience: str) -> None:
        registry = jwt.JWTClaimsRegistry(
            now=int(self._clock.now().timestamp()),
            iss={"essential": True, "value": ISSUER},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
        )
        registry.validate(claims)

    def jwks(self) -> dict[str, Any]:
        """Return the public keys, for others to verify our tokens with."""
        return dict(self._keys.as_dict(private=False))
