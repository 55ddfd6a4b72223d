"""Files that remarks on orders name: whether a remark may, and the file itself."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from backend.orders.commands import AddNote
from backend.orders.errors import NoteFileGoneError, NoteFileUnknownError
from backend.orders.ports import NoteFiles, NoteView, OrderView, StoredFile

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession


async def check_file(session: "AsyncSession", files: NoteFiles, order: OrderView, note: AddNote) -> None:
    """Check that a remark names no file, or one that the order's customer sent and that is kept.

    Raises:
        NoteFileUnknownError: It names another.
    """
    if note.file is not None and note.file not in await files.kinds_for(session, order, (note.file,)):
        raise NoteFileUnknownError(order_id=order.id, message_id=note.file.message_id)


async def file_of(
    session: "AsyncSession", files: NoteFiles, order_id: str, notes: Iterable[NoteView], note_id: int
) -> StoredFile:
    """Return the file that one of an order's remarks names; `notes` are those that the asker may see.

    Raises:
        NoteFileGoneError: There is no such remark, it names none, or none that is kept.
    """
    named = next((note.file for note in notes if note.id == note_id), None)
    found = await files.fetch(session, named) if named else None
    if found is None:
        raise NoteFileGoneError(order_id=order_id, note_id=note_id)
    return found
