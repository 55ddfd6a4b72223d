"""What the rest of Duka may ask of the conversations."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from backend.channels.service import ChannelsService
from backend.conversations import repository
from backend.conversations.ports import HistoryLine, OrderBook, PartnerInbox, ThreadView
from backend.conversations.service.consent import Consent
from backend.conversations.service.desk import Desk
from backend.conversations.service.files import Files
from backend.conversations.service.notices import Notices
from backend.conversations.service.ownership import Ownership
from backend.conversations.service.receipts import Receipts
from backend.conversations.service.receiving import Receiver
from backend.conversations.service.speaking import Speaker
from backend.conversations.service.threads import Threads
from backend.conversations.service.turns import Turns, renew_session
from backend.conversations.service.typing import Typing
from backend.conversations.service.views import thread_view
from backend.conversations.settings import ConversationsSettings
from backend.customers.service import CustomersService
from backend.vendors.service import VendorsService


class ConversationsService:
    """Threads, turns, notices and the desk, built on one set of parts.

    Attributes:
        speaker: Observer of sends, for the channels' sender.
        receiver: Works off providers' events.
        turns: Claims and ends the bot's turns.
        typing: Shows that an answer is being written.
        desk: Use cases of agents.
        ownership: For the timers.
        files: What customers send besides words.
    """

    def __init__(
        self,
        settings: ConversationsSettings,
        channels: ChannelsService,
        vendors: VendorsService,
        customers: CustomersService,
        orders: OrderBook,
        partners: PartnerInbox,
    ) -> None:
        """Build the use cases.

        Args:
            settings: How turns run.
            channels: Messages in and out.
            vendors: Finds the merchant of an account.
            customers: Who writes, and whether they may be written to.
            orders: For notices about an order.
            partners: Takes what vendors and riders write.
        """
        self.speaker = Speaker(channels, customers)
        self.ownership = Ownership(settings, self.speaker)
        self.turns = Turns(settings, self.speaker, self.ownership, customers)
        self.typing = Typing(channels)
        self.desk = Desk(channels, customers, self.speaker, self.ownership)
        receipts = Receipts(channels, self.speaker, partners)
        threads = Threads(customers)
        self.files = Files(channels)
        self.receiver = Receiver(
            settings,
            channels,
            vendors,
            customers,
            threads,
            self.speaker,
            self.ownership,
            receipts,
            partners,
            self.files,
        )
        self._consent = Consent(settings, customers, self.speaker)
        self._notices = Notices(self.speaker, customers, orders)
        self._customers = customers

    async def facts(self, session: AsyncSession, conversation_id: str) -> ThreadView:
        """Return a conversation as it stands.

        Raises:
            ConversationNotFoundError: There is none of this id.
        """
        return thread_view(await repository.get(session, conversation_id))

    async def history(self, session: AsyncSession, conversation_id: str, limit: int = 6) -> list[HistoryLine]:
        """Return the last words of a thread, oldest first."""
        return await repository.history(session, conversation_id, before=None, limit=limit)

    async def hand_over(
        self,
        session: AsyncSession,
        conversation_id: str,
        *,
        reason: str,
        brief: Mapping[str, Any] | None = None,
        turn_id: str | None = None,
        at_risk_minor: int | None = None,
        say: bool = False,
    ) -> None:
        """Let a conversation wait for a person; what the running turn says still goes out.

        Args:
            session: The transaction.
            conversation_id: Which one; where a person has it already, nothing changes.
            reason: Stable name, such as `complaint`.
            brief: What the person should know, without personal data: draft, open slot, suggested question.
            turn_id: The turn that asks for it.
            at_risk_minor: What is lost if nobody answers.
            say: Also tell the customer that a person will answer.
        """
        thread = await repository.lock(session, conversation_id)
        await self.ownership.hand_over(
            session,
            thread,
            reason,
            brief=brief,
            turn_id=turn_id,
            at_risk_minor=at_risk_minor,
            sentence="handed_over" if say else None,
        )
        await session.flush()

    async def set_language(self, session: AsyncSession, conversation_id: str, language: str) -> None:
        """Answer the customer in this language from now on."""
        thread = await repository.lock(session, conversation_id)
        thread.language = language
        await session.flush()

    async def set_asked(self, session: AsyncSession, conversation_id: str, slot: str | None) -> None:
        """Keep which slot the bot's last question is about."""
        thread = await repository.lock(session, conversation_id)
        thread.asked = slot
        await session.flush()

    async def set_at_risk(self, session: AsyncSession, conversation_id: str, at_risk_minor: int) -> None:
        """Keep what is lost if nobody answers, in minor units."""
        thread = await repository.lock(session, conversation_id)
        thread.at_risk_minor = at_risk_minor
        await session.flush()

    async def new_session(self, session: AsyncSession, conversation_id: str) -> None:
        """Let the dialogue start afresh, as after an order is closed."""
        thread = await repository.lock(session, conversation_id)
        renew_session(thread, await repository.now(session))
        thread.at_risk_minor = 0
        await session.flush()

    async def opt_out(self, session: AsyncSession, conversation_id: str) -> None:
        """Write to this customer no more, save one sentence that confirms it."""
        thread = await repository.lock(session, conversation_id)
        customer = await self._customers.get(session, thread.customer_id)
        if not customer.opted_out:
            await self._consent.opt_out(session, thread, await repository.now(session), source="bot")
        await session.flush()

    async def notify_customer(
        self,
        session: AsyncSession,
        *,
        message_key: str,
        params: Mapping[str, Any],
        order_id: str | None = None,
        conversation_id: str | None = None,
        idem: str | None = None,
    ) -> str | None:
        """Tell a customer something, in their language, by the channel they use; return the message's id.

        Args:
            session: The transaction that makes it true.
            message_key: Key in `texts/*.yml`.
            params: What fills its braces.
            order_id: The order it is about.
            conversation_id: Given where it is about no order.
            idem: Names this notice where it may be asked for twice.
        """
        return await self._notices.notify(
            session, message_key, params, order_id=order_id, conversation_id=conversation_id, idem=idem
        )
