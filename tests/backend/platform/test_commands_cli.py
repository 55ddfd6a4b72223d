"""`duka dead-letters` shows what was given up and resolves it; `duka flags` shows and sets switches."""

import asyncio

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from backend.cli import app
from backend.platform.db.session import Database
from backend.platform.flags import Flags

_LETTER = """INSERT INTO dead_letter (consumer, event_id, topic, key, xid, pos, payload, error, attempts)
VALUES ('comms.orders', 'e1', 'order.created', 'ORD1', 1, 1, '{}', 'KeyError: city', 5) RETURNING id"""


async def _duka(*arguments: str, group: str = "dead-letters") -> Result:
    """Run the command line where no loop runs, as a shell does."""
    return await asyncio.to_thread(CliRunner().invoke, app, [group, *arguments])


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


async def test_a_flag_is_set_shown_and_taken_away(
    database: Database, fresh_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the runbooks tell whoever is woken: for one city, however they spell it, and nothing is left afterwards."""
    monkeypatch.setenv("DATABASE_URL", fresh_database_url)
    flags = Flags(database, "exotel=true")
    done = await _duka("set", "exotel", "off", "--city", "Nashik", "--by", "admin:A-1", group="flags")
    assert (done.exit_code, done.stdout.strip()) == (0, "exotel: False")
    await flags.refresh()
    assert [flags.enabled("exotel", city=city) for city in ("nashik", "nairobi")] == [False, True]
    assert (await _duka("list", group="flags")).stdout.split() == ["exotel", "nashik", "*", "False", "admin:A-1"]
    assert (await _duka("clear", "exotel", "--city", "NASHIK", group="flags")).exit_code == 0
    await flags.refresh()
    assert flags.enabled("exotel", city="nashik")
