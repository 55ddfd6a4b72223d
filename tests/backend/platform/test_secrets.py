"""Production starts with secrets of its own or not at all, and tokens outlive a change of their key."""

import importlib
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError
from pydantic_settings import BaseSettings

import backend
from backend.bootstrap import build
from backend.bootstrap.secrets import HOLDERS, IF_USED
from backend.platform.actors import Actor, ActorKind
from backend.platform.auth.principal import Role
from backend.platform.auth.tokens import TokenIssuer
from backend.platform.errors import UnauthorizedError
from backend.platform.settings import Environment, PlatformSettings
from tests.support.clock import FixedClock

OWN = {"pii_key": "a", "pii_index_key": "b", "session_secret": "c", "jwt_internal_secret": "d"}


def test_production_refuses_the_repository_s_own_secrets() -> None:
    with pytest.raises(ValidationError) as caught:
        PlatformSettings(environment=Environment.PRODUCTION)
    said = str(caught.value)
    assert all(f"DUKA_{name}" in said for name in ("PII_KEY", "PII_INDEX_KEY", "SESSION_SECRET"))
    assert "JWT_INTERNAL_SECRET" in said
    assert PlatformSettings(environment=Environment.PRODUCTION, **OWN).environment is Environment.PRODUCTION


def test_production_refuses_a_clock_that_others_can_move() -> None:
    with pytest.raises(ValidationError, match="DUKA_SANDBOX_TOKEN"):
        PlatformSettings(environment=Environment.PRODUCTION, sandbox_token="own", **OWN)


def test_production_refuses_a_provider_s_placeholder(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first start says all that is missing, by the variable's name."""
    settings = PlatformSettings(environment=Environment.PRODUCTION, **OWN)
    for name in ("UPI_KEY_SECRET", "EXOTEL_API_TOKEN"):
        monkeypatch.setenv(name, "own")
    with pytest.raises(ValueError, match="production needs its own secrets") as caught:
        build(settings, application="test")
    named = set(str(caught.value).rpartition(": ")[2].split(", "))
    assert not named & {"UPI_KEY_SECRET", "EXOTEL_API_TOKEN"}
    assert named >= {
        "DARAJA_CONSUMER_KEY",
        "DARAJA_CONSUMER_SECRET",
        "DARAJA_PASSKEY",
        "DARAJA_SECURITY_CREDENTIAL",
        "DISPATCH_OTP_KEY",
        "EXOTEL_API_KEY",
        "EXOTEL_WEBHOOK_SECRET",
        "PAYMENTS_CALLBACK_SECRET",
        "UPI_WEBHOOK_SECRET",
    }


def _settings_with_secrets() -> set[type[BaseSettings]]:
    """Every settings class of the backend that declares a secret, the sandbox's left out."""
    root = Path(backend.__file__).parent
    files = [file for file in root.glob("**/settings.py") if "sandbox" not in file.parts]
    modules = [importlib.import_module(".".join(file.relative_to(root.parent).with_suffix("").parts)) for file in files]
    classes = [value for module in modules for value in vars(module).values() if isinstance(value, type)]
    return {
        found
        for found in classes
        if issubclass(found, BaseSettings)
        and any("SecretStr" in str(f.annotation) for f in found.model_fields.values())
    }


def test_no_group_of_secrets_is_left_out() -> None:
    assert _settings_with_secrets() == {*HOLDERS, *IF_USED.values(), PlatformSettings}


def _issuer(current: str, previous: str | None = None) -> TokenIssuer:
    kept = SecretStr(previous) if previous else None
    return TokenIssuer(PlatformSettings(jwt_internal_secret=current, jwt_previous_secret=kept), FixedClock())


def test_a_token_outlives_the_change_of_its_key() -> None:
    """Signed before the change it holds until it expires; once the old key is gone it does not."""
    token = _issuer("spring").issue(Actor(ActorKind.SERVICE, "app"), [Role.SERVICE])
    assert _issuer("summer", "spring").verify(token).actor == Actor(ActorKind.SERVICE, "app")
    with pytest.raises(UnauthorizedError):
        _issuer("summer").verify(token)


def test_both_live_keys_are_published_without_their_private_part() -> None:
    keys = _issuer("summer", "spring").jwks()["keys"]
    assert len({key["kid"] for key in keys}) == 2
    assert all(set(key) >= {"kty", "crv", "x", "kid"} and "d" not in key for key in keys)
    assert [key["kid"] for key in keys] == [_issuer(name).jwks()["keys"][0]["kid"] for name in ("summer", "spring")]
