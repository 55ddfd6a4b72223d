"""The command line's work on the platform: keys."""

import asyncio

import typer

from backend.platform.settings import PlatformSettings


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
