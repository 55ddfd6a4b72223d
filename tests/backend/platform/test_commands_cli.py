"""`duka dead-letters` shows what was given up and resolves it."""

import asyncio

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from backend.cli import app
from backend.platform.db.session import Database

_LETTER = """INSERT INTO dead_letter (consumer, event_id, topic, key, xid, pos, payload, error, attempts)
VALUES ('comms.orders', 'e1', 'order.created', 'ORD1', 1, 1, '{}', 'KeyError: city', 5) RETURNING id"""


async def _duka(*arguments: str) -> Result:
    """Run the command line where no loop runs, as a shell does."""
    return await asyncio.to_thread(CliRunner().invoke, app, ["dead-letters", *arguments])


async def test_a_dead_letter_is_shown_and_resolved_once(
    database: Database, fresh_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A number that is not there, or was dealt with, is said so and ends with 1."""
    monkeypatch.setenv("DATABASE_URL", fresh_database_url)
    async with database.transaction() as session:
        number = str(await session.scalar(text(_LETTER)))
    shown = await _duka("list")
    assert shown.stdout.split() == [number, "comms.orders", "order.created", "ORD1", "KeyError:", "city"]
    assert (await _duka("skip", number, "--by", "admin:A-1")).exit_code == 0
    async with database.transaction() as session:
        row = (await session.execute(text("SELECT resolution, resolved_by FROM dead_letter"))).one()
    assert tuple(row) == ("skipped", "admin:A-1")
    again = await _duka("retry", number)
    assert (again.exit_code, again.stderr.strip()) == (1, "This event was dealt with before.")
    assert (await _duka("retry", "999")).exit_code == 1
    assert (await _duka("list")).stdout == ""
