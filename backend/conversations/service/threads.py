"""Finding the thread of a message, or starting it."""

from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.channels.ports import InboundMessage
from backend.conversations import repository
from backend.conversations.models import Conversation
from backend.customers.service import CustomersService
from backend.platform.ids import new_id, opaque_token
from backend.vendors.ports import MerchantView

SESSION_BITS: Final = 128


class Threads:
    """Knows which thread belongs to whom."""

    def __init__(self, customers: CustomersService) -> None:
        self._customers = customers

    async def locked(self, session: AsyncSession, merchant: MerchantView, item: InboundMessage) -> Conversation:
        """Return the locked thread of a message's sender, started where it is their first.

        A person is known by every id that their messages have carried, so that one who hides the number later, or
        gets a new user id, stays the same person.
        """
        channel, aliases = str(item.channel), item.sender.aliases or (item.sender.address,)
        found = await repository.lock_by_peer(session, channel, item.account, aliases)
        if found is None:
            await repository.hold_peer(session, channel, item.account, aliases)
            found = await repository.lock_by_peer(session, channel, item.account, aliases)
        thread = found.thread if found else await self._start(session, merchant, item)
        if found is None or not found.complete:
            await repository.add_peers(session, thread.id, channel, item.account, aliases)
        if item.sender.phone and thread.peer != item.sender.address:
            thread.peer = item.sender.address
        return thread

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
