"""What the environment says, as an operator would write it."""

import pytest

from backend.platform.settings import PlatformSettings


def test_an_empty_variable_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a file of variables with a line for each, of which some are left blank."""
    monkeypatch.setenv("REDIS_URL", "")
    monkeypatch.setenv("MQ_BROKER_URL", "")
    settings = PlatformSettings()
    assert settings.redis_url is None
    assert settings.broker_url is None
