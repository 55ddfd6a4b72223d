"""Messages of our own side that come back as webhooks: those of the bot, and those of people on the account's app."""

from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.channels.ports import InboundMessage
from backend.channels.service import ChannelsService
from backend.conversations import repository
from backend.conversations.models import Conversation, Message
from backend.conversations.service.ownership import Ownership
from backend.conversations.service.speaking import REFERENCE, advance
from backend.platform.actors import Actor, ActorKind
from backend.platform.observability.trace import trace_id

_STAFF: Final = Actor(ActorKind.AGENT, "staff-app")
_IN_DOUBT: Final = frozenset({"queued", "unknown", "sent"})


class Echoes:
    """Tells the bot's own messages from those of a person, who thereby takes the thread."""

    def __init__(self, channels: ChannelsService, ownership: Ownership) -> None:
        self._channels = channels
        self._ownership = ownership

    async def take(self, session: AsyncSession, thread: Conversation, item: InboundMessage, now: datetime) -> bool:
        """Record an echo whose id no send of ours has returned yet."""
        ours = await self._sent_by_us(session, thread, item)
        if ours is not None:
            await repository.add_ref(session, ours, item.id)
            await self._channels.record_echo(session, f"{REFERENCE}{ours.id}", item.id)
            advance(ours, "sent")
            return True
        message = repository.message_row(
            thread,
            now,
            trace_id(),
            direction="out",
            author=str(_STAFF),
            kind="text" if item.text else "media",
            text=item.text,
            content={"media": [{"type": media.type, "url": media.url} for media in item.media]},
            status="sent",
        )
        session.add(message)
        await session.flush()
        await repository.add_ref(session, message, item.id)
        thread.last_message_at = now
        await self._ownership.take(session, thread, _STAFF, reason="answered_in_app")
        await self._ownership.spoke(session, thread)
        return True

    async def _sent_by_us(self, session: AsyncSession, thread: Conversation, item: InboundMessage) -> Message | None:
        """Find the message that an echo repeats: one whose answer we still wait for, or a further part of one.

        The provider gives no reference, so recipient, words and time have to do.
        """
        for message in await repository.recent_outbound(session, thread.id):
            if message.status in _IN_DOUBT and message.author != str(_STAFF) and _same_words(message, item):
                return await repository.message(session, message.id, lock=True)
        return None


def _same_words(message: Message, item: InboundMessage) -> bool:
    ours, echoed = " ".join(message.text.split()), " ".join(item.text.split())
    if not echoed:
        return bool(item.media) and message.kind == "media"
    # Numbered choices may be appended to our words, and long ones come in parts.
    return bool(ours) and (echoed.startswith(ours) or echoed in ours)
