"""Every query of the drafts."""

from typing import Any

import orjson
from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.conversations.models import BotTurn, Conversation, Dialogue, DraftRow
from backend.platform.ids import opaque_token


async def conversation(session: AsyncSession, conversation_id: str) -> Conversation | None:
    """Return the conversation as it is in the database."""
    return await session.get(Conversation, conversation_id)


async def hold_dialogue(session: AsyncSession, conversation_id: str, language: str) -> Dialogue:
    """Lock the conversation's memory, made on first use; turns of one conversation follow each other here."""
    made = insert(Dialogue).values(conversation_id=conversation_id, language=language)
    await session.execute(made.on_conflict_do_nothing())
    held = select(Dialogue).where(Dialogue.conversation_id == conversation_id).with_for_update()
    return (await session.scalars(held.execution_options(populate_existing=True))).one()


async def open_draft(session: AsyncSession, conversation_id: str) -> DraftRow | None:
    """Return the draft that is being put together."""
    found = select(DraftRow).where(DraftRow.conversation_id == conversation_id, DraftRow.state == "open")
    return (await session.scalars(found.execution_options(populate_existing=True))).one_or_none()


async def latest_draft(session: AsyncSession, conversation_id: str) -> DraftRow | None:
    """Return the newest draft, whatever became of it."""
    found = select(DraftRow).where(DraftRow.conversation_id == conversation_id).order_by(DraftRow.created_at.desc())
    return (await session.scalars(found.limit(1))).one_or_none()


async def turn(session: AsyncSession, turn_id: str) -> BotTurn | None:
    """Return what a turn was answered."""
    return await session.get(BotTurn, turn_id)


async def begin_session(session: AsyncSession, conversation_id: str) -> None:
    """Let the next message start a new session of the bot, so that none grows long."""
    await session.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id)
        .values(session_id=opaque_token(), session_started_at=text("duka_now()"))
    )


async def set_asked(session: AsyncSession, conversation_id: str, asked: str | None, language: str) -> None:
    """Tell the thread what the bot has asked last, and in which language it speaks."""
    row = update(Conversation).where(Conversation.id == conversation_id)
    await session.execute(row.values(asked=asked, language=language))


def to_text(body: dict[str, Any]) -> str:
    """JSON as it is stored."""
    return orjson.dumps(body).decode()


def from_text(stored: str) -> dict[str, Any]:
    """Read stored JSON back."""
    body: dict[str, Any] = orjson.loads(stored)
    return body
