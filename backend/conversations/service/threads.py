"""Finding the thread of a message, or starting it."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.channels.ports import InboundMessage
from backend.conversations import peers, repository
from backend.conversations.models import Conversation
from backend.customers.service import CustomersService
from backend.platform.ids import new_id, opaque_token
from backend.vendors.ports import MerchantView

SESSION_BITS: Final = 128


@dataclass(frozen=True, slots=True)
class Locked:
    """A thread whose row is held, and whether it was told of the message before."""

    thread: Conversation
    knows: bool


class Threads:
    """Knows which thread belongs to whom."""

    def __init__(self, customers: CustomersService) -> None:
        self._customers = customers

    async def locked(self, session: AsyncSession, merchant: MerchantView, item: InboundMessage) -> Locked:
        """Lock the thread of a message's sender, started where it is their first.

        A person is known by every id that their messages have carried, so that one who hides the number later, or
        gets a new user id, stays the same person.
        """
        channel, aliases = str(item.channel), item.sender.aliases or (item.sender.address,)
        found = await peers.lock_by_peer(session, channel, item.account, aliases, item.id)
        if found is None:
            await peers.hold_peer(session, channel, item.account, aliases)
            found = await peers.lock_by_peer(session, channel, item.account, aliases, item.id)
        thread = found.thread if found else await self._start(session, merchant, item)
        if found is not None:
            self._customers.note_consent(session, thread.customer_id, opted_out=found.opted_out)
        if found is None or not found.complete:
            await peers.add_peers(session, thread.id, channel, item.account, aliases)
        if item.sender.phone and thread.peer != item.sender.address:
            thread.peer = item.sender.address
        return Locked(thread, knows=found.knows if found else await self._knows(session, thread, item))

    async def _knows(self, session: AsyncSession, thread: Conversation, item: InboundMessage) -> bool:
        """Say whether a message of somebody who is new to us is stored, since it was another's before."""
        known = await repository.message_by_ref(session, thread.channel, thread.account, item.id) if item.id else None
        return known is not None

    async def _start(self, session: AsyncSession, merchant: MerchantView, item: InboundMessage) -> Conversation:
        customer = await self._customers.identify(
            session,
            merchant.id,
            str(item.channel),
            item.sender.address,
            name=item.sender.name or None,
            phone=item.sender.phone,
        )
        thread = Conversation(
            id=new_id("C"),
            merchant_id=merchant.id,
            city=merchant.city,
            country=merchant.country,
            currency=merchant.currency,
            customer_id=customer.id,
            channel=str(item.channel),
            account=item.account,
            peer=item.sender.address,
            language=customer.language or merchant.default_language,
            session_id=opaque_token(SESSION_BITS),
        )
        session.add(thread)
        await session.flush()
        return await repository.lock(session, thread.id)
