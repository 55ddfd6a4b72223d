"""Which commits wait for the disk."""

import pytest
from sqlalchemy import text

from backend.platform.db.session import Database

_WHERE_SET = text("SELECT setting, source FROM pg_settings WHERE name = 'synchronous_commit'")


@pytest.mark.parametrize(("durable", "by_us"), [(True, False), (False, True)])
async def test_only_steps_that_can_be_done_again_leave_before_the_disk_has_them(
    database: Database, *, durable: bool, by_us: bool
) -> None:
    """A durable transaction follows the server's own setting; the other kind switches the wait off for itself."""
    async with database.transaction(durable=durable) as session:
        setting, source = (await session.execute(_WHERE_SET)).one()
    assert (source == "client") is by_us
    assert setting == "off" or not by_us
