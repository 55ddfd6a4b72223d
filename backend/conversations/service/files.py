"""Files that customers send: fetched while the provider has them, kept, and shown to the people who answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.channels.errors import Action, ChannelRefusedError
from backend.channels.ports import MediaContent, MediaRef
from backend.channels.service import ChannelsService
from backend.conversations import files, repository
from backend.conversations.errors import FileNotKeptError
from backend.conversations.models import Conversation, Message
from backend.conversations.ports import MessageView
from backend.conversations.service.speaking import INBOX_BELL, ring
from backend.platform.db.session import Database
from backend.platform.sends import NewSend, enqueue_many

FILES_CHANNEL: Final = "conversations.files"
_MAX_BYTES: Final = 16 * 1024 * 1024
# What a browser may show by itself; anything else is only offered to be saved.
_SHOWN: Final = frozenset(
    (
        *("image/jpeg", "image/png", "image/webp", "image/gif"),
        *("audio/ogg", "audio/mpeg", "audio/mp4", "audio/aac", "audio/amr", "audio/wav"),
        *("video/mp4", "video/3gpp", "video/webm"),
    )
)


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file as it is handed out, with headers that keep a browser from taking it for a page of ours."""

    media_type: str
    content: bytes

    @property
    def headers(self) -> dict[str, str]:
        """What goes with the bytes."""
        shown = self.media_type in _SHOWN
        return {
            "content-type": self.media_type if shown else "application/octet-stream",
            "content-disposition": "inline" if shown else "attachment",
            "content-security-policy": "default-src 'none'; sandbox",
            "x-content-type-options": "nosniff",
            "cache-control": "private, no-store",
        }


class Files:
    """Has files fetched by a sender, with no transaction open, and hands them out."""

    def __init__(self, channels: ChannelsService) -> None:
        self._channels = channels

    async def ask_for(self, session: AsyncSession, message: Message, media: Sequence[MediaRef]) -> None:
        """Have the files of a new message fetched; links of some providers end within hours."""
        wanted = [place for place, ref in enumerate(media) if ref.id or ref.url]
        if wanted:
            await enqueue_many(session, [_send(message.id, place) for place in wanted])

    async def keep(self, database: Database, wanted: Mapping[str, Any]) -> str:
        """Fetch a file and keep it; doing it twice keeps it once. Return what names it.

        Raises:
            ChannelRefusedError: The provider has it no more, it is too large, or the customer took it back.
        """
        message_id, place = str(wanted["message_id"]), int(wanted["place"])
        async with database.transaction() as session:
            thread, ref = await self._wanted(session, message_id, place)
            channel, account = thread.channel, thread.account
        found = await self._channels.fetch_media(channel, account, ref)
        _check_size(found)
        async with database.transaction() as session:
            await self._wanted(session, message_id, place)
            await files.save(session, message_id, place, _bare(found.mime_type), found.content)
            ring(session, INBOX_BELL)
        return f"{message_id}:{place}"

    async def lost(self, session: AsyncSession, wanted: Mapping[str, Any]) -> None:
        """Keep that a file can't be had, so that people ask for it again."""
        message_id = str(wanted["message_id"])
        if await files.sent_in(session, message_id) is not None:
            await files.save(session, message_id, int(wanted["place"]), "", None)
            ring(session, INBOX_BELL)

    async def states(self, session: AsyncSession, messages: Sequence[MessageView]) -> dict[tuple[str, int], str]:
        """Return by message and place: `file` or the type that a browser can show; empty for a lost one."""
        held = [message.id for message in messages if message.content.get("media")]
        kept = await files.states(session, held) if held else {}
        return {key: kind if not kind or kind in _SHOWN else "file" for key, kind in kept.items()}

    async def get(self, session: AsyncSession, conversation_id: str, message_id: str, place: int) -> KeptFile:
        """Return a file of a conversation.

        Raises:
            FileNotKeptError: There is none, it is not here yet, or it could not be fetched.
        """
        found = await files.content_of(session, conversation_id, message_id, place)
        if found is None:
            raise FileNotKeptError(message_id=message_id, place=place)
        return KeptFile(*found)

    @staticmethod
    async def _wanted(session: AsyncSession, message_id: str, place: int) -> tuple[Conversation, MediaRef]:
        found = await files.sent_in(session, message_id)
        media = repository.content_of(found[0]).get("media", []) if found is not None else []
        if found is None or place >= len(media):
            raise ChannelRefusedError("conversation.file_taken_back", "", Action.GIVE_UP)
        return found[1], MediaRef(**media[place])


def _send(message_id: str, place: int) -> NewSend:
    wanted = {"message_id": message_id, "place": place}
    return NewSend(FILES_CHANNEL, wanted, idem=f"file:{message_id}:{place}", lane=message_id, priority=6)


def _bare(media_type: str) -> str:
    return media_type.partition(";")[0].strip().lower()


def _check_size(found: MediaContent) -> None:
    if len(found.content) > _MAX_BYTES:
        raise ChannelRefusedError("conversation.file_too_large", "", Action.ASK_PERSON)
