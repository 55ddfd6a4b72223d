"""The house, with its two example shops."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.house import House, open_house


@pytest.fixture
async def house(fresh_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """Application, worker, simulators and a scripted bot, each on its own socket."""
    async with open_house(fresh_database_url, tmp_path, monkeypatch) as opened:
        yield opened


@pytest.fixture
def still_settings() -> dict[str, str]:
    """Settings of the still house, by variable; a file may say its own."""
    return {}


@pytest.fixture
async def still_house(
    fresh_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, still_settings: dict[str, str]
) -> AsyncIterator[House]:
    """The house, with a clock that moves only by the test's hand."""
    async with open_house(fresh_database_url, tmp_path, monkeypatch, still=True, **still_settings) as opened:
        yield opened
