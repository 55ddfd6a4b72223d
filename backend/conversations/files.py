"""Queries of the files that came with messages."""

from collections.abc import Collection, Sequence

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from backend.conversations.models import Conversation, Message, MessageFile


async def sent_in(session: AsyncSession, message_id: str) -> tuple[Message, Conversation] | None:
    """Return a message with its conversation, the message locked; None where there is none."""
    query = (
        select(Message, Conversation)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Message.id == message_id)
        .with_for_update(of=Message)
    )
    found = (await session.execute(query)).one_or_none()
    return None if found is None else (found[0], found[1])


async def save(session: AsyncSession, message_id: str, place: int, media_type: str, content: bytes | None) -> None:
    """Keep a file, or that it could not be fetched; one that is kept stays."""
    row = {"message_id": message_id, "place": place, "media_type": media_type, "content": content}
    kept = insert(MessageFile).values(row)
    await session.execute(
        kept.on_conflict_do_update(
            index_elements=["message_id", "place"],
            set_={"media_type": kept.excluded.media_type, "content": kept.excluded.content},
            where=MessageFile.content.is_(None),
        )
    )


async def forget(session: AsyncSession, message_id: str) -> None:
    """Delete the files of a message."""
    await session.execute(delete(MessageFile).where(MessageFile.message_id == message_id))


async def states(session: AsyncSession, message_ids: Sequence[str]) -> dict[tuple[str, int], str]:
    """Return what is known of these messages' files: the media type of one that is kept, empty for one that is lost."""
    query = select(MessageFile.message_id, MessageFile.place, MessageFile.media_type).where(
        MessageFile.message_id.in_(message_ids)
    )
    return {(row.message_id, row.place): row.media_type for row in await session.execute(query)}


async def sent_by(
    session: AsyncSession, customer_id: str, merchant_id: str, message_ids: Collection[str]
) -> dict[tuple[str, int], str]:
    """Return the media types of these messages' kept files, of those that a customer sent to a shop."""
    query = (
        select(MessageFile.message_id, MessageFile.place, MessageFile.media_type)
        .join(Message, Message.id == MessageFile.message_id)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(
            Conversation.customer_id == customer_id,
            Conversation.merchant_id == merchant_id,
            Message.direction == "in",
            MessageFile.message_id.in_(message_ids),
            MessageFile.content.is_not(None),
        )
    )
    return {(row.message_id, row.place): row.media_type for row in await session.execute(query)}


async def kept(session: AsyncSession, message_id: str, place: int) -> tuple[str, bytes] | None:
    """Return media type and bytes of a file; None where it is not kept."""
    found = await session.get(MessageFile, (message_id, place), options=[undefer(MessageFile.content)])
    return None if found is None or found.content is None else (found.media_type, found.content)


async def content_of(
    session: AsyncSession, conversation_id: str, message_id: str, place: int
) -> tuple[str, bytes] | None:
    """Return media type and bytes of a file of this conversation; None where it is not kept."""
    query = (
        select(MessageFile.media_type, MessageFile.content)
        .join(Message, Message.id == MessageFile.message_id)
        .where(
            Message.conversation_id == conversation_id,
            MessageFile.message_id == message_id,
            MessageFile.place == place,
            MessageFile.content.is_not(None),
        )
    )
    found = (await session.execute(query)).one_or_none()
    return None if found is None else (found.media_type, found.content)
