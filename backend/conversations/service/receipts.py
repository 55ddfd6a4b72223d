"""What became of our messages, as the providers report it; statuses only move forward."""

from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.channels.ports import DeliveryReceipt, DeliveryStatus, InboundMessage
from backend.channels.service import ChannelsService
from backend.conversations import repository
from backend.conversations.models import Message
from backend.conversations.ports import PartnerInbox
from backend.conversations.service.speaking import INBOX_BELL, Speaker, advance, ring

_READABLE: Final = frozenset({"sent", "delivered"})


class Receipts:
    """Moves the status of messages."""

    def __init__(self, channels: ChannelsService, speaker: Speaker, partners: PartnerInbox) -> None:
        self._channels = channels
        self._speaker = speaker
        self._partners = partners

    async def take(self, session: AsyncSession, receipt: DeliveryReceipt) -> None:
        """Record a receipt; one of another domain's message goes to that domain."""
        await self._channels.record_receipt(session, receipt)
        message = await self._message(session, receipt)
        if message is None:
            await self._partners.receipt(session, receipt)
            return
        await repository.add_ref(session, message, receipt.message_id)
        if receipt.status is DeliveryStatus.FAILED:
            await self._speaker.failed(session, message, f"{receipt.channel}.{receipt.error_code}", receipt.action)
        elif receipt.status is not DeliveryStatus.UNKNOWN:
            advance(message, str(receipt.status))
        ring(session, INBOX_BELL)

    async def _message(self, session: AsyncSession, receipt: DeliveryReceipt) -> Message | None:
        message = await self._speaker.message_of(session, receipt.reference, lock=True)
        if message is not None:
            return message
        found = await repository.message_by_ref(session, str(receipt.channel), receipt.account, receipt.message_id)
        return await repository.message(session, found.id, lock=True) if found else None

    async def read_up_to(self, session: AsyncSession, item: InboundMessage) -> None:
        """Mark as read what the customer has seen: the message named, and what came before it."""
        seen = await repository.message_by_ref(session, str(item.channel), item.account, item.target)
        if seen is None:
            return
        for message in await repository.recent_outbound(session, seen.conversation_id):
            if message.seq <= seen.seq and message.status in _READABLE:
                locked = await repository.message(session, message.id, lock=True)
                if locked is not None:
                    advance(locked, "read")
        ring(session, INBOX_BELL)
