"""What customers do to messages that were sent: edits, deletions, reactions."""

from dataclasses import replace
from datetime import datetime
from typing import Final

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from backend.channels.ports import InboundKind, InboundMessage
from backend.conversations import files, repository
from backend.conversations.models import Conversation, Message
from backend.conversations.policies import meaning_of
from backend.conversations.ports import OwnerKind
from backend.platform.observability.trace import trace_id

_YES_OR_NO: Final = 2


class Afterthoughts:
    """Changes what is still to be answered; what was answered stays as it was, with a note."""

    async def edit(self, session: AsyncSession, thread: Conversation, item: InboundMessage, now: datetime) -> bool:
        """Take an edited text in place of the old one where the bot has not read it yet; else note it."""
        message = await self._target(session, thread, item)
        if message is not None and message.awaits_turn and message.turn_id is None and item.text:
            message.text = item.text
            await self._note(session, thread, item, now, "edited")
            return True
        await self._note(session, thread, item, now, "edited_late")
        thread.unread += 1
        return True

    async def revoke(self, session: AsyncSession, thread: Conversation, item: InboundMessage, now: datetime) -> bool:
        """Hide what a customer took back; an order that was made of it stands."""
        message = await self._target(session, thread, item)
        if message is not None and message.direction == "in":
            message.awaits_turn = message.awaits_turn and message.turn_id is not None
            message.text, message.content = "", orjson.dumps({"revoked": True}).decode()
            await files.forget(session, message.id)
        await self._note(session, thread, replace(item, text=""), now, "revoked")
        return True

    async def answer_by_reaction(
        self, session: AsyncSession, thread: Conversation, item: InboundMessage
    ) -> InboundMessage | None:
        """Return the tap that a reaction stands for: a thumb on the bot's last question, where it offers yes and no."""
        meaning = meaning_of(item.emoji) if item.kind is InboundKind.REACTION else None
        if meaning is None or thread.owner_kind != OwnerKind.BOT:
            return None
        message = await self._target(session, thread, item)
        latest = next(iter(await repository.recent_outbound(session, thread.id, limit=1)), None)
        if message is None or latest is None or message.id != latest.id:
            return None
        choices = repository.content_of(message).get("choices", [])
        if len(choices) != _YES_OR_NO:
            return None
        chosen = choices[0 if meaning else 1]
        return replace(item, kind=InboundKind.BUTTON, text=chosen["title"], payload=chosen["id"], reply_to=item.target)

    async def _target(self, session: AsyncSession, thread: Conversation, item: InboundMessage) -> Message | None:
        return await repository.message_by_ref(session, thread.channel, thread.account, item.target)

    async def _note(
        self, session: AsyncSession, thread: Conversation, item: InboundMessage, now: datetime, what: str
    ) -> None:
        message = repository.message_row(
            thread,
            now,
            trace_id(),
            direction="note",
            author="customer",
            kind=what,
            text=item.text,
            content={"target": item.target},
            status="received",
        )
        session.add(message)
        await session.flush()
        if item.id:
            await repository.add_ref(session, message, item.id)
