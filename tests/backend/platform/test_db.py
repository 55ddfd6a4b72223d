"""The migrated schema serves sessions, and personal data is unreadable at rest."""

from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

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
