"""Voice notes and pictures that belong to an order's instructions, as messages to those who sell and carry."""

from collections.abc import Collection
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.channels.ports import MediaRef
from backend.comms.note_links import NoteLinks
from backend.comms.ports import Contact
from backend.comms.service.partner_speech import PartnerSpeech
from backend.orders.errors import NoteFileGoneError
from backend.orders.ports import NoteFiles, NoteView, OrderView, StoredFile
from backend.orders.service import OrdersService
from backend.orders.service.note_files import file_of

# What WhatsApp shows or plays by itself; anything else goes as a document.
_SHOWN_AS: Final = {
    "image": frozenset({"image/jpeg", "image/png"}),
    "audio": frozenset({"audio/ogg", "audio/mpeg", "audio/mp4", "audio/aac", "audio/amr"}),
    "video": frozenset({"video/mp4", "video/3gpp"}),
}


class HeardNotes:
    """Hands the files of instructions on, by an address from which WhatsApp fetches each."""

    def __init__(self, orders: OrdersService, files: NoteFiles, speech: PartnerSpeech, links: NoteLinks) -> None:
        self._orders = orders
        self._files = files
        self._speech = speech
        self._links = links

    async def hand_on(
        self, session: AsyncSession, order: OrderView, one: Contact, notes: Collection[NoteView], idem: str
    ) -> None:
        """Send somebody the files of these remarks that are for them and are kept."""
        named = {note.id: note.file for note in notes if note.kind == "instruction" and note.file}
        kinds = await self._files.kinds_for(session, order, list(named.values()))
        for note_id, file in named.items():
            if file in kinds:
                media = MediaRef(_shown_as(kinds[file]), url=self._links.url_of(order.id, note_id))
                await self._speech.say(
                    session,
                    one,
                    order.merchant_id,
                    "",
                    topic="instruction_file",
                    idem=f"{idem}:file:{note_id}",
                    order_id=order.id,
                    media=media,
                )

    async def shared(self, session: AsyncSession, token: str) -> StoredFile:
        """Return the file of an address that was handed on.

        Raises:
            NoteFileGoneError: The address is not ours, or too old, or the file is gone.
        """
        found = self._links.note_of(token)
        if found is None:
            raise NoteFileGoneError
        order_id, note_id = found
        notes = [note for note in await self._orders.notes(session, order_id) if note.kind == "instruction"]
        return await file_of(session, self._files, order_id, notes, note_id)


def _shown_as(media_type: str) -> str:
    return next((kind for kind, types in _SHOWN_AS.items() if media_type in types), "document")
