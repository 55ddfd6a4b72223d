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
