"""Proves the migrations: up from empty, in step with the tables in code, down one at a time to nothing, up again."""

import sys
import tempfile
import time
from pathlib import Path

import psycopg
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from backend.platform.db.embedded import EmbeddedPostgres, free_port
from backend.platform.db.migrate import alembic_config, check, downgrade, upgrade

# Whatever a migration can leave behind; alembic's own table stays after the last step down.
_LEFT_OVER = """
    SELECT 'table or index ' || relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relname NOT LIKE 'alembic_version%'
    UNION ALL SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT 'type ' || typname FROM pg_type
    WHERE typnamespace = 'public'::regnamespace AND typtype IN ('d', 'e')
"""
_SCHEMA = """
    SELECT format('%s.%s %s, null %s, default %s', table_name, column_name, data_type, is_nullable, column_default)
    FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT format('%s: %s', conrelid::regclass, pg_get_constraintdef(oid)) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
"""


class BrokenMigrationsError(Exception):
    """The migrations do not do what they must; the message says which and how."""


def steps(url: str) -> list[tuple[str, str]]:
    """Return (revision, the one below it) from the newest down to `base`."""
    script = ScriptDirectory.from_config(alembic_config(url))
    return [(one.revision, str(one.down_revision or "base")) for one in script.walk_revisions()]


def rows(url: str, query: str) -> set[str]:
    """Return what the catalogue of the database answers, one text a row."""
    with psycopg.connect(url) as connection:
        return {text for (text,) in connection.execute(query.encode())}


def down_and_up_again(url: str) -> None:
    """Step down to nothing and come back to the same schema.

    Raises:
        BrokenMigrationsError: A step down leaves something behind, or the second way up leads elsewhere.
    """
    before = rows(url, _SCHEMA)
    for revision, below in steps(url):
        downgrade(url, below)
        print(f"  down from {revision}")
    if left := rows(url, _LEFT_OVER):
        raise BrokenMigrationsError("Left behind after the last step down: " + ", ".join(sorted(left)))
    upgrade(url)
    if changed := before ^ rows(url, _SCHEMA):
        raise BrokenMigrationsError("Different after down and up: " + "; ".join(sorted(changed)))


def prove(url: str) -> None:
    """Take one empty database through all of it."""
    upgrade(url)
    print("  up from empty")
    check(url)
    print("  in step with the code")
    down_and_up_again(url)
    print("  up again, to the same schema")


def main() -> int:
    """Run the proof on a throw-away server; return the process's exit status."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="duka-migrations-") as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres", free_port(), durable=False)
        with server.running():
            try:
                prove(server.create_database("migrations"))
            except (BrokenMigrationsError, CommandError, psycopg.Error) as error:
                print(f"migrations: {error}", file=sys.stderr)
                return 1
    print(f"migrations: sound, {time.monotonic() - started:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
