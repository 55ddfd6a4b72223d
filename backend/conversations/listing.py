"""Pages of threads, as the inbox shows them."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from backend.conversations.models import Conversation, Message
from backend.conversations.ports import InboxFilter


def _wanted(wanted: InboxFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.cities is not None:
        conditions.append(func.lower(Conversation.city).in_([city.lower() for city in wanted.cities]))
    if wanted.merchant_id is not None:
        conditions.append(Conversation.merchant_id == wanted.merchant_id)
    if wanted.owner_kinds is not None:
        conditions.append(Conversation.owner_kind.in_([str(kind) for kind in wanted.owner_kinds]))
    if wanted.owner_id is not None:
        conditions.append(Conversation.owner_id == wanted.owner_id)
    return conditions


async def list_conversations(
    session: AsyncSession, wanted: InboxFilter, *, limit: int, offset: int
) -> tuple[list[Conversation], int]:
    """Return a page of conversations, and how many there are.

    Those that wait for a person come first, the dearest of them on top, then the longest waiting; then those that
    people hold; then the bot's, newest first.
    """
    conditions = _wanted(wanted)
    rank = case({"nobody": 0, "agent": 1}, value=Conversation.owner_kind, else_=2)
    waiting = case((Conversation.owner_kind == "nobody", Conversation.owner_since))
    query = (
        select(Conversation)
        .where(*conditions)
        .order_by(
            rank,
            Conversation.at_risk_minor.desc(),
            waiting.asc().nulls_last(),
            Conversation.last_message_at.desc().nulls_last(),
            Conversation.id,
        )
        .limit(limit)
        .offset(offset)
    )
    total = await session.scalar(select(func.count()).select_from(Conversation).where(*conditions))
    return list(await session.scalars(query)), total or 0


async def previews(session: AsyncSession, conversation_ids: Sequence[str]) -> dict[str, str]:
    """Return the last words of each thread."""
    query = (
        select(Message.conversation_id, Message.text)
        .where(Message.conversation_id.in_(conversation_ids), Message.direction != "note")
        .ext(distinct_on(Message.conversation_id))
        .order_by(Message.conversation_id, Message.seq.desc())
    )
    return {row.conversation_id: row.text for row in await session.execute(query)}
