"""Flags by city and tier, from the table, then the environment, and as last known while the database is away."""

import asyncio

import pytest
from openfeature.evaluation_context import EvaluationContext

from backend.platform.db.session import Database
from backend.platform.errors import BadRequestError
from backend.platform.flags import FlagPlace, Flags, clear_flag, parse_defaults, set_flag
from backend.platform.settings import PlatformSettings


async def _set(database: Database, place: FlagPlace, value: object) -> None:
    async with database.transaction() as session:
        await set_flag(session, place, value, by="admin:A-1")


async def test_the_environment_speaks_where_the_table_is_silent(database: Database) -> None:
    """Paper two's example: Exotel in Nashik alone, WhatsApp everywhere, anything else off."""
    flags = Flags(database, PlatformSettings(_env_file=None).feature_flags)
    assert flags.enabled("exotel", city="nashik")
    assert flags.enabled("exotel", city="Nashik")
    assert not flags.enabled("exotel", city="nairobi")
    assert not flags.enabled("exotel")
    assert flags.enabled("wa", city="nairobi")
    assert not flags.enabled("auto_assign")
    assert flags.enabled("auto_assign", default=True)


async def test_the_narrowest_row_wins(database: Database) -> None:
    """City and tier, then city, then tier, then all; any row goes before the environment."""
    flags = Flags(database, "city.nashik.exotel=true")
    await _set(database, FlagPlace("exotel"), value=False)
    await flags.refresh()
    assert not flags.enabled("exotel", city="nashik")
    await _set(database, FlagPlace("exotel", tier="gold"), value=True)
    await _set(database, FlagPlace("exotel", "nairobi"), value=False)
    await _set(database, FlagPlace("exotel", "nairobi", "gold"), value=True)
    await flags.refresh()
    asked = [("pune", ""), ("pune", "gold"), ("nairobi", "silver"), ("nairobi", "gold")]
    assert [flags.enabled("exotel", city=city, tier=tier) for city, tier in asked] == [False, True, False, True]
    async with database.transaction() as session:
        await clear_flag(session, FlagPlace("exotel"))
    await flags.refresh()
    assert flags.enabled("exotel", city="nashik")


async def test_values_may_be_more_than_switches(database: Database) -> None:
    """Read through OpenFeature's own client; a value of the wrong type gives the caller's default."""
    flags = Flags(database)
    await _set(database, FlagPlace("burst_window_s"), 1.2)
    await _set(database, FlagPlace("greeting"), "karibu")
    await flags.refresh()
    context = EvaluationContext(attributes={"city": "nairobi"})
    assert flags.client.get_float_value("burst_window_s", 0.5, context) == 1.2
    assert flags.client.get_string_value("greeting", "hello", context) == "karibu"
    assert flags.enabled("greeting") is False


async def test_the_last_known_value_holds_while_the_database_is_away(database: Database) -> None:
    """The loop goes on trying and does not end."""
    flags = Flags(database)
    await _set(database, FlagPlace("exotel"), value=True)
    await flags.refresh()
    flags._database = Database("postgresql://postgres@127.0.0.1:9/nowhere")
    stop = asyncio.Event()
    running = asyncio.create_task(flags.run(stop))
    await asyncio.sleep(0.2)
    assert not running.done()
    assert flags.enabled("exotel")
    stop.set()
    await running


async def test_a_running_process_sees_a_change_at_once(database: Database) -> None:
    """The commit rings its bell."""
    flags = Flags(database)
    stop = asyncio.Event()
    running = asyncio.create_task(flags.run(stop))
    await asyncio.sleep(0.1)
    await _set(database, FlagPlace("exotel"), value=True)
    async with asyncio.timeout(0.8):
        while not flags.enabled("exotel"):  # noqa: ASYNC110 - the flag's own loop changes it
            await asyncio.sleep(0.01)
    stop.set()
    await running


async def test_a_flag_needs_a_name(database: Database) -> None:
    with pytest.raises(BadRequestError):
        await _set(database, FlagPlace(""), value=True)


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("", {}),
        ("wa=true,", {FlagPlace("wa"): True}),
        ("city.nashik.exotel=off", {FlagPlace("exotel", "nashik"): False}),
        ("city.Pune.tier.gold.sends.wa.paused=on", {FlagPlace("sends.wa.paused", "pune", "gold"): True}),
        ("greeting=karibu", {FlagPlace("greeting"): "karibu"}),
    ],
)
def test_the_environments_form(text: str, parsed: dict[FlagPlace, object]) -> None:
    assert parse_defaults(text) == parsed


@pytest.mark.parametrize("text", ["wa", "=true", "wa="])
def test_a_misspelt_default_stops_the_process(text: str) -> None:
    with pytest.raises(ValueError, match="name=value"):
        parse_defaults(text)
