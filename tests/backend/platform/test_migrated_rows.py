"""Migrations that change rows: what was stored before them says the same after them, and before them again."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from alembic.script import ScriptDirectory
from psycopg.types.json import Jsonb

from backend.platform.db.embedded import EmbeddedPostgres
from backend.platform.db.migrate import alembic_config, downgrade, upgrade

_COUNTED_FROM_WHAT_THEY_ARE_ABOUT = "0800"
_KEEP = "INSERT INTO escalation_policy (kind, city, version, steps, active, created_by) VALUES (%s, %s, %s, %s, %s, %s)"
_KEPT = "SELECT kind, city, version, steps, active, created_by FROM escalation_policy ORDER BY id"

type Row = tuple[Any, ...]


def step(after_s: float, *rungs: str) -> dict[str, Any]:
    return {"after_s": after_s, "rungs": list(rungs)}


def ladder(kind: str, *steps: dict[str, Any], city: str | None = None, version: int = 1, active: bool = True) -> Row:
    return (kind, city, version, list(steps), active, "admin:S-1")


BEFORE = (
    ladder("processing_reminder", step(0, "exotel_ring"), step(90.5, "exotel_ivr"), step(300, "admin")),
    ladder("processing_reminder", step(0, "whatsapp"), step(60, "admin"), city="Nashik", active=False),
    ladder("processing_reminder", step(30, "whatsapp", "exotel_ring"), step(60, "admin"), city="Nashik", version=2),
    ladder("rider_otd", step(0, "whatsapp"), step(600, "admin"), city="Nairobi"),
    ladder("vendor_accept", step(0, "whatsapp"), step(120, "exotel_ring"), step(300, "admin")),
)
# A reminder's steps count from the end of the preparation, 180 s later; a delivery's from the pick-up, 45 min earlier.
AFTER = (
    ladder("processing_reminder", step(-180, "exotel_ring"), step(-89.5, "exotel_ivr"), step(120, "admin")),
    ladder("processing_reminder", step(-180, "whatsapp"), step(-120, "admin"), city="Nashik", active=False),
    ladder("processing_reminder", step(-150, "whatsapp", "exotel_ring"), step(-120, "admin"), city="Nashik", version=2),
    ladder("rider_otd", step(2700, "whatsapp"), step(3300, "admin"), city="Nairobi"),
    BEFORE[-1],
)
NEW_KINDS = (ladder("pickup", step(900, "admin")), ladder("reservation_expiry", step(1500, "cancel")))


@pytest.fixture
def empty_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """A database of this test alone, with no schema yet."""
    yield postgres.create_database("duka_migrated_rows")
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute("DROP DATABASE duka_migrated_rows WITH (FORCE)")


def keep(url: str, rows: tuple[Row, ...]) -> None:
    with psycopg.connect(url) as connection:
        for kind, city, version, steps, active, by in rows:
            connection.execute(_KEEP, (kind, city, version, Jsonb(steps), active, by))


def kept(url: str) -> tuple[Row, ...]:
    with psycopg.connect(url) as connection:
        return tuple(connection.execute(_KEPT).fetchall())


def test_stored_ladders_are_moved_to_what_they_count_from_and_back(empty_url: str) -> None:
    """Waits between steps, rungs, versions and other kinds stay; back down, kinds that were settings are gone."""
    revision = ScriptDirectory.from_config(alembic_config(empty_url)).get_revision(_COUNTED_FROM_WHAT_THEY_ARE_ABOUT)
    below = str(revision.down_revision)
    upgrade(empty_url, below)
    keep(empty_url, BEFORE)
    upgrade(empty_url, revision.revision)
    assert kept(empty_url) == AFTER
    keep(empty_url, NEW_KINDS)
    downgrade(empty_url, below)
    assert kept(empty_url) == BEFORE
