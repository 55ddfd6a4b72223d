"""The command line's work on the platform: keys, flags, and events that were given up."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

import typer

from backend.platform.settings import PlatformSettings

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession


def rotate_keys() -> None:
    """Bring all personal data under the current key; docs/runbooks/rotate-keys.md says when."""
    for table, count in asyncio.run(_rotate_keys()).items():
        typer.echo(f"{table}: {count}")


async def _rotate_keys() -> dict[str, int]:
    from backend.platform.db.session import Database
    from backend.platform.db.types import personal_data_keys
    from backend.platform.key_rotation import rotate_keys as rotate

    database = Database(PlatformSettings().database_url, application="rotate-keys")
    try:
        return await rotate(database, personal_data_keys())
    finally:
        await database.close()


flags = typer.Typer(
    help="Switches by city and vendor tier; every process sees a change within seconds.", no_args_is_help=True
)
_NAME = Annotated[str, typer.Argument(help="The flag, such as exotel or wa.")]
_CITY = Annotated[str, typer.Option(help="For this city alone.")]
_TIER = Annotated[str, typer.Option(help="For this vendor tier alone.")]
_WHO = Annotated[str, typer.Option(help="Who decides, for the record.")]


@flags.command("list")
def list_flags() -> None:
    """Show what the table says; where it is silent, FEATURE_FLAGS holds."""
    from backend.platform.flags import stored_flags

    for place, value, by in asyncio.run(_with_session(stored_flags)):
        typer.echo(f"{place.key}  {place.city or '*'}  {place.tier or '*'}  {value}  {by}")


@flags.command("set")
def set_flag(
    name: _NAME,
    value: Annotated[str, typer.Argument(help="on, off, or a text.")],
    *,
    city: _CITY = "",
    tier: _TIER = "",
    by: _WHO = "admin:cli",
) -> None:
    """Set a flag, everywhere or for one city or tier."""
    from backend.platform import flags as platform_flags

    place, parsed = platform_flags.FlagPlace(name, city, tier), platform_flags.parse_value(value)
    asyncio.run(_with_session(lambda session: platform_flags.set_flag(session, place, parsed, by=by)))
    typer.echo(f"{name}: {parsed}")


@flags.command("clear")
def clear_flag(name: _NAME, *, city: _CITY = "", tier: _TIER = "") -> None:
    """Take a flag's row away, so that what is wider holds again."""
    from backend.platform import flags as platform_flags

    place = platform_flags.FlagPlace(name, city, tier)
    asyncio.run(_with_session(lambda session: platform_flags.clear_flag(session, place)))
    typer.echo(f"{name}: cleared")


dead_letters = typer.Typer(help="Events that a consumer gave up on.", no_args_is_help=True)
_ID = Annotated[int, typer.Argument(help="The dead letter's number, as `duka dead-letters list` shows it.")]
_BY = Annotated[str, typer.Option(help="Who decides, for the record.")]


@dead_letters.command("list")
def list_dead_letters() -> None:
    """Show those that nobody has dealt with."""
    from backend.platform.dead_letters import unresolved

    for row in asyncio.run(_with_session(unresolved)):
        typer.echo(f"{row.id}  {row.consumer}  {row.topic}  {row.key}  {row.error}")


@dead_letters.command("retry")
def retry_dead_letter(number: _ID, *, by: _BY = "admin:cli") -> None:
    """Let the consumer try an event again; what waits behind it follows."""
    from backend.platform import dead_letters as letters

    _resolve(lambda session: letters.retry_dead_letter(session, number, by=by))
    typer.echo(f"{number}: will be tried again")


@dead_letters.command("skip")
def skip_dead_letter(number: _ID, *, by: _BY = "admin:cli") -> None:
    """Leave an event out; what waits behind it goes on."""
    from backend.platform import dead_letters as letters

    _resolve(lambda session: letters.skip_dead_letter(session, number, by=by))
    typer.echo(f"{number}: left out")


def _resolve(work: Callable[["AsyncSession"], Awaitable[None]]) -> None:
    """Do it; a number that is not there, or was dealt with before, is said in words."""
    from backend.platform.errors import DukaError

    try:
        asyncio.run(_with_session(work))
    except DukaError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


async def _with_session[Found](work: Callable[["AsyncSession"], Awaitable[Found]]) -> Found:
    """Run some work in one transaction on the database at DATABASE_URL."""
    from backend.platform.db.session import Database

    database = Database(PlatformSettings().database_url, application="cli")
    try:
        async with database.transaction() as session:
            return await work(session)
    finally:
        await database.close()
