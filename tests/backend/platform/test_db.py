"""The migrated schema serves sessions, and personal data is unreadable at rest."""

from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import DataError
from sqlalchemy.ext.asyncio import AsyncSession

from backend.platform.db.driver import run_sql
from backend.platform.db.migrate import alembic_config
from backend.platform.db.types import EncryptedText, blind_index


async def test_a_session_reads_from_the_migrated_schema(session: AsyncSession) -> None:
    """The fixture's database has been migrated to the head."""
    head = ScriptDirectory.from_config(alembic_config("postgresql://")).get_current_head()
    assert await session.scalar(text("SELECT version_num FROM alembic_version")) == head


def test_personal_data_is_encrypted_and_found_by_its_blind_index() -> None:
    """The stored bytes differ each time and hold no digit run of the number; the index is stable."""
    column = EncryptedText()
    first, second = (column.process_bind_param("+254700000001", None) for _ in range(2))  # type: ignore[arg-type]
    assert first != second
    assert b"700000001" not in (first or b"")
    assert column.process_result_value(first, None) == "+254700000001"  # type: ignore[arg-type]
    assert blind_index("+254700000001") == blind_index("+254700000001") != blind_index("+254700000002")


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("text[]", ["plain", "", "NULL", "null", ' " ', "\\", '{"a": "b\\\\c, d"}', "line\nbreak", "भुगतान", "\x01"]),
        ("text[]", ["one", None, "NULL", '"\\']),
        ("text[]", [None, None]),
        ("text[]", []),
        ("int[]", [1, None, -3]),
        ("bigint[]", [0, 2**40, -1]),
        ("float8[]", [0.1, 1e-7, 1e300, float("inf")]),
        ("bool[]", [True, False, None]),
        ("bytea[]", [b'\x00"\\', None]),
        ("text[]", [["nested", "a,b"], ["x", "}"]]),
    ],
)
async def test_a_list_comes_back_as_it_was_given(session: AsyncSession, kind: str, values: list[Any]) -> None:
    result = await run_sql(session, f"SELECT %(values)s::{kind} AS given", {"values": values})
    assert result.scalar_one() == values


async def test_a_text_that_cannot_be_stored_is_refused_in_a_list_too(session: AsyncSession) -> None:
    for values in (["a", "b\0c"], [None, "\0"]):
        with pytest.raises(DataError):
            await run_sql(session, "SELECT %(values)s::text[]", {"values": values})
