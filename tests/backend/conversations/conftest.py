"""The town, for tests of whole conversations."""

from collections.abc import AsyncIterator

import pytest

from backend.platform.db.session import Database
from tests.support.town import Town, town


@pytest.fixture
async def shop(database: Database) -> AsyncIterator[Town]:
    """A town whose bot answers each message at once."""
    async with town(database) as built:
        yield built
