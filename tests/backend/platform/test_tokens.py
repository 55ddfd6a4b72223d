"""Tokens that are forged, stale or for somebody else are refused; two keys live side by side during a rotation."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from pydantic import SecretStr

from backend.platform.actors import Actor
from backend.platform.auth.principal import Role
from backend.platform.auth.tokens import TokenIssuer
from backend.platform.errors import UnauthorizedError
from backend.platform.settings import PlatformSettings
from tests.support.clock import FixedClock

WHO = Actor.parse("admin:A-1")


def _issuer(current: str = "one", previous: str | None = None) -> TokenIssuer:
    old = None if previous is None else SecretStr(previous)
    settings = PlatformSettings(jwt_internal_secret=SecretStr(current), jwt_previous_secret=old)
    return TokenIssuer(settings, FixedClock())


def _part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _claims(token: str) -> dict[str, Any]:
    body = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return claims


def _unsigned(token: str) -> str:
    return f"{_part({'alg': 'none'})}.{token.split('.')[1]}."


def _by_public_key(token: str) -> str:
    """Signed with HMAC, whose secret is our public key: the old trick on those who take the header's word."""
    public = json.dumps(_issuer().jwks()["keys"][0]).encode()
    return jwt.encode({"alg": "HS256"}, _claims(token), OctKey.import_key(public), algorithms=["HS256"])


def _promoted(token: str) -> str:
    head, _, signature = token.split(".")
    return f"{head}.{_part({**_claims(token), 'roles': ['owner']})}.{signature}"


def _of_an_unknown_key(token: str) -> str:
    _, body, signature = token.split(".")
    return f"{_part({'alg': 'Ed25519', 'kid': 'nobody'})}.{body}.{signature}"


def _of_a_stranger(_: str) -> str:
    return _issuer("another house").issue(WHO, [Role.ADMIN])


def _for_another_service(_: str) -> str:
    return _issuer().issue(WHO, [Role.ADMIN], audience="duka-elsewhere")


def _stale(_: str) -> str:
    return _issuer().issue(WHO, [Role.ADMIN], ttl_s=-1)


@pytest.mark.parametrize(
    "forge",
    [_unsigned, _by_public_key, _promoted, _of_an_unknown_key, _of_a_stranger, _for_another_service, _stale],
)
def test_a_token_that_is_not_ours_opens_nothing(forge: Callable[[str], str]) -> None:
    genuine = _issuer().issue(WHO, [Role.ADMIN])
    assert _issuer().verify(genuine).actor == WHO
    with pytest.raises(UnauthorizedError):
        _issuer().verify(forge(genuine))


def test_a_rotation_refuses_no_token_that_is_still_good() -> None:
    """Before, while both keys live, and after: each token is good until its key is retired."""
    old_token = _issuer("one").issue(WHO, [Role.ADMIN])
    both = _issuer("two", previous="one")
    new_token = both.issue(WHO, [Role.ADMIN])
    assert [both.verify(token).actor for token in (old_token, new_token)] == [WHO, WHO]
    after = _issuer("two")
    assert after.verify(new_token).actor == WHO
    with pytest.raises(UnauthorizedError):
        after.verify(old_token)
