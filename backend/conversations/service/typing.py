"""Shows a customer that an answer is being written, where it takes long enough to be missed."""

from sqlalchemy.ext.asyncio import AsyncSession

from backend.channels.ports import Channel, InboundKind, OutboundKind, OutboundMessage
from backend.channels.service import ChannelsService
from backend.conversations import repository

_PRIORITY = 1


class Typing:
    """Marks what was written as read, with the sign that somebody types: one call on WhatsApp, which ends it itself."""

    def __init__(self, channels: ChannelsService) -> None:
        self._channels = channels

    async def show(self, session: AsyncSession, conversation_id: str, turn_id: str) -> bool:
        """Queue the sign for a turn, once; return whether there was a message to show it on."""
        thread = await repository.get(session, conversation_id)
        written = [m for m in await repository.messages_of_turn(session, turn_id) if m.kind != InboundKind.COMMENT]
        refs = await repository.refs_of(session, [written[-1].id]) if written else []
        if not refs:
            return False
        sign = OutboundMessage(
            Channel(thread.channel), thread.account, thread.peer, OutboundKind.READ, target=refs[0], typing=True
        )
        await self._channels.send(session, sign, idem=f"typing:{turn_id}", priority=_PRIORITY)
        return True
