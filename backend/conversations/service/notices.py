"""Telling customers what happens to their orders, in their language."""

import uuid
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.channels.errors import TemplateNeededError, WindowClosedError
from backend.conversations import repository
from backend.conversations.models import Conversation
from backend.conversations.ports import OrderBook
from backend.conversations.service.speaking import SYSTEM, Origin, Speaker
from backend.conversations.texts import say
from backend.customers.service import CustomersService
from backend.platform.observability.logging import get_logger
from backend.platform.observability.trace import trace_id

log = get_logger(__name__)
_NAMESPACE: Final = uuid.UUID("5f0c7a4e-52c5-4b0e-9a53-0d5f3d6b7c11")


class Notices:
    """Says things that no message of the customer asked for."""

    def __init__(self, speaker: Speaker, customers: CustomersService, orders: OrderBook) -> None:
        self._speaker = speaker
        self._customers = customers
        self._orders = orders

    async def notify(
        self,
        session: AsyncSession,
        key: str,
        params: Mapping[str, Any],
        *,
        order_id: str | None = None,
        conversation_id: str | None = None,
        idem: str | None = None,
    ) -> str | None:
        """Tell the customer of an order, or of a conversation; return the message's id.

        None where nothing was said: there is no thread, the customer has opted out, or it was said before.
        """
        thread = await self._thread(session, order_id, conversation_id)
        if thread is None or await self._customers.opted_out(session, thread.customer_id):
            return None
        message_id = str(uuid.uuid5(_NAMESPACE, f"{thread.id}:{idem}")) if idem else None
        if message_id and await repository.message(session, message_id) is not None:
            return None
        origin = Origin(SYSTEM, order_id=order_id, key=key, message_id=message_id)
        try:
            return (await self._speaker.sentence(session, thread, key, origin, **params)).id
        except (TemplateNeededError, WindowClosedError) as error:
            return await self._unsaid(session, thread, say(thread.language, key, params), origin, error.code)

    async def _thread(
        self, session: AsyncSession, order_id: str | None, conversation_id: str | None
    ) -> Conversation | None:
        if conversation_id is None and order_id is not None:
            order = await self._orders.get(session, order_id)
            conversation_id = order.conversation_id
            if conversation_id is None:
                latest = await repository.latest_of_customer(session, order.user_id)
                conversation_id = latest.id if latest else None
        return await repository.lock(session, conversation_id) if conversation_id else None

    async def _unsaid(self, session: AsyncSession, thread: Conversation, text: str, origin: Origin, code: str) -> str:
        """Show on the thread what could not be sent, so that a person can call instead."""
        message = repository.message_row(
            thread,
            await repository.now(session),
            trace_id(),
            direction="out",
            author=origin.author,
            kind="text",
            text=text,
            status="failed",
            error_code=code,
            error_action="other_channel",
            order_id=origin.order_id,
            message_key=origin.key,
            **({"id": origin.message_id} if origin.message_id else {}),
        )
        session.add(message)
        thread.unread += 1
        await session.flush()
        log.warning("notice.unsaid", conversation_id=thread.id, key=origin.key, code=code)
        return message.id
